package engine

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb"
)

var httpStatus = &Rule{
	ID:       "http-status",
	Severity: plumb.Warning,
	basis:    byStructure,
	Title:    "a status code is not described",
	Text: `The operation answered with a status that its description does not name, not
even by a range such as 4XX or by default. Clients that follow the description
do not expect it. A failure of the server (5xx) is an error. Statuses that HTTP
defines for all operations are not reported: 1xx, 304 and 412 for a conditional
request, 206 and 416 for a request for a range. Nor is one that the request was
made to provoke: ` + "`plumb probe`" + ` sends the statuses that a step expects in the header
` + "`Plumb-Expected-Status`" + ` (` + "`404`, `200, 400-499`" + `), which any client may do. And a 401 for want of a good
credential is reported once: by scenario-unmet, if a step of a scenario got it.`,
	Fix:     "Describe the status for the operation, with its body, or answer with one that is described.",
	Example: "409 Conflict from an operation that describes 200 only",
	run: func(p *pass) {
		op, status := p.match.Operation, p.out.Status
		if op == nil || p.response != nil || status == 0 || p.isStatusOfHTTP() || expects(&p.x.Request, status) || p.isRefusalReported() {
			return
		}
		var described []string
		for _, r := range op.Responses {
			described = append(described, r.Status)
		}
		if status >= 500 {
			p.setSeverity(plumb.Error)
		}
		p.reportWhole(subjectAt(op.Place, indexToken(status)), placed("the status is not described", op.Place, indexToken(status), strings.Join(described, ", ")))
	},
}

// isRefusalReported reports whether scenario-unmet reports that the credentials of the
// request, or that it has none, kept a step from what it expects.
func (p *pass) isRefusalReported() bool {
	return p.out.Status == http.StatusUnauthorized && p.v.isEnabled(scenarioUnmet) &&
		slices.ContainsFunc(p.x.Defects, func(d plumb.Defect) bool { return d.Rule == scenarioUnmet.ID })
}

// isStatusOfHTTP reports whether the status is one that HTTP defines for any
// operation: of a conditional request, of a request for a range (RFC 9110, 13.2
// and 14.2), or of an interim response.
func (p *pass) isStatusOfHTTP() bool {
	switch p.out.Status {
	case http.StatusNotModified, http.StatusPreconditionFailed:
		return mayHave(&p.x.Request, "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range")
	case http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable:
		return mayHave(&p.x.Request, "Range")
	}
	return 100 <= p.out.Status && p.out.Status < 200
}

// ExpectedStatus is the name of a request header that lists the statuses which
// the client expects: codes, and ranges of codes. It is in the request so that
// any recording of the exchange has it.
const ExpectedStatus = "Plumb-Expected-Status"

// expects reports whether the client expects a status.
func expects(r *plumb.Request, status int) bool {
	for item := range strings.SplitSeq(r.Header.Get(ExpectedStatus), ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(item), "-")
		if !isRange {
			to = from
		}
		first, err := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err == nil && err2 == nil && first <= status && status <= last {
			return true
		}
	}
	return false
}
