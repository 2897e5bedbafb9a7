package engine

import (
	"time"

	"github.com/plumbapi/plumb"
)

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
