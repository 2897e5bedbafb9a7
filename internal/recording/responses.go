package recording

import (
	"bytes"
	"strconv"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lazyregexp"
)

var responsesFormat = Format{
	Name:   "responses",
	Of:     "what its recorder writes (Python)",
	Sign:   "a line `responses:`, and an item `- response:` after it",
	Record: "`@_recorder.record(file_path=\"out.yaml\")` of the Python library `responses`.",
	Notes:  "Only the method and the URL of a request are recorded.",

	recognises: isResponses,
	read:       (*reader).responses,
}

// The line before the entries, and the first entry on the line after it.
var (
	responsesKey   = lazyregexp.New(`^responses:[ \t\r]*\n`)
	responsesStart = lazyregexp.New(`(?m)^responses:[ \t\r]*\n[ ]*- response:`)
)

// isResponses recognises what responses._recorder writes.
func isResponses(b beginning) bool {
	return !b.isJSON() && bytes.Contains(b.head, []byte("- response:")) && responsesStart().Match(b.head)
}

// responses reads such a file, in which the method and the URL of a request are
// part of its response.
func (r *reader) responses() error {
	return r.yamlSequence(responsesKey(), func(n yamlNode, x *plumb.Exchange) {
		response := n.member("response")
		if response == nil {
			unusable(x, "response")
			return
		}
		m := exchangeHead{
			method: scalarOf(response.member("method")), url: scalarOf(response.member("url")),
			response: withContentType(headerOfNode(response.member("headers")), scalarOf(response.member("content_type"))),
		}
		m.status, _ = strconv.Atoi(scalarOf(response.member("status")))
		m.applyTo(x)
		r.setInteractionBody(x, response)
	})
}
