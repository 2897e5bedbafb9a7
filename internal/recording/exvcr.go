package recording

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/plumbapi/plumb"
)

// isExVCR reports whether a response is one of ExVCR (Elixir), which says of
// each response whether there was one.
func isExVCR(response node) bool {
	kind := scalarOf(response.member("type"))
	return response.member("status_code") != nil && (kind == "ok" || kind == "error")
}

// setExVCRBody gives x the body of a response that ExVCR recorded. A body that
// is not text is a term of Erlang in base64.
func (r *reader) setExVCRBody(x *plumb.Exchange, response node) {
	body := response.member("body")
	switch {
	case scalarOf(response.member("type")) == "error":
		x.Response.Body.Missing = "the request got no response"
	case body == nil || !isTrue(response.member("binary")):
		r.setInteractionBody(x, response)
	default:
		data, line, ok := decodeNode(x, body)
		if !ok {
			return
		}
		data, err := erlangBinary(data)
		if err != nil {
			unreadable(x, plumb.Defect{
				Rule: "capture-unreadable", Message: "the body is not a binary of Erlang", Found: err.Error(), Place: plumb.Place{Line: line},
			})
			return
		}
		r.setBody(x, data, onLine(line))
	}
}

// erlangBinary reads a binary in the external term format of Erlang: its
// version, the tag of a binary, the length in four bytes, the bytes.
func erlangBinary(term []byte) ([]byte, error) {
	const version, binaryTag = 131, 109
	content, ok := bytes.CutPrefix(term, []byte{version, binaryTag})
	if !ok || len(content) < 4 {
		return nil, errors.New("it does not begin as one")
	}
	length, content := binary.BigEndian.Uint32(content), content[4:]
	if uint64(length) != uint64(len(content)) {
		return nil, errors.New("its length is another one than it says")
	}
	return content, nil
}
