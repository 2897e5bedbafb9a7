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

// nothingOfBody is why the body is missing where the headers announce one that
// the recorder did not keep.
const nothingOfBody = "the recording holds nothing of the body that Content-Length announces"

// statusZero is why the body is missing where a recorder writes 0 as the status.
const statusZero = "the request got no response (status 0)"

// announced is the length of the body by its headers, or -1. It is that of the
// encoded body, of which many recorders write the decoded one.
func announced(x *plumb.Exchange) int {
	h := x.Response.Header
	n, err := strconv.Atoi(h.Get("Content-Length"))
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

// markLost says of a body that is shorter than it was when it was sent what the
// recorder lost of it: all, or its end. The length alone shows no loss, since
// a recorder may write the body anew.
func markLost(x *plumb.Exchange, length int) {
	body := x.Response.Body
	switch {
	case body.Missing != "" || len(body.Bytes) >= length || isBodiless(x):
	case len(body.Bytes) == 0:
		x.Response.Body = plumb.Body{Missing: nothingOfBody}
	case isCutOff(body.Bytes):
		unreadable(x, plumb.Defect{
			Rule: "capture-truncated", Message: "the recorder has cut off the body",
			Found: fmt.Sprintf("%d of %d bytes", len(body.Bytes), length), Place: bodyPlace(body),
		})
	}
}

// isCutOff reports whether a body ends within the JSON value that it begins
// with. A size that is larger than the body says nothing by itself: it can be
// that of another encoding, or of the body before values in it were replaced.
func isCutOff(body []byte) bool {
	if body = trimSpace(body); len(body) == 0 || strings.IndexByte("{[\"", body[0]) < 0 {
		return false
	}
	_, faults := jsonvalue.Parse(body, maxDepth)
	return len(faults) > 0 && faults[len(faults)-1].Kind == jsonvalue.Truncated
}

// markFailed says of x that its response was not received to its end, and why.
func markFailed(x *plumb.Exchange, why string, place plumb.Place) {
	unreadable(x, plumb.Defect{Rule: "capture-truncated", Message: "the response was not received to its end", Found: why, Place: place})
}

// masked is what a credential is replaced by.
var masked = []byte(redact.Mark)

// markMasked says of a body that it is JSON no longer because something in it
// was masked: all of it, or a value with its quotes.
func markMasked(x *plumb.Exchange) {
	body := x.Response.Body
	if !bytes.Contains(body.Bytes, masked) || !mayBeJSON(x.Response.Header) || isJSONText(body.Bytes) {
		return
	}
	if isJSONText(bytes.ReplaceAll(body.Bytes, masked, []byte("0"))) {
		unreadable(x, plumb.Defect{
			Rule: "capture-unreadable", Message: "the body is JSON no longer, since a part of it was masked without quotes; record it again, or mask whole strings only",
			Found: redact.Mark, Place: bodyPlace(body),
		})
	}
}

// isJSONText reports whether text is JSON, repeated members aside.
func isJSONText(text []byte) bool {
	_, faults := jsonvalue.Parse(text, maxDepth)
	for _, f := range faults {
		if f.Kind != jsonvalue.DuplicateKey {
			return false
		}
	}
	return true
}

// mayBeJSON reports whether the media type is that of JSON, or not stated.
func mayBeJSON(h http.Header) bool {
	media, _, _ := strings.Cut(strings.ToLower(h.Get("Content-Type")), ";")
	return media == "" || strings.HasSuffix(strings.TrimSpace(media), "json")
}

// bodyPlace is where a body begins.
func bodyPlace(body plumb.Body) plumb.Place {
	var place plumb.Place
	if body.Locate != nil {
		place.Line, place.Column = body.Locate(0)
	}
	return place
}
