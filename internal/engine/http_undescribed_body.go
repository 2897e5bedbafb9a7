package engine

import "github.com/plumbapi/plumb"

var httpUndescribedBody = &Rule{
	ID:       "http-undescribed-body",
	Severity: plumb.Info,
	basis:    byStructure,
	Title:    "a body is not described",
	Text: `The description has no content for the response, and the response has a body.
It cannot be checked, and clients that follow the description do not read it.`,
	Fix:     "Describe the body, with its media type and schema; or, if there should be none, send none.",
	Example: `202 Accepted with {"id": "job_1"}, where the description has no content for 202`,
	run: func(p *pass) {
		body := &p.x.Response.Body
		if p.response == nil || len(p.response.Media) > 0 || len(body.Bytes) == 0 || hasNoBody(p.x.Request.Method, p.out.Status) {
			return
		}
		p.reportWhole(subjectAt(p.response.Place, ""), placed("the description has no body for the response", p.response.Place, foundBody(p.x), ""))
	},
}

// foundBody says what kind of body a response has.
func foundBody(x *plumb.Exchange) string {
	if contentType := x.Response.Header.Get("Content-Type"); contentType != "" {
		return shorten(contentType)
	}
	return "a body"
}
