package engine

import (
	"time"

	"github.com/plumbapi/plumb"
)

var timeSkew = &Rule{
	ID:       "time-skew",
	Severity: plumb.Info,
	basis:    byGuard,
	Title:    "clocks differ by less than a minute",
	Text: `A timestamp is later than the response that holds it, by up to a minute: two
clocks of the server differ, or its clock and the recorder's. Keep it in mind when
you compare times.`,
	Fix:     "Compare the clocks of the server and of the recorder.",
	Example: `{"created_at": 1741967572} in a response of 1741967569`,
	run: func(p *pass) {
		p.eachFuture(func(r *resource, pointer string, ahead time.Duration) {
			if ahead <= clockSlack {
				p.reportFuture(r, pointer)
			}
		})
	},
}
