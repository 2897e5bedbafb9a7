package engine

import "github.com/plumbapi/plumb"

var stateSkipped = &Rule{
	ID:       "state-skipped",
	Severity: plumb.Warning,
	basis:    byStructure,
	Title:    "a state that must have been passed has no timestamp",
	Text: `Every path through the lifecycle to the resource's state leads through another
state, whose timestamp is missing or null.`,
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
