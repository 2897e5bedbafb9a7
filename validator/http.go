package validator

import (
	"strings"

	"github.com/plumbapi/plumb/spec"
)

var httpOperation = &Rule{
	ID:       "http-operation",
	Severity: Warning,
	Title:    "a method is not described",
	Text: `The description has the path, but not this method of it. Either the API has
an operation that nobody described, or a client calls one that does not exist.
A path that the description does not have at all is another API's: it is
counted as skipped, and is no finding.`,
	Fix:     "Describe the method for the path, or send one that is described.",
	Example: "DELETE /batches/batch_1, where only GET is described",
	run: func(p *pass) {
		method := p.x.Request.Method
		if p.match.Path == "" || p.match.Operation != nil || method == "HEAD" || method == "OPTIONS" {
			return
		}
		var described []string
		for _, op := range p.v.desc.Operations {
			if op.Path == p.match.Path {
				described = append(described, op.Method)
			}
		}
		p.reportWhole(placed("the method is not described for "+p.match.Path, p.match.PathPlace, shorten(method), strings.Join(described, ", ")))
	},
}

var httpStatus = &Rule{
	ID:       "http-status",
	Severity: Warning,
	Title:    "a status code is not described",
	Text: `The operation answered with a status that its description does not name, not
even by a range such as 4XX or by default. Clients that were written to the
description do not know what to do with it. Describe the status, with its body.`,
	Fix:     "Describe the status for the operation, or answer with one that is described.",
	Example: "409 Conflict from an operation that describes 200 only",
	run: func(p *pass) {
		op, status := p.match.Operation, p.out.Status
		if op == nil || p.response != nil || status == 0 || status == 304 {
			return
		}
		var described []string
		for _, r := range op.Responses {
			described = append(described, r.Status)
		}
		p.reportWhole(placed("the status is not described", op.Place, indexToken(status), strings.Join(described, ", ")))
	},
}

var httpMediaType = &Rule{
	ID:       "http-media-type",
	Severity: Error,
	Title:    "a media type is not described",
	Text: `The Content-Type of the response is none of those that the description has for
its status. A proxy's HTML page under status 200 is the usual case: clients fail
when they decode it. Parameters such as charset do not matter; a response
recorded without Content-Type is let pass.`,
	Fix:     "Send the media type that is described, or add the one that is sent to the description.",
	Example: "Content-Type: text/html, where application/json is described",
	run: func(p *pass) {
		contentType := p.x.Response.Header.Get("Content-Type")
		body := p.x.Response.Body
		if p.response == nil || len(p.response.Media) == 0 || contentType == "" || body.Missing != "" || len(body.Bytes) == 0 {
			return
		}
		if p.response.MediaFor(contentType) == nil {
			p.reportWhole(placed("the media type is not described", p.response.Place, shorten(contentType), mediaTypes(p.response)))
		}
	},
}

var httpEmptyBody = &Rule{
	ID:       "http-empty-body",
	Severity: Error,
	Title:    "a described body is missing",
	Text: `The description has a body for the response, and the response has none.
Clients that decode it fail. A recording that merely does not hold the body is
not meant: that is counted as skipped.`,
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
		p.reportWhole(placed("the response has no body", place, "nothing", ""))
	},
}

func mediaTypes(r *spec.Response) string {
	var types []string
	for _, m := range r.Media {
		types = append(types, m.Type)
	}
	return strings.Join(types, ", ")
}
