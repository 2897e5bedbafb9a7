package recording

import (
	"encoding/hex"
	"net/http"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var nockFormat = Format{
	Name:   "nock",
	Of:     "what its recorder writes as objects (Node.js)",
	Sign:   "an object, or a list of them, with `scope`, `method` and `path`",
	Record: "`nock.recorder.rec({output_objects: true})` or `nock.back`.",
	Notes:  "Compressed and binary bodies are in hexadecimal.",

	recognises: isNock,
	read:       entriesOf((*reader).nockEntry),
}

// isNock recognises the objects that the recorder of nock writes.
func isNock(b beginning) bool {
	return b.has("scope", "method", "path") && b.hasAny("status", "response", "rawHeaders")
}

// nockEntry reads one of them.
func (r *reader) nockEntry(e *entry) *plumb.Exchange {
	x := &plumb.Exchange{}
	v, faults := r.parse(e, x)
	if v == nil {
		return x
	}
	if v.Member("path") == nil || v.Member("scope") == nil {
		return unusable(x, "scope or no path")
	}
	header := nockHeader(e, v.Member("rawHeaders"))
	if header == nil {
		header = e.headerOf(v.Member("headers"))
	}
	exchangeHead{
		method: text(v.Member("method")), url: text(v.Member("scope")) + text(v.Member("path")),
		request: e.headerOf(v.Member("reqheaders")), status: integer(v.Member("status")), response: header,
	}.applyTo(x)
	body := v.Member("response")
	if isBinary := v.Member("responseIsBinary"); body != nil && (isBinary != nil && isBinary.True || isHexChunks(header, body)) {
		r.setHex(x, e, body)
	} else {
		r.setJSONOrText(x, e, body)
	}
	r.addFaults(x, e, faults, body)
	return x
}

// nockHeader reads a list of alternating names and values, or an object.
func nockHeader(e *entry, v *jsonvalue.Value) http.Header {
	if v == nil || v.Kind != jsonvalue.Array {
		return e.headerOf(v)
	}
	h := http.Header{}
	for i := 0; i+1 < len(v.Items); i += 2 {
		h.Add(text(v.Items[i]), text(v.Items[i+1]))
	}
	return h
}

// isHexChunks reports whether a body is written as chunks in hexadecimal, which
// is how nock writes a compressed body.
func isHexChunks(h http.Header, body *jsonvalue.Value) bool {
	if h.Get("Content-Encoding") == "" || len(body.Items) == 0 {
		return false
	}
	for _, item := range body.Items {
		if _, err := hex.DecodeString(text(item)); err != nil || item.Kind != jsonvalue.String {
			return false
		}
	}
	return true
}

// setHex sets the body of x from one or several strings in hexadecimal.
func (r *reader) setHex(x *plumb.Exchange, e *entry, v *jsonvalue.Value) {
	place := e.place(v.Start)
	data, err := hex.DecodeString(text(v))
	for _, item := range v.Items {
		chunk, chunkErr := hex.DecodeString(text(item))
		data = append(data, chunk...)
		if chunkErr != nil {
			err = chunkErr
		}
	}
	if err != nil {
		unreadable(x, plumb.Defect{
			Rule: "capture-unreadable", Message: "the body is not hexadecimal", Found: err.Error(), Place: place,
		})
		return
	}
	r.setBody(x, data, onLine(place.Line))
}
