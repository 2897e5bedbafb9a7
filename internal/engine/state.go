package engine

import (
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

var stateTimestampMissing = &Rule{
	ID:       "state-timestamp-missing",
	Severity: plumb.Error,
	Title:    "a state is without the timestamp of its beginning",
	Text: `The resource says that it is in a state, and the timestamp that records when it
came there is absent or null. Clients that wait for the one and read the other
fail.`,
	Fix:     "Set the timestamp when the resource comes into the state.",
	Example: `{"status": "cancelled", "cancelled_at": null}`,
	run: func(p *pass) {
		p.eachResource(func(r *resource) {
			if s := r.state; s != nil && s.Entered != "" && !r.has(s.Entered) && !r.required(s.Entered) {
				p.reportMissing(r, s, "the timestamp of the resource's own state is missing", r.life.State+" is "+s.Name)
			}
		})
	},
}

var stateSkipped = &Rule{
	ID:       "state-skipped",
	Severity: plumb.Warning,
	Title:    "a state that must have been passed left no timestamp",
	Text: `Every way through the lifecycle to the resource's state leads through another
one, whose timestamp is absent or null.`,
	Fix:     "Set the timestamp when the resource passes the state, and keep it.",
	Example: `{"status": "completed", "in_progress_at": null}`,
	run: func(p *pass) {
		p.eachResource(func(r *resource) {
			if r.state == nil {
				return
			}
			for _, passed := range r.state.Passed {
				if passed.Entered != "" && passed.Entered != r.state.Entered && !r.has(passed.Entered) && !r.required(passed.Entered) {
					p.reportMissing(r, passed, "the timestamp of a state that must have been passed is missing", r.life.State+" is "+r.state.Name+", which comes after "+passed.Name)
				}
			}
		})
	},
}

func (p *pass) reportMissing(r *resource, s *lifecycle.State, message, found string) {
	p.report(p.valueAt(r.pathTo(s.Entered)), placed(message, s.Place, found+", and there is no "+s.Entered, "a time"))
}

// required tells whether the schema wants a member to be there, and so says
// itself that it is missing.
func (r *resource) required(pointer string) bool {
	path := jsonvalue.SplitPointer(pointer)
	m := r.shape.Named(path[0])
	return len(path) == 1 && m != nil && m.Required
}

// has tells whether a timestamp is there, whatever it says; a placeholder is
// taken for its name.
func (r *resource) has(pointer string) bool {
	return r.stamp(pointer).there
}

var stateTimestampEarly = &Rule{
	ID:       "state-timestamp-early",
	Severity: plumb.Error,
	Title:    "there is a timestamp of a state that cannot have been reached",
	Text: `The timestamp records that the resource came into a state, from which no move
leads to the state that it says it is in. One of the two is wrong.`,
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

var stateFinalConflict = &Rule{
	ID:       "state-final-conflict",
	Severity: plumb.Error,
	Title:    "a resource has ended in two ways",
	Text: `There are timestamps of two final states. A resource ends once; one of the two
is wrong. The finding is at the one that is not of the resource's own state.`,
	Fix:     "Set the timestamp of the final state that was reached, and leave the other unset.",
	Example: `{"status": "completed", "completed_at": 1741967569, "failed_at": 1741967570}`,
	run: func(p *pass) {
		p.eachResource(func(r *resource) {
			finals := r.finals()
			if len(finals) < 2 {
				return
			}
			own := r.state
			if own == nil || !own.Final() {
				own = finals[0]
			}
			for _, s := range finals {
				if s != own && s.Entered != own.Entered {
					p.report(p.valueAt(r.pathTo(s.Entered)), placed("the resource has the timestamp of a second final state", s.Place,
						r.describe(s.Entered)+" beside "+r.describe(own.Entered), "the timestamp of one final state"))
				}
			}
		})
	},
}

// unreachable returns the states whose timestamps are there though no move
// leads from them to the resource's state.
func (r *resource) unreachable() []*lifecycle.State {
	var all []*lifecycle.State
	states := r.life.States()
	for _, s := range states {
		if r.state == nil || !r.entered(s) {
			continue
		}
		// States can share a timestamp; one that was passed explains it.
		if !slices.ContainsFunc(states, func(other *lifecycle.State) bool {
			return other.At == s.At && r.life.Reaches(other.Name, r.state.Name)
		}) {
			all = append(all, s)
		}
	}
	return slices.CompactFunc(all, func(a, b *lifecycle.State) bool { return a.At == b.At })
}

// finals returns the final states whose timestamps are there; of those that
// share a timestamp one.
func (r *resource) finals() []*lifecycle.State {
	var all []*lifecycle.State
	for _, s := range r.life.States() {
		if s.Final() && r.entered(s) && !slices.ContainsFunc(all, func(other *lifecycle.State) bool { return other.At == s.At }) {
			all = append(all, s)
		}
	}
	return all
}

// entered tells whether the timestamp of a state says that it was reached. A
// placeholder says nothing.
func (r *resource) entered(s *lifecycle.State) bool {
	return s.At >= 0 && r.times[s.At].there && !r.times[s.At].placeholder()
}
