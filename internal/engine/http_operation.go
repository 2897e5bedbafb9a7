package engine

import (
	"net/http"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
)

var httpOperation = &Rule{
	ID:       "http-operation",
	Severity: plumb.Warning,
	basis:    byStructure,
	Title:    "a method is not described",
	Text: `The description has the path, but not this method of it. Either the API has
an operation that nobody described, or a client calls one that does not exist.
Where the server refuses the method with 405 or 501, it agrees with the
description. Requests that browsers send by themselves are not reported: OPTIONS,
and HEAD where GET is described. A path that the description does not have at all
is ` + "`http-path`" + ` on a server of the description, and another API's elsewhere.`,
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
