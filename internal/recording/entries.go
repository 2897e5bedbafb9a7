package recording

import (
	"bytes"
	"net/http"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/redact"
)

// containerOf returns a reader of entries that are in a list, to which path
// leads in an object.
func containerOf(parse func(*reader, *entry) *plumb.Exchange, path ...string) func(*reader) error {
	return func(r *reader) error {
		return r.values(func(byte) (bool, error) {
			return true, r.container(&container{path: path, parse: parse})
		})
	}
}

// entriesOf returns a reader of entries that are objects: one on each line, one
// after the other, or in a list.
func entriesOf(parse func(*reader, *entry) *plumb.Exchange) func(*reader) error {
	return func(r *reader) error {
		if r.beginning().isLineWise() {
			return r.lineEntries(parse)
		}
		return r.values(func(c byte) (bool, error) {
			if c == '[' {
				r.src.advance(1)
				return r.elements(parse)
			}
			e := r.cutValue()
			return e.ended, r.parseLater(e, parse)
		})
	}
}

// values reads consecutive objects and lists, up to the end or up to one after
// which no more can be found.
func (r *reader) values(read func(c byte) (more bool, err error)) error {
	for {
		c, ok := r.src.next()
		if !ok {
			return nil
		}
		if c != '{' && c != '[' {
			return r.lost("an entry")
		}
		if more, err := read(c); err != nil || !more {
			return err
		}
	}
}

// lineEntries reads one entry on each line. A broken line does not affect the
// next one.
func (r *reader) lineEntries(parse func(*reader, *entry) *plumb.Exchange) error {
	return r.eachLine(func(e *entry) error { return r.parseLater(e, parse) })
}

// eachLine calls take for each line that is not blank.
func (r *reader) eachLine(take func(*entry) error) error {
	for {
		if _, ok := r.src.next(); !ok {
			return nil
		}
		e := r.src.cut(r.lim.Entry, lineScanner{})
		e.data = bytes.TrimRight(e.data, " \t\r\n")
		if err := take(e); err != nil {
			return err
		}
	}
}

// exchangeHead is what an entry says about its exchange, apart from the body.
type exchangeHead struct {
	method, url string
	request     http.Header
	status      int
	response    http.Header
	time        time.Time // zero if only a Date header can give it
}

// applyTo sets everything of x but its body and its place.
func (h exchangeHead) applyTo(x *plumb.Exchange) {
	x.Request = plumb.Request{Method: strings.ToUpper(h.method), URL: h.url, Header: h.request}
	x.Response.Status, x.Response.Header = h.status, h.response
	if x.Time = h.time; h.time.IsZero() {
		x.Time = firstTime(h.response, "")
	}
	x.Secrets = redact.Credentials(h.url, h.request, h.response)
}

// withContentType returns h with the media type as its Content-Type, unless h
// has one already.
func withContentType(h http.Header, media string) http.Header {
	if media == "" || h.Get("Content-Type") != "" {
		return h
	}
	if h == nil {
		h = http.Header{}
	}
	h.Set("Content-Type", media)
	return h
}

// setJSONOrText sets the body of x from a value that is the body itself if the
// body is JSON, and otherwise a string with its text.
func (r *reader) setJSONOrText(x *plumb.Exchange, e *entry, v *jsonvalue.Value) {
	switch {
	case v == nil:
		x.Response.Body.Missing = noBody
	case v.Kind == jsonvalue.String && isBodyText(x.Response.Header, v.Text):
		r.setText(x, e, v)
	default:
		r.setBody(x, e.data[v.Start:v.End], e.locate(v.Start))
	}
}

// isBodyText reports whether a string is the text of a body, and not a body
// that is a JSON string. If the media type is JSON or not stated, the text
// decides: a JSON string that contains an object or a list is hardly ever sent.
func isBodyText(h http.Header, text string) bool {
	if !mayBeJSON(h) {
		return true
	}
	text = strings.TrimLeft(text, " \t\r\n")
	return text == "" || strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")
}

// unusable marks x as unreadable because its entry lacks something that an
// exchange needs.
func unusable(x *plumb.Exchange, lacks string) *plumb.Exchange {
	unreadable(x, plumb.Defect{Rule: "capture-unreadable", Message: "the entry has no " + lacks, Place: x.Place})
	return x
}

// unixTime converts seconds since 1970, or milliseconds if as seconds they
// would be far in the future. It returns the zero time for 0.
func unixTime(seconds float64) time.Time {
	const year2200 = 7_258_118_400
	if seconds > year2200 {
		seconds /= 1000
	}
	if seconds <= 0 || seconds > year2200 {
		return time.Time{}
	}
	return time.UnixMicro(int64(seconds * 1e6)).UTC()
}
