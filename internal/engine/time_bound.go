package engine

import (
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

var timeBound = &Rule{
	ID:       "time-bound",
	Severity: plumb.Warning,
	Title:    "a state lasts longer than documented",
	Text: `The description says how long the state lasts at most (atMost in
` + "`x-lifecycle`" + `), and the resource was, or still is, in it for longer. A bound
that is always exceeded is drift: settle it by amending the description.`,
	Fix:     "End the state in time, or correct atMost in the description.",
	Example: `{"cancelling_at": 1741967569, "cancelled_at": 1741968175}, where PT10M is documented`,
	run: func(p *pass) {
		p.eachResource(func(r *resource) {
			for _, s := range r.life.States() {
				if s.AtMost == 0 {
					continue
				}
				begin := r.timestamp(s.Entered).time
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
						timeBetween(begin, end)+" from "+r.describe(s.Entered)+" to "+what, humanDuration(s.AtMost)+" in state "+s.Name)
					f.Lasted = end.Sub(begin)
					p.report(p.valueAt(r.pathTo(pointer)), f)
				}
			}
		})
	},
}

// leaving returns when the resource left a state, with the timestamp that says
// so; or, if it still is in the state, when it was last seen there.
func (r *resource) leaving(s *lifecycle.State, seen time.Time) (pointer string, end time.Time, left bool) {
	for _, name := range s.Next {
		entered := r.life.StateNamed(name).Entered
		if t := r.timestamp(entered).time; !t.IsZero() && (end.IsZero() || t.Before(end)) {
			pointer, end, left = entered, t, true
		}
	}
	if end.IsZero() && r.state == s && !seen.IsZero() {
		return s.Entered, seen, false
	}
	return pointer, end, left
}
