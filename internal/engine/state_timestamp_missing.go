package engine

import "github.com/plumbapi/plumb"

var stateTimestampMissing = &Rule{
	ID:       "state-timestamp-missing",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "the timestamp of a state is missing",
	Text: `The resource is in a state, but the timestamp that records when it entered the
state is missing or null. Clients that wait for the state and then read the
timestamp fail.`,
	Fix:     "Set the timestamp when the resource enters the state.",
	Example: `{"status": "cancelled", "cancelled_at": null}`,
	run: func(p *pass) {
		p.eachResource(func(r *resource) {
			if s := r.state; s != nil && s.Entered != "" && !r.has(s.Entered) && !r.required(s.Entered) {
				p.reportMissing(r, s, "the timestamp of the resource's own state is missing", r.life.State+" is "+s.Name)
			}
		})
	},
}
