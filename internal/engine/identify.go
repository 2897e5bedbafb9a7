package engine

import (
	"net/http"
	"strconv"

	"github.com/plumbapi/plumb/spec"
)

// identify finds the operation, the response and the schema of the exchange.
func (p *pass) identify() {
	p.out.Status = p.x.Response.Status
	request := &p.x.Request
	switch {
	case request.URL == "":
		return
	case request.Method == "":
		p.out.Skipped = "the recording does not say the method"
		return
	}
	p.match = p.v.router.FindAt(request.Target, request.Method, request.URL)
	switch {
	case p.match.Site == spec.NotHTTP:
		p.out.Skipped = "URLs that are neither http nor https"
	case p.match.Site == spec.TooLong:
		p.out.Skipped = "a path of more than 500 segments"
	case p.match.Site == spec.Outside:
		p.out.Skipped = "a path that is not below a base path of the description's server"
	case p.match.Undescribed != "" && p.v.desc.Partial:
		p.out.Skipped = "a path that the description leaves out (x-partial)"
	case p.match.Undescribed != "":
		p.out.Skipped = "a path that the description does not have"
	case p.match.Path == "":
		p.out.Skipped = "another API: the description has no such path"
	case p.match.Operation == nil:
		p.out.Operation = shorten(request.Method) + " " + p.match.Path
		p.out.Skipped = "the description does not have the method " + knownMethod(request.Method) + " for the path"
	default:
		p.out.Operation = p.match.Operation.ID
		p.response = p.match.Operation.Response(p.out.Status)
		p.chooseSchema()
	}
}

// knownMethod returns the method for a reason. Methods that are not well known
// have one text in common, so that the number of reasons is bounded.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions, http.MethodTrace, http.MethodConnect, "QUERY":
		return method
	}
	return "of the request"
}

// hasNoBody reports whether HTTP does not allow the response a body, whatever
// the description says (RFC 9110, 6.4.1).
func hasNoBody(method string, status int) bool {
	switch {
	case method == http.MethodHead, 100 <= status && status < 200:
		return true
	}
	return status == http.StatusNoContent || status == http.StatusResetContent || status == http.StatusNotModified
}

// chooseSchema finds the media type and the schema that describe the body.
// Without them it says why the exchange is skipped, or that it has no body to
// check.
func (p *pass) chooseSchema() {
	status, body := p.out.Status, &p.x.Response.Body
	described := p.response != nil && status != 0 && len(p.x.Defects) == 0
	switch {
	case described && p.response.Unusable:
		p.out.Skipped = "the description of the response cannot be used"
	case described && hasNoBody(p.x.Request.Method, status):
		p.out.Bodies = 1
	case described && len(p.response.Media) == 0 && len(body.Bytes) == 0:
		p.out.Bodies = 1
	case body.Missing != "":
		p.out.Skipped = body.Missing
	case p.response == nil && status == 0:
		p.out.Skipped = "the recording does not say the status"
	case p.response == nil:
		p.out.Skipped = "status " + strconv.Itoa(status) + " is not described"
	case status == http.StatusPartialContent:
		p.out.Skipped = "answers with status 206, whose body is incomplete"
	case len(p.response.Media) == 0:
		p.out.Skipped = "the description has no body for the status"
	default:
		p.chooseMedia()
	}
}
