package plan

import (
	"strconv"
	"time"
)

// resourceTimes are the timestamps of a resource: sets, and what they say.
type resourceTimes struct {
	there       uint64 // whatever they say
	good        uint64 // plausible times
	placeholder uint64
	strange     uint64 // that time-unit speaks of
	at          [64]int64
}

// readTimes reads the timestamps out of their slots.
func (r *Reader) readTimes(l *lifecyclePlan, t *resourceTimes) bool {
	t.there, t.good, t.placeholder, t.strange = 0, 0, 0, 0
	for i := range l.stamps {
		s := &l.stamps[i]
		bit, slot := uint64(1)<<i, uint64(1)<<s.slot
		switch {
		case r.frame.nonNull()&slot == 0:
			continue
		case r.frame.integers&slot != 0 && !s.text:
			n := r.frame.values[s.slot].integer
			switch at, ok := l.time(n); {
			case ok:
				t.good |= bit
				t.at[i] = at
			case n == 0:
				t.placeholder |= bit
				t.strange |= bit
			default:
				t.strange |= bit
			}
		case r.frame.texts&slot != 0:
			at, ok := timeOf(r.textOf(&r.frame.values[s.slot]))
			switch {
			case ok && s.text:
				if at.Year() < 1970 || at.Year() > 2200 {
					return false
				}
				t.good |= bit
				t.at[i] = at.UnixNano()
			case ok || s.text:
				t.strange |= bit
			default:
				if _, err := strconv.ParseInt(string(r.textOf(&r.frame.values[s.slot])), 10, 64); err == nil {
					t.strange |= bit
				}
			}
		}
		t.there |= bit
	}
	return true
}

// time returns when n is, in nanoseconds, if that is plausible.
func (l *lifecyclePlan) time(n int64) (int64, bool) {
	if l.unit == time.Second {
		return n * int64(time.Second), l.least <= n && n <= l.most
	}
	// As the reference engine computes it.
	seconds := float64(n) * l.unit.Seconds()
	if seconds < float64(l.least) || seconds > float64(l.most) {
		return 0, false
	}
	whole := int64(seconds)
	return whole*int64(time.Second) + int64((seconds-float64(whole))*1e9), true
}

// timeOf reads a time as RFC 3339 has it.
func timeOf(text []byte) (time.Time, bool) {
	var t time.Time
	if t.UnmarshalText(text) == nil { // does not allocate, and is stricter
		return t, true
	}
	t, err := time.Parse(time.RFC3339, string(text))
	return t, err == nil
}
