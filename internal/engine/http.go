package engine

import (
	"net/http"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/spec"
)

var httpOperation = &Rule{
	ID:       "http-operation",
	Severity: plumb.Warning,
	Title:    "a method is not described",
	Text: `The description has the path, but not this method of it. Either the API has
an operation that nobody described, or a client calls one that does not exist.
Where the server refuses the method with 405 or 501, it agrees with the
description. What browsers do by themselves is not meant: OPTIONS, and HEAD
where GET is described. A path that the description does not have at all is
` + "`http-path`" + ` on a server of the description, and elsewhere another API's.`,
	Fix:     "Describe the method for the path, or send one that is described.",
	Example: "DELETE /batches/batch_1, where only GET is described",
	run: func(p *pass) {
		method, status := p.x.Request.Method, p.out.Status
		if p.match.Path == "" || p.match.Operation != nil || status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented {
			return
		}
		var described []string
		for _, op := range p.v.desc.Operations {
			if op.Path == p.match.Path {
				described = append(described, op.Method)
			}
		}
		if method == http.MethodOptions || method == http.MethodHead && slices.Contains(described, http.MethodGet) {
			return
		}
		p.reportWhole(subjectAt(p.match.PathPlace, method), placed("the method is not described for "+p.match.Path, p.match.PathPlace, shorten(method), strings.Join(described, ", ")))
	},
}

var httpPath = &Rule{
	ID:       "http-path",
	Severity: plumb.Warning,
	Title:    "a path is not described",
	Text: `The request went to a server of the description, below its base path, and the
description has no such path. Either the API has an endpoint that nobody
described, or a client calls one that does not exist. Pages and pictures are not
endpoints: the method is neither GET nor HEAD, or the answer is JSON or XML. What
looks like an identifier is * in the path, so that there is one finding for
` + "`/orders/*/items`" + `, whatever the orders. A description that says
` + "`x-partial: true`" + `, as the built-in one does, leaves other paths alone.

The servers are those of the description, or those that ` + "`--server`" + ` names.`,
	Fix:     "Describe the path, or call one that is described; x-partial: true says that the description leaves paths out.",
	Example: "GET /v1/orders/17/items with an answer in JSON, where /orders/{id} is described, and no path below it",
	run: func(p *pass) {
		if p.match.Undescribed == "" || p.v.desc.Partial || !p.isEndpoint() {
			return
		}
		method := p.x.Request.Method
		f := placed("the path is not described", p.v.desc.PathsPlace, shorten(method+" "+pathOf(p.x.Request.URL)), "")
		f.Subject = subjectAt(p.v.desc.PathsPlace, p.match.Undescribed)
		f.Operation, f.Status = method+" "+p.match.Undescribed, p.out.Status
		f.Place = p.x.Place
		p.file(f)
	},
}

// isEndpoint reports whether a request is one to an API, and not for a page or
// what belongs to it. What browsers ask by themselves is none.
func (p *pass) isEndpoint() bool {
	isData := func(contentType string) bool { return isJSON(contentType) || isXML(contentType) }
	switch p.x.Request.Method {
	case http.MethodOptions:
		return false
	case http.MethodGet, http.MethodHead:
		sent := p.x.Response.Header.Get("Content-Type")
		return isData(sent) || isData(p.x.Request.Header.Get("Content-Type")) || sent == "" && looksLikeJSON(p.x.Response.Body.Bytes)
	}
	return true
}

// pathOf returns the path of a URL: a query can hold credentials.
func pathOf(url string) string {
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		url = url[:i]
	}
	if _, rest, ok := strings.Cut(url, "://"); ok {
		_, path, _ := strings.Cut(rest, "/")
		return "/" + path
	}
	return url
}

