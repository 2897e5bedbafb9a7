package engine

import "github.com/plumbapi/plumb"

var stateFinalConflict = &Rule{
	ID:       "state-final-conflict",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a resource has ended in two ways",
	Text: `There are timestamps of two final states. A resource ends only once, so one of
the two is wrong. The finding is at the one that does not belong to the resource's
state.`,
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
