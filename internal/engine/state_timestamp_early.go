package engine

import (
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

var stateTimestampEarly = &Rule{
	ID:       "state-timestamp-early",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "there is a timestamp of a state that cannot have been reached",
	Text: `The timestamp records that the resource entered a state from which no move leads
to its present state. One of the two is wrong.`,
	Fix:     "Leave the timestamp unset until the resource is in the state, or correct the state.",
	Example: `{"status": "in_progress", "completed_at": 1741967569}`,
	run: func(p *pass) {
		p.eachResource(func(r *resource) {
			for _, s := range r.unreachable() {
				if !s.Final() || len(r.finals()) < 2 {
					p.report(p.valueAt(r.pathTo(s.Entered)), placed("there is a timestamp of a state that cannot have been reached", s.Place,
						r.describe(s.Entered)+" while "+r.life.State+" is "+r.state.Name, "no time before the resource is "+s.Name))
				}
			}
		})
	},
}

// unreachable returns the states that no move leads from to the resource's
// state, but whose timestamps are present.
func (r *resource) unreachable() []*lifecycle.State {
	var all []*lifecycle.State
	states := r.life.States()
	for _, s := range states {
		if r.state == nil || !r.entered(s) {
			continue
		}
		// States can share a timestamp: it is explained if one of them was passed.
		if !slices.ContainsFunc(states, func(other *lifecycle.State) bool {
			return other.At == s.At && r.life.Reaches(other.Name, r.state.Name)
		}) {
			all = append(all, s)
		}
	}
	return slices.CompactFunc(all, func(a, b *lifecycle.State) bool { return a.At == b.At })
}