var httpStatus = &Rule{
	ID:       "http-status",
	Severity: plumb.Warning,
	Title:    "a status code is not described",
	Text: `The operation answered with a status that its description does not name, not
even by a range such as 4XX or by default. Clients that were written to the
description do not know what to do with it. A status of the server's own failure
(5xx) is an error. What HTTP itself has an answer for is not meant: 1xx, 304 and
412 to a conditional request, 206 and 416 to one for a range.`,
	Fix:     "Describe the status for the operation, with its body, or answer with one that is described.",
	Example: "409 Conflict from an operation that describes 200 only",
	run: func(p *pass) {
		op, status := p.match.Operation, p.out.Status
		if op == nil || p.response != nil || status == 0 || p.isOfHTTP() {
			return
		}
		var described []string
		for _, r := range op.Responses {
			described = append(described, r.Status)
		}
		if status >= 500 {
			p.grade(plumb.Error)
		}
		p.reportWhole(subjectAt(op.Place, indexToken(status)), placed("the status is not described", op.Place, indexToken(status), strings.Join(described, ", ")))
	},
}

// isOfHTTP reports whether the status is one by which caches, and clients that
// ask for a part, are answered, whatever the operation (RFC 9110, 13.2 and
// 14.2), or comes before the answer.
func (p *pass) isOfHTTP() bool {
	switch p.out.Status {
	case http.StatusNotModified, http.StatusPreconditionFailed:
		return mayHave(&p.x.Request, "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range")
	case http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable:
		return mayHave(&p.x.Request, "Range")
	}
	return 100 <= p.out.Status && p.out.Status < 200
}

var httpMediaType = &Rule{
	ID:       "http-media-type",
	Severity: plumb.Error,
	Title:    "a media type is not described",
	Text: `The Content-Type of the response is none of those that the description has for
its status. A proxy's HTML page under status 200 is the usual case: clients fail
when they decode it. So is a page, or plain text, where ` + "`*/*`" + ` is described with
a schema that allows no string. Parameters matter only where the description
tells media types apart by them, and charset never.

Where headers were recorded, and none of them says the media type, that is worth
knowing (info): the body is checked as JSON if the description has that.`,
	Fix:     "Send the media type that is described, or add the one that is sent to the description.",
	Example: "Content-Type: text/html, where application/json is described",
	run: func(p *pass) {
		contentType := p.x.Response.Header.Get("Content-Type")
		body := &p.x.Response.Body
		if p.response == nil || len(p.response.Media) == 0 || len(body.Bytes) == 0 || hasNoBody(p.x.Request.Method, p.out.Status) {
			return
		}
		switch {
		case p.unfit:
			p.reportWhole(subjectAt(p.media.Place, mediaType(contentType)), placed("the media type is described, but its schema is not of texts", p.media.Place, shorten(contentType), mediaTypes(p.response)))
		case contentType != "" && p.response.MediaFor(contentType) == nil:
			p.reportWhole(subjectAt(p.response.Place, mediaType(contentType)), placed("the media type is not described", p.response.Place, shorten(contentType), mediaTypes(p.response)))
		case p.media != nil && unlabelled(&p.x.Response):
			p.grade(plumb.Info)
			p.reportWhole(subjectAt(p.media.Place, ""), placed("the response does not say its media type", p.media.Place, "no Content-Type", mediaTypes(p.response)))
		}
	},
}

var httpUndescribedBody = &Rule{
	ID:       "http-undescribed-body",
	Severity: plumb.Info,
	Title:    "a body is not described",
	Text: `The description has no content for the response, and the response has a body.
Nothing of it can be checked, and clients that were written to the description
do not read it.`,
	Fix:     "Describe the body, with its media type and schema; if there is to be none, send none.",
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

var httpEmptyBody = &Rule{
	ID:       "http-empty-body",
	Severity: plumb.Error,
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
		p.reportWhole(subjectAt(place, ""), placed("the response has no body", place, "nothing", ""))
	},
}

func mediaTypes(r *spec.Response) string {
	var types []string
	for _, m := range r.Media {
		types = append(types, m.Type)
	}
	return strings.Join(types, ", ")
}
