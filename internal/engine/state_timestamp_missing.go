package engine

import "github.com/plumbapi/plumb"

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
