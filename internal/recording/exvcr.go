package recording

import (
	"bytes"
	"encoding/binary"
	"errors"

	"github.com/plumbapi/plumb"
)

var exVCRFormat = Format{
	Name:   "ExVCR",
	Of:     "tests in Elixir",
	Sign:   "a list of interactions in JSON with `response.status_code`",
	Record: "`use_cassette \"name\" do ... end`.",
	Notes:  "A binary body is an Erlang term in base64, which is decoded. A response of the type `error` means that there was none.",

	recognises: isExVCR,
	read:       entriesOf((*reader).cassetteJSON),
}

// isExVCR recognises a list of interactions as ExVCR (Elixir) writes them.
func isExVCR(b beginning) bool {
	return b.list && b.has("request") && b.object("response").has("status_code", "type")
}

// isExVCRResponse reports whether a response was recorded by ExVCR (Elixir),
// which records whether there was a response at all.
func isExVCRResponse(response node) bool {
	kind := scalarOf(response.member("type"))
	return response.member("status_code") != nil && (kind == "ok" || kind == "error")
}

// setExVCRBody sets the body of x from a response that ExVCR recorded. A body
// that is not text is an Erlang term in base64.
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
				Rule: "capture-unreadable", Message: "the body is not an Erlang binary", Found: err.Error(), Place: plumb.Place{Line: line},
			})
			return
		}
		r.setBody(x, data, onLine(line))
	}
}

// erlangBinary reads a binary in the external term format of Erlang: the
// version, the tag of a binary, the length in four bytes, and the bytes.
func erlangBinary(term []byte) ([]byte, error) {
	const version, binaryTag = 131, 109
	content, ok := bytes.CutPrefix(term, []byte{version, binaryTag})
	if !ok || len(content) < 4 {
		return nil, errors.New("it does not begin like one")
	}
	length, content := binary.BigEndian.Uint32(content), content[4:]
	if uint64(length) != uint64(len(content)) {
		return nil, errors.New("its length is not the one that it states")
	}
	return content, nil
}
