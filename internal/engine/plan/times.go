package plan

import (
	"strconv"
	"time"
)

// resourceTimes are the timestamps of a resource, as sets of their indexes.
type resourceTimes struct {
	present     uint64 // not null, whatever the value
	plausible   uint64 // times in the plausible range
	placeholder uint64
	implausible uint64    // those that the rule time-unit reports
	nanoseconds [64]int64 // since 1970, of those that are plausible
}

// readTimes reads the timestamps of a resource from their slots. It returns
// false where the body has to be declined.
func (r *Reader) readTimes(l *lifecyclePlan, times *resourceTimes) bool {
	times.present, times.plausible, times.placeholder, times.implausible = 0, 0, 0, 0
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
				times.plausible |= bit
				times.nanoseconds[i] = at
			case n == 0:
				times.placeholder |= bit
				times.implausible |= bit
			default:
				times.implausible |= bit
			}
		case r.frame.texts&slot != 0:
			at, ok := parseTime(r.textOf(&r.frame.values[s.slot]))
			switch {
			case ok && s.text:
				if at.Year() < 1970 || at.Year() > 2200 {
					return false
				}
				times.plausible |= bit
				times.nanoseconds[i] = at.UnixNano()
			case ok || s.text:
				times.implausible |= bit
			default:
				if _, err := strconv.ParseInt(string(r.textOf(&r.frame.values[s.slot])), 10, 64); err == nil {
					times.implausible |= bit
				}
			}
		}
		times.present |= bit
	}
	return true
}

// plausibleTime returns the time that n counts to, in nanoseconds since 1970.
// It is not ok where the time is out of the plausible range.
func (l *lifecyclePlan) plausibleTime(n int64) (int64, bool) {
	if l.unit == time.Second {
		return n * int64(time.Second), l.notBefore <= n && n <= l.notAfter
	}
	// The reference engine computes it in floating point, too.
	seconds := float64(n) * l.unit.Seconds()
	if seconds < float64(l.notBefore) || seconds > float64(l.notAfter) {
		return 0, false
	}
	whole := int64(seconds)
	return whole*int64(time.Second) + int64((seconds-float64(whole))*1e9), true
}

// parseTime parses an RFC 3339 time.
func parseTime(text []byte) (time.Time, bool) {
	var t time.Time
	if t.UnmarshalText(text) == nil { // does not allocate, and is stricter
		return t, true
	}
	t, err := time.Parse(time.RFC3339, string(text))
	return t, err == nil
}
