package engine

import (
	"net/http"
	"slices"
	"time"

	"github.com/plumbapi/plumb"
)

// ownTime returns the time of a response: that of its Date header (RFC 9110,
// 6.6.1) if it has one, since the clock of the recorder need not agree with the
// timestamps in the body; else the time of the recorder.
func ownTime(x *plumb.Exchange) time.Time {
	if date := x.Response.Header.Get("Date"); date != "" {
		if t, err := http.ParseTime(date); err == nil {
			return t
		}
	}
	return x.Time
}

// mayHave reports whether a request has one of the headers, or may have it
// because no headers were recorded.
func mayHave(r *plumb.Request, names ...string) bool {
	return len(r.Header) == 0 || slices.ContainsFunc(names, func(name string) bool { return r.Header.Get(name) != "" })
}

// unlabelled reports whether headers were recorded, but no Content-Type.
func unlabelled(r *plumb.Response) bool {
	return len(r.Header) > 0 && r.Header.Get("Content-Type") == ""
}
