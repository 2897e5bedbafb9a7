package recording

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/internal/rfc3339"
)

// bareLine reads a line that is not an exchange. Broken JSON is a fault of the
// body, which checking it finds, unless the other lines are exchanges, or the
// recording ends within it.
func (r *reader) bareLine(e *entry, exchanges bool) *plumb.Exchange {
	x := &plumb.Exchange{}
	if exchanges {
		if v, faults := jsonvalue.Parse(e.data, maxDepth); v == nil || isTrailing(faults) {
			r.parse(e, x)
			return x
		}
	}
	if !e.ended {
		if c := e.data[0]; (c == '{' || c == '[' || c == '"') && isOpen(e.data) {
			x.Place = e.start
			unreadable(x, e.cutOff())
			return x
		}
	}
	return r.bareBody(e)
}

func isTrailing(faults []jsonvalue.Fault) bool {
	return len(faults) > 0 && faults[len(faults)-1].Kind == jsonvalue.Trailing
}

// isOpen reports whether the text ends before the value that it begins with.
func isOpen(text []byte) bool {
	var v valueScanner
	_, done := v.scan(text)
	return !done
}

// isExchange reports whether an entry is an exchange: an object whose members
// request and response are objects. Lines with a response alone exist, too: the
// output files of a batch consist of them, and they are bodies.
func isExchange(text []byte) bool {
	if !bytes.Contains(text, []byte(`"request"`)) || !bytes.Contains(text, []byte(`"response"`)) {
		return false
	}
	var request, response bool
	for name, value := range members(trimSpace(text)) {
		isObject := len(value) > 0 && value[0] == '{'
		request = request || name == "request" && isObject
		response = response || name == "response" && isObject
	}
	return request && response
}

// exchangeLine reads a line if it is an exchange; otherwise it returns nil.
func (r *reader) exchangeLine(e *entry) *plumb.Exchange {
	v := e.outline("response", "body")
	if v == nil {
		if isExchange(e.data) {
			return r.exchange(e)
		}
		return nil
	}
	if request, response := v.At("request"), v.At("response"); request == nil || request.Kind != jsonvalue.Object || response == nil || response.Kind != jsonvalue.Object {
		return nil
	}
	x := e.exchange()
	x.Place = e.start
	r.exchangeOf(x, e, v, nil)
	return x
}

// exchange reads an exchange of our own format, an entry of a HAR file, or an
// interaction of a cassette that is a list of them.
func (r *reader) exchange(e *entry) *plumb.Exchange {
	x := e.exchange()
	v, faults := r.parse(e, x, "response", "body")
	if v != nil {
		r.exchangeOf(x, e, v, faults)
	}
	return x
}

// exchangeOf makes an exchange of the tree of an entry, in which the body may be
// an outline.
func (r *reader) exchangeOf(x *plumb.Exchange, e *entry, v *jsonvalue.Value, faults []jsonvalue.Fault) {
	switch {
	case v.At("response", "content") != nil:
		r.har(e, v, faults, x)
		return
	case isInteraction(v):
		if v, faults = r.parse(e, x); v != nil {
			r.interaction(jsonNode{v, e}, x)
			r.addFaults(x, e, faults, nil)
		}
		return
	}
	response := v.Member("response")
	x.Request = plumb.Request{
		Method: strings.ToUpper(text(v.At("request", "method"))),
		URL:    text(v.At("request", "url")),
		Header: e.sharedHeader(ofRequest, v.At("request", "headers"), (*entry).headerOf),
	}
	if x.Request.URL == "" {
		x.Request.URL = text(v.At("request", "uri"))
	}
	x.Response.Status = integer(response.At("status"))
	x.Response.Header = e.sharedHeader(ofResponse, response.At("headers"), (*entry).headerOf)
	x.Time = firstTime(x.Response.Header, text(v.Member("time")))
	x.Secrets = redact.Credentials(x.Request.URL, x.Request.Header, x.Response.Header)

	var body *jsonvalue.Value
	if body = response.Member("body"); body != nil {
		r.setJSONOrText(x, e, body)
	} else if body = response.Member("bodyText"); body != nil {
		r.setText(x, e, body)
	} else if body = response.Member("bodyBase64"); body != nil {
		r.setBase64(x, e, body)
	} else {
		x.Response.Body.Missing = noBody
	}
	r.addFaults(x, e, faults, body)
}

