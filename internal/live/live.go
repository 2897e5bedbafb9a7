// Package live makes exchanges from HTTP traffic as it passes. It does not
// change the traffic.
package live

import (
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/internal/redact"
)

// Reasons why an exchange has no body to check.
const (
	tooLarge = "a body over the limit"
	stream   = "a stream"
	unread   = "a body that was not read to its end"
	upgraded = "a connection that switched to another protocol"
	noRoom   = "a body for which there was no room, since too much passed at the same time"

	BrokenOff = "a response that broke off"
)

// New makes an exchange from a request and the head of its response, at the
// current time. The caller sets the place, and the body, with [SetBody] or in
// another way.
func New(req *http.Request, status int, header http.Header) *plumb.Exchange {
	x := &plumb.Exchange{
		Request:  plumb.Request{Method: strings.ToUpper(req.Method), URL: req.URL.String(), Header: req.Header.Clone()},
		Response: plumb.Response{Status: status, Header: textOf(header)},
		Time:     time.Now(),
	}
	if x.Request.Method == "" {
		x.Request.Method = http.MethodGet
	}
	x.Secrets = redact.Credentials(x.Request.URL, req.Header, header)
	return x
}

// textOf returns a copy of a header whose values are valid UTF-8, as they are
// in a recording.
func textOf(header http.Header) http.Header {
	h := header.Clone()
	for _, values := range h {
		for i, value := range values {
			values[i] = strings.ToValidUTF8(value, "\uFFFD")
		}
	}
	return h
}

// SetBody sets the body of x, given its first bytes as sent: all of them, or
// more than lim.Body if the body is larger than that. For a stream, they may be
// missing.
func SetBody(x *plumb.Exchange, sent []byte, lim recording.Limits) {
	switch {
	case IsStream(x.Response.Header):
		x.Response.Body.Missing = stream
	case int64(len(sent)) > lim.Body:
		x.Response.Body.Missing = tooLarge
	default:
		recording.SetBody(x, sent, lim)
	}
}

// Ends reports whether a body comes to an end by itself: it is JSON, or its
// length is known and within the limit. Other bodies may be streams, which must
// not be read ahead.
func Ends(resp *http.Response, lim recording.Limits) bool {
	media := mediaType(resp.Header)
	if resp.StatusCode == http.StatusSwitchingProtocols || IsStream(resp.Header) || resp.ContentLength > lim.Body {
		return false
	}
	return resp.ContentLength >= 0 || media == "application/json" || strings.HasSuffix(media, "+json")
}

// IsStream reports whether a response is a stream by its media type.
func IsStream(header http.Header) bool {
	switch mediaType(header) {
	case "text/event-stream", "application/x-ndjson", "application/jsonl", "application/json-seq", "multipart/x-mixed-replace":
		return true
	}
	return false
}

func mediaType(header http.Header) string {
	media, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	return media
}
