package engine

import (
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

var timeUnit = &Rule{
	ID:       "time-unit",
	Severity: plumb.Error,
	Title:    "a timestamp is in the wrong unit, or no plausible time",
	Text: `A member with the format unixtime counts seconds, unless the description says
otherwise, and lies in the range that its ` + "`x-lifecycle`" + ` calls plausible.
Milliseconds, microseconds, zeros, negative numbers and dates as text are not.
A zero is a placeholder: leave the member out until the time is known. It is one
finding of the resource, which lists the members.`,
	Fix:     "Send the timestamp in the unit that is described, as allowed above; or describe its unit under timestamps of x-lifecycle.",
	Example: `{"created_at": 1741967569000}`,
	run: func(p *pass) {
		p.eachResource(func(r *resource) {
			for i, t := range r.life.Timestamps {
				if s := &r.times[i]; s.remark != "" {
					f := placed("the timestamp is no plausible time in its unit", t.Place, s.text+": "+s.remark, allowedTime(r.life, t))
					f.Subject = r.subject()
					p.report(p.valueAt(r.pathTo(t.Pointer)), f)
				}
			}
		})
	},
}

func allowedTime(life *lifecycle.Lifecycle, t lifecycle.Timestamp) string {
	if t.Text {
		return "a time as RFC 3339 has it, such as 2025-03-14T15:52:49Z"
	}
	return unitNames[life.Unit] + " since 1970, from " + life.NotBefore.Format(time.DateOnly) + " to " + life.NotAfter.Format(time.DateOnly)
}

var timeOrder = &Rule{
	ID:       "time-order",
	Severity: plumb.Error,
	Title:    "timestamps are in the wrong order",
	Text: `A timestamp lies before one that must not come after it: of two states, that of
the earlier one by the moves of the lifecycle, or its neighbour in a chain that
the description gives. Equal times are fine. Of several timestamps that are
later than they may be, the finding names the latest.`,
	Fix:     "Correct the earlier of the two timestamps, or the later: one of them is wrong.",
	Example: `{"cancelling_at": 1741967570, "cancelled_at": 1741967569}`,
	run: func(p *pass) {
		p.eachResource(func(r *resource) {
			worst := r.disordered()
			for _, t := range r.life.Timestamps {
				if pair, ok := worst[t.Pointer]; ok {
					gap := apart(r.stamp(pair.Earlier).time, r.stamp(pair.Later).time)
					p.report(p.valueAt(r.pathTo(t.Pointer)), placed("the timestamp is before one that must not come after it", pair.Place,
						r.describe(pair.Later)+" is "+gap+" before "+r.describe(pair.Earlier), "no time before "+pair.Earlier))
				}
			}
		})
	},
}

// disordered returns, for each timestamp before which others stand that must
// not come after it, the pair with the latest of them; nil where there is none.
func (r *resource) disordered() map[string]lifecycle.Pair {
	var worst map[string]lifecycle.Pair
	for _, pair := range r.life.Before {
		earlier, later := &r.times[pair.EarlierAt], &r.times[pair.LaterAt]
		if earlier.time.IsZero() || later.time.IsZero() || !later.time.Before(earlier.time) {
			continue
		}
		if known, ok := worst[pair.Later]; !ok || earlier.time.After(r.times[known.EarlierAt].time) {
			if worst == nil {
				worst = map[string]lifecycle.Pair{}
			}
			worst[pair.Later] = pair
		}
	}
	return worst
}

// clockSlack is how far the clocks of a server and of a recorder may differ.
const clockSlack = time.Minute

var timeFuture = &Rule{
	ID:       "time-future",
	Severity: plumb.Warning,
	Title:    "a timestamp is later than the response that holds it",
	Text: `The timestamp records that the resource came into a state, more than a minute
after the response that says so: after its Date, or where it has none, after the
time that the recorder gives it. Either a clock of the server or the recorder's
is wrong. Timestamps that announce, such as an expiry, are not meant.`,
	Fix:     "Correct the clock that sets the timestamp, or what it is computed from.",
	Example: `{"created_at": 1741971169} in a response of 1741967569`,
	run: func(p *pass) {
		p.eachFuture(func(r *resource, pointer string, ahead time.Duration) {
			if ahead > clockSlack {
				p.reportFuture(r, pointer)
			}
		})
	},
}

var timeSkew = &Rule{
	ID:       "time-skew",
	Severity: plumb.Info,
	Title:    "clocks differ by less than a minute",
	Text: `A timestamp is later than the response that holds it, by up to a minute: two
clocks of the server differ, or its clock and the recorder's. Worth knowing when
you compare times.`,
	Fix:     "Compare the clocks of the server and of the recorder.",
	Example: `{"created_at": 1741967572} in a response of 1741967569`,
	run: func(p *pass) {
		p.eachFuture(func(r *resource, pointer string, ahead time.Duration) {
			if ahead <= clockSlack {
				p.reportFuture(r, pointer)
			}
		})
	},
}

// eachFuture calls yield for each timestamp of a state that is later than the
// exchange, which is known to the second only.
func (p *pass) eachFuture(yield func(r *resource, pointer string, ahead time.Duration)) {
	now := ownTime(p.x)
	if now.IsZero() {
		return
	}
	p.eachResource(func(r *resource) {
		for i, t := range r.life.Timestamps {
			s := &r.times[i]
			if s.time.IsZero() || !r.life.Records(t.Pointer) {
				continue
			}
			if ahead := s.time.Sub(now); ahead > time.Second {
				yield(r, t.Pointer, ahead)
			}
		}
	})
}

func (p *pass) reportFuture(r *resource, pointer string) {
	now := ownTime(p.x).UTC()
	f := placed("the timestamp is later than the response", r.life.Place,
		r.describe(pointer)+" is "+apart(now, r.stamp(pointer).time)+" after the response ("+now.Format(time.DateTime)+" UTC)", "no time after the response")
	f.Subject = r.subject()
	p.report(p.valueAt(r.pathTo(pointer)), f)
}

var timeBound = &Rule{
	ID:       "time-bound",
	Severity: plumb.Warning,
	Title:    "a state lasts longer than documented",
	Text: `The description says how long the state lasts at most (atMost in
` + "`x-lifecycle`" + `), and the resource was, or still is, in it for longer. A bound
that reality breaks always is drift: settle it by amending the description.`,
	Fix:     "End the state in time, or correct atMost in the description.",
	Example: `{"cancelling_at": 1741967569, "cancelled_at": 1741968175}, where PT10M is documented`,
	run: func(p *pass) {
		p.eachResource(func(r *resource) {
			for _, s := range r.life.States() {
				if s.AtMost == 0 {
					continue
				}
				begin := r.stamp(s.Entered).time
				if begin.IsZero() {
					continue
				}
				pointer, end, left := r.leaving(s, ownTime(p.x))
				if !end.IsZero() && end.Sub(begin) > s.AtMost {
					what := "the response (" + end.UTC().Format(time.DateTime) + " UTC)"
					if left {
						what = r.describe(pointer)
					}
					f := placed("the state lasts longer than documented", s.Place,
						apart(begin, end)+" from "+r.describe(s.Entered)+" to "+what, humanDuration(s.AtMost)+" in state "+s.Name)
					f.Lasted = end.Sub(begin)
					p.report(p.valueAt(r.pathTo(pointer)), f)
				}
			}
		})
	},
}

// leaving returns when the resource left a state, or, if it is in the state
// still, when it was last seen there; with the pointer to tell so.
func (r *resource) leaving(s *lifecycle.State, seen time.Time) (pointer string, end time.Time, left bool) {
	for _, name := range s.Next {
		entered := r.life.StateNamed(name).Entered
		if t := r.stamp(entered).time; !t.IsZero() && (end.IsZero() || t.Before(end)) {
			pointer, end, left = entered, t, true
		}
	}
	if end.IsZero() && r.state == s && !seen.IsZero() {
		return s.Entered, seen, false
	}
	return pointer, end, left
}
