package recording

import (
	"bytes"
	"strconv"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var newmanFormat = Format{
	Name:   "Newman",
	Of:     "reports of its reporter json",
	Sign:   "an object with `run.executions`, or with `collection`",
	Record: "`newman run collection.json -r json --reporter-json-export run.json`.",
	Notes:  "The body is a list of bytes, so that the place of a finding is only that of the entry.",

	recognises: isNewman,
	read:       containerOf((*reader).newmanEntry, "run", "executions"),
}

// isNewman recognises the report of a run that Newman's reporter "json" writes.
func isNewman(b beginning) bool {
	if b.list || b.object("run").has("executions") {
		return !b.list
	}
	return b.object("collection").hasAny("item", "info", "_") && isOpen(b.head) // a large collection precedes the run
}

// newmanEntry reads an execution of a request.
func (r *reader) newmanEntry(e *entry) *plumb.Exchange {
	x := &plumb.Exchange{}
	if e.data == nil {
		r.parse(e, x)
		return x
	}
	// As a tree, a body that is a list of bytes would take a hundred times its
	// size.
	bare := *e
	var stream []byte
	bare.data, stream = withoutStream(e.data)
	v, faults := r.parse(&bare, x)
	if v == nil {
		return x
	}
	request, response := v.Member("request"), v.Member("response")
	if request == nil {
		return unusable(x, "request")
	}
	postmanHead(request, response, nil).applyTo(x)
	body := response.At("body")
	switch {
	case response == nil || response.Kind == jsonvalue.Null:
		x.Response.Body.Missing = "the request got no response"
	case stream != nil:
		r.setStream(x, stream)
	case body != nil:
		r.setText(x, e, body)
	default:
		x.Response.Body.Missing = noBody
	}
	r.addFaults(x, e, faults, body)
	return x
}

// withoutStream returns an execution in which the elements of
// response.stream.data are replaced by spaces, and those elements; nil if there
// are none.
func withoutStream(text []byte) (rest, data []byte) {
	value := text
	for _, name := range []string{"response", "stream", "data"} {
		var inner []byte
		for n, v := range members(value) {
			if n == name {
				inner = v
			}
		}
		if value = inner; value == nil {
			return text, nil
		}
	}
	value, ok := bytes.CutPrefix(value, []byte("["))
	if !ok {
		return text, nil
	}
	data = bytes.TrimSuffix(value, []byte("]"))
	rest = bytes.Clone(text)
	start := cap(text) - cap(data) // data is a part of text
	for i := range data {
		rest[start+i] = ' '
	}
	return rest, data
}

// setStream sets the body of x from a list of its bytes, as numbers.
func (r *reader) setStream(x *plumb.Exchange, stream []byte) {
	body := []byte{}
	for rest, more := stream, len(bytes.TrimSpace(stream)) > 0; more; {
		var number []byte
		number, rest, more = bytes.Cut(rest, []byte(","))
		n, err := strconv.ParseUint(string(bytes.TrimSpace(number)), 10, 8)
		if err != nil {
			unreadable(x, plumb.Defect{
				Rule: "capture-unreadable", Message: "the body is not a list of bytes", Place: x.Place,
			})
			return
		}
		body = append(body, byte(n))
	}
	r.setBody(x, body, onLine(x.Place.Line))
}