// noBody is the reason for a missing body if an entry has none.
const noBody = "the recording holds no body"

// addFaults adds the faults of an entry that is usable all the same. It leaves
// out those within a body that is checked as it is, since checking the body
// finds them.
func (r *reader) addFaults(x *plumb.Exchange, e *entry, faults []jsonvalue.Fault, body *jsonvalue.Value) {
	for _, f := range faults {
		inBody := body != nil && body.Start <= f.Offset && f.Offset < body.End
		if inBody && body.Kind != jsonvalue.String || !inBody && f.Kind != jsonvalue.DuplicateKey {
			continue
		}
		x.Defects = append(x.Defects, plumb.Defect{
			Rule: "capture-unreadable", Message: "the entry is not valid JSON", Found: f.Message, Place: e.place(f.Offset),
		})
	}
}

// setText sets the body of x from a JSON string.
func (r *reader) setText(x *plumb.Exchange, e *entry, v *jsonvalue.Value) {
	if v.Kind != jsonvalue.String {
		unreadable(x, plumb.Defect{
			Rule: "capture-unreadable", Message: "the body is not a string", Found: v.Kind.String(), Place: e.place(v.Start),
		})
		return
	}
	r.setBody(x, bytesOf(v.Text), e.locateInString(v))
}

// locateInString returns the Locate of a body that is in a JSON string.
func (e *entry) locateInString(v *jsonvalue.Value) func(int) (int, int) {
	e.indexed()
	start := v.Start + 1 // not v itself, which would keep the decoded text in memory
	s := stringSpelling(e.data[start:v.End])
	return func(offset int) (int, int) {
		p := e.place(start + s.find(offset).at)
		return p.Line, p.Column
	}
}

// setBase64 sets the body of x from a JSON string in base64.
func (r *reader) setBase64(x *plumb.Exchange, e *entry, v *jsonvalue.Value) {
	if data, ok := decodeEntry(x, e, v); ok {
		r.setBody(x, data, onLine(e.place(v.Start).Line))
	}
}

// decodeEntry decodes a JSON string in base64. If the string is not base64, it
// adds a defect to x and returns false.
func decodeEntry(x *plumb.Exchange, e *entry, v *jsonvalue.Value) (data []byte, ok bool) {
	data, err := decodeBase64(v.Text)
	if err != nil {
		unreadable(x, notBase64(err, e.place(v.Start)))
	}
	return data, err == nil
}

// decodeBase64 reads base64 with or without padding and line breaks.
func decodeBase64(text string) ([]byte, error) {
	text = strings.TrimRight(strings.Join(strings.Fields(text), ""), "=")
	return base64.RawStdEncoding.DecodeString(text)
}

// text returns the text of a string, and "" for anything else.
func text(v *jsonvalue.Value) string {
	if v == nil || v.Kind != jsonvalue.String {
		return ""
	}
	return v.Text
}

// integer returns the value of a number, or of a string that contains one, and
// 0 for anything else.
func integer(v *jsonvalue.Value) int {
	if v == nil {
		return 0
	}
	n, _ := strconv.Atoi(v.Text)
	return n
}

// timeLayouts are the ways in which recorders write the time. One without a zone is UTC, as
// the recorders that leave it out mean it; by RFC 3339 it has one.
var timeLayouts = []string{time.RFC3339Nano, http.TimeFormat, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999"}

// firstTime returns the time that the recording states, or else that of the
// Date header of the response, or else the zero time.
func firstTime(h http.Header, stated string) time.Time {
	if unix, ok := rfc3339.Seconds(stated); ok {
		return time.Unix(unix, 0).UTC()
	}
	if stated != "" {
		for _, layout := range timeLayouts {
			if t, err := time.Parse(layout, stated); err == nil {
				return t
			}
		}
		if seconds, err := strconv.ParseInt(stated, 10, 64); err == nil {
			return time.Unix(seconds, 0).UTC() // EasyVCR
		}
	}
	t, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return t
}
