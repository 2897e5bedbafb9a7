package recording

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/redact"
)

// nothingOfBody is the reason for a missing body if the headers announce one
// that the recorder did not keep.
const nothingOfBody = "the recording holds nothing of the body that Content-Length announces"

// statusZero is the reason for a missing body if a recorder writes 0 as the
// status.
const statusZero = "the request got no response (status 0)"

// announced returns the length of the body by its headers, or -1 if they do not
// tell: they state that of the encoded body, but many recorders write the
// decoded one.
func announced(x *plumb.Exchange) int {
	h := x.Response.Header
	length := h.Get("Content-Length")
	if length == "" {
		return -1
	}
	n, err := strconv.Atoi(length)
	if err != nil || n < 0 || h.Get("Content-Encoding") != "" || h.Get("Transfer-Encoding") != "" {
		return -1
	}
	return n
}

// hasContent reports whether the headers announce a body that is not empty.
func hasContent(x *plumb.Exchange) bool {
	length := x.Response.Header.Get("Content-Length")
	return length != "" && length != "0" && !isBodiless(x)
}

// isBodiless reports whether no body follows the headers of x, whatever length
// they state.
func isBodiless(x *plumb.Exchange) bool {
	status := x.Response.Status
	return x.Request.Method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified
}

// markLost records what the recorder lost of a body that is shorter than the
// length in which it was sent: all of it, or its end. The length alone does not
// show a loss, since a recorder may reformat the body.
func markLost(x *plumb.Exchange, length int) {
	body := x.Response.Body
	switch {
	case body.Missing != "" || len(body.Bytes) >= length || isBodiless(x):
	case len(body.Bytes) == 0:
		x.Response.Body = plumb.Body{Missing: nothingOfBody}
	case isCutOff(body.Bytes):
		unreadable(x, plumb.Defect{
			Rule: "capture-truncated", Message: "the recorder cut off the body",
			Found: fmt.Sprintf("%d of %d bytes", len(body.Bytes), length), Place: bodyPlace(body),
		})
	}
}

// isCutOff reports whether a body ends within the JSON value that it begins
// with. A recorded size that is larger than the body proves nothing by itself:
// it can be that of an encoded body, or of the body before values in it were
// replaced.
func isCutOff(body []byte) bool {
	if body = trimSpace(body); len(body) == 0 || strings.IndexByte("{[\"", body[0]) < 0 {
		return false
	}
	_, faults := jsonvalue.Parse(body, maxDepth)
	return len(faults) > 0 && faults[len(faults)-1].Kind == jsonvalue.Truncated
}

// markFailed records that the response of x was not received to its end, and
// why.
func markFailed(x *plumb.Exchange, why string, place plumb.Place) {
	unreadable(x, plumb.Defect{Rule: "capture-truncated", Message: "the response was not received to its end", Found: why, Place: place})
}

// masked is what replaces a credential.
var masked = []byte(redact.Mark)

// markMasked records that a body is no longer JSON because something in it was
// masked: all of it, or a value with its quotes.
func markMasked(x *plumb.Exchange) {
	body := x.Response.Body
	if !bytes.Contains(body.Bytes, masked) || !mayBeJSON(x.Response.Header) || isJSONText(body.Bytes) {
		return
	}
	if isJSONText(bytes.ReplaceAll(body.Bytes, masked, []byte("0"))) {
		unreadable(x, plumb.Defect{
			Rule: "capture-unreadable", Message: "the body is no longer JSON, since a part of it was masked without quotes; record it again, or mask only the contents of strings",
			Found: redact.Mark, Place: bodyPlace(body),
		})
	}
}

// isJSONText reports whether text is JSON, possibly with repeated members.
func isJSONText(text []byte) bool {
	_, faults := jsonvalue.Parse(text, maxDepth)
	for _, f := range faults {
		if f.Kind != jsonvalue.DuplicateKey {
			return false
		}
	}
	return true
}

// mayBeJSON reports whether the media type is JSON, or not stated.
func mayBeJSON(h http.Header) bool {
	media, _, _ := strings.Cut(strings.ToLower(h.Get("Content-Type")), ";")
	return media == "" || strings.HasSuffix(strings.TrimSpace(media), "json")
}

// bodyPlace returns where a body begins.
func bodyPlace(body plumb.Body) plumb.Place {
	var place plumb.Place
	if body.Locate != nil {
		place.Line, place.Column = body.Locate(0)
	}
	return place
}
