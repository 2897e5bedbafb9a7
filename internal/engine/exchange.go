package engine

import (
	"net/http"
	"slices"
	"time"

	"github.com/plumbapi/plumb"
)

// ownTime is the time that a response has by itself: by the clock of its server
// where it says so (RFC 9110, 6.6.1), else that of the recorder, which need not
// agree with the timestamps in the body.
func ownTime(x *plumb.Exchange) time.Time {
	if date := x.Response.Header.Get("Date"); date != "" {
		if t, err := http.ParseTime(date); err == nil {
			return t
		}
	}
	return x.Time
}

// mayHave reports whether a request has one of the headers, or can have, since
// the recording does not say.
func mayHave(r *plumb.Request, names ...string) bool {
	return len(r.Header) == 0 || slices.ContainsFunc(names, func(name string) bool { return r.Header.Get(name) != "" })
}

// unlabelled reports whether headers were recorded, and none says the media type.
func unlabelled(r *plumb.Response) bool {
	return len(r.Header) > 0 && r.Header.Get("Content-Type") == ""
}
