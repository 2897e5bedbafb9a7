package engine

import "github.com/plumbapi/plumb"

var httpEmptyBody = &Rule{
	ID:       "http-empty-body",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a described body is missing",
	Text: `The description has a body for the response, and the response has none.
Clients that decode it fail. A body that is only missing from the recording
is not reported: it is counted as skipped.`,
	Fix:     "Send the body that is described; if there is none by design, describe the response without content.",
	Example: "200 OK with Content-Length: 0, where a Batch is described",
	run: func(p *pass) {
		body := p.x.Response.Body
		if p.schema == nil || p.root != nil || body.Missing != "" || len(body.Bytes) > 0 {
			return
		}
		place := p.schema.Place
		if p.media != nil {
			place = p.media.Place
		}
		p.reportWhole(subjectAt(place, ""), placed("the response has no body", place, "nothing", ""))
	},
}
