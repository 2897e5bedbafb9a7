package recording

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var batchFormat = Format{
	Name:   "Batch files",
	Of:     "input and output of Batch APIs, JSONL with custom_id",
	Sign:   "an object with `custom_id`, and `response`, `error`, or `method` and `url`",
	Record: "The input and output files of a batch: `client.files.content(batch.output_file_id)`.",
	Notes:  "An output file does not contain the requests: only the status of a response is known, and its schema is found as for a bare body. A line whose `response` is null got no response. A line of an input file is a request without a response.",

	recognises: isBatchLine,
	read:       entriesOf((*reader).batchEntry),
}

// isBatchLine recognises the input and output files of a Batch API: one request
// or one response on each line.
//
//	{"custom_id": "a", "method": "POST", "url": "/v1/...", "body": {...}}
//	{"custom_id": "a", "response": {"status_code": 200, "body": {...}}, "error": null}
func isBatchLine(b beginning) bool {
	return b.has("custom_id") && (b.has("method", "url") || b.has("response") || b.has("error"))
}

// batchEntry reads a line of such a file. Only the input file contains the
// requests, and only the output file the responses.
func (r *reader) batchEntry(e *entry) *plumb.Exchange {
	x := &plumb.Exchange{}
	v, faults := r.parse(e, x)
	if v == nil {
		return x
	}
	response := v.Member("response")
	switch {
	case v.Member("custom_id") == nil:
		return unusable(x, "custom_id")
	case response != nil && response.Kind == jsonvalue.Object:
		exchangeHead{status: integer(response.Member("status_code")), response: e.headerOf(response.Member("headers"))}.applyTo(x)
		body := response.Member("body")
		r.setJSONOrText(x, e, body)
		r.addFaults(x, e, faults, body)
	case v.Member("method") != nil || v.Member("url") != nil:
		exchangeHead{method: text(v.Member("method")), url: text(v.Member("url"))}.applyTo(x)
		x.Response.Body.Missing = "a request of a batch, whose response is in another file"
	default:
		x.Response.Body.Missing = "a request of a batch that got no response"
	}
	return x
}
