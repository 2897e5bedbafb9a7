package plan

import (
	"strconv"
	"time"
)

// resourceTimes are the timestamps of a resource: sets, and what they say.
type resourceTimes struct {
	present     uint64 // whatever they say
	plausible   uint64 // plausible times
	placeholder uint64
	implausible uint64 // that time-unit speaks of
	nanoseconds [64]int64
}

// readTimes reads the timestamps out of their slots.
func (r *Reader) readTimes(l *lifecyclePlan, t *resourceTimes) bool {
	t.present, t.plausible, t.placeholder, t.implausible = 0, 0, 0, 0
	for i := range l.timestamps {
		s := &l.timestamps[i]
		bit, slot := uint64(1)<<i, uint64(1)<<s.slot
		switch {
		case r.frame.nonNull()&slot == 0:
			continue
		case r.frame.integers&slot != 0 && !s.text:
			n := r.frame.values[s.slot].integer
			switch at, ok := l.plausibleTime(n); {
			case ok:
				t.plausible |= bit
				t.nanoseconds[i] = at
			case n == 0:
				t.placeholder |= bit
				t.implausible |= bit
			default:
				t.implausible |= bit
			}
		case r.frame.texts&slot != 0:
			at, ok := parseTime(r.textOf(&r.frame.values[s.slot]))
			switch {
			case ok && s.text:
				if at.Year() < 1970 || at.Year() > 2200 {
					return false
				}
				t.plausible |= bit
				t.nanoseconds[i] = at.UnixNano()
			case ok || s.text:
				t.implausible |= bit
			default:
				if _, err := strconv.ParseInt(string(r.textOf(&r.frame.values[s.slot])), 10, 64); err == nil {
					t.implausible |= bit
				}
			}
		}
		t.present |= bit
	}
	return true
}

// plausibleTime returns when n is, in nanoseconds, if that is plausible.
func (l *lifecyclePlan) plausibleTime(n int64) (int64, bool) {
	if l.unit == time.Second {
		return n * int64(time.Second), l.notBefore <= n && n <= l.notAfter
	}
	// As the reference engine computes it.
	seconds := float64(n) * l.unit.Seconds()
	if seconds < float64(l.notBefore) || seconds > float64(l.notAfter) {
		return 0, false
	}
	whole := int64(seconds)
	return whole*int64(time.Second) + int64((seconds-float64(whole))*1e9), true
}

// parseTime reads a time as RFC 3339 has it.
func parseTime(text []byte) (time.Time, bool) {
	var t time.Time
	if t.UnmarshalText(text) == nil { // does not allocate, and is stricter
		return t, true
	}
	t, err := time.Parse(time.RFC3339, string(text))
	return t, err == nil
}
