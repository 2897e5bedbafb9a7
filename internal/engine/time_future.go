package engine

import (
	"time"

	"github.com/plumbapi/plumb"
)

var timeFuture = &Rule{
	ID:       "time-future",
	Severity: plumb.Warning,
	basis:    byGuard,
	Title:    "a timestamp is later than the response that holds it",
	Text: `The timestamp records that the resource entered a state, but is more than a minute
later than the response: than its Date header or, if it has none, than the time of
the recorder. A clock of the server or that of the recorder is wrong. Timestamps
of future events, such as an expiry, are not checked.`,
	Fix:     "Correct the clock that sets the timestamp, or the computation of it.",
	Example: `{"created_at": 1741971169} in a response of 1741967569`,
	run: func(p *pass) {
		p.eachFuture(func(r *resource, pointer string, ahead time.Duration) {
			if ahead > clockSlack {
				p.reportFuture(r, pointer)
			}
		})
	},
}
