package engine

import (
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

var timeBound = &Rule{
	ID:       "time-bound",
	Severity: plumb.Warning,
	basis:    byGuard,
	Title:    "a state lasts longer than documented",
	Text: `The description says how long the state lasts at most (atMost in
` + "`x-lifecycle`" + `), and the resource was, or still is, in it for longer. A bound
that is always exceeded is drift: settle it by amending the description.`,
	Fix:     "End the state in time, or correct atMost in the description.",
	Example: `{"cancelling_at": 1741967569, "cancelled_at": 1741968175}, where PT10M is documented`,
	run: func(p *pass) {
		now := ownTime(p.x)
		p.eachResource(func(r *resource) {
			r.eachOverlong(now, func(s *lifecycle.State, begin time.Time, pointer string, end time.Time, left bool) {
				what := "the response (" + end.UTC().Format(time.DateTime) + " UTC)"
				if left {
					what = r.describe(pointer)
				}
				f := placed("the state lasts longer than documented", s.Place,
					timeBetween(begin, end)+" from "+r.describe(s.Entered)+" to "+what, humanDuration(s.AtMost)+" in state "+s.Name)
				f.Lasted = end.Sub(begin)
				p.report(p.valueAt(r.pathTo(pointer)), f)
			})
		})
	},
}

// eachOverlong calls yield for each state that the resource is or was in for longer than
// documented: since when, and until when, as leaving says.
func (r *resource) eachOverlong(now time.Time, yield func(s *lifecycle.State, begin time.Time, pointer string, end time.Time, left bool)) {
	for _, s := range r.life.States() {
		if s.AtMost == 0 || s.At < 0 || r.timestamps[s.At].time.IsZero() {
			continue
		}
		begin := r.timestamps[s.At].time
		if pointer, end, left := r.leaving(s, now); !end.IsZero() && end.Sub(begin) > s.AtMost {
			yield(s, begin, pointer, end, left)
		}
	}
}

// leaving returns when the resource left a state, with the timestamp that says
// so; or, if it still is in the state, when it was last seen there.
func (r *resource) leaving(s *lifecycle.State, seen time.Time) (pointer string, end time.Time, left bool) {
	for _, next := range s.Follow {
		if next.At < 0 {
			continue
		}
		if t := r.timestamps[next.At].time; !t.IsZero() && (end.IsZero() || t.Before(end)) {
			pointer, end, left = next.Entered, t, true
		}
	}
	if end.IsZero() && r.state == s && !seen.IsZero() {
		return s.Entered, seen, false
	}
	return pointer, end, left
}
