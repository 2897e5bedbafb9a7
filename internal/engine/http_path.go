package engine

import (
	"net/http"
	"strings"

	"github.com/plumbapi/plumb"
)

var httpPath = &Rule{
	ID:       "http-path",
	Severity: plumb.Warning,
	basis:    byStructure,
	Title:    "a path is not described",
	Text: `The request went to a server of the description, below its base path, and the
description has no such path. Either the API has an endpoint that nobody
described, or a client calls one that does not exist. Pages and images are not
reported: only requests whose method is neither GET nor HEAD, or whose answer is
JSON or XML. What looks like an identifier is * in the path, so there is one finding for
` + "`/orders/*/items`" + `, whatever the orders. A description that says
` + "`x-partial: true`" + `, as the built-in one does, is not checked for other paths.

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
// a file that belongs to it. Requests that browsers send by themselves are not.
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

// pathOf returns the path of a URL. It leaves out the query, which can hold
// credentials.
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
