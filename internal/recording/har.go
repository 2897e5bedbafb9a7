package recording

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/validator"
)

// harEntry reads an entry of a HAR 1.2 file.
func (r *reader) harEntry(e *entry) *validator.Exchange {
	x := &validator.Exchange{}
	if v, faults := r.parse(e, x); v != nil {
		r.har(e, v, faults, x)
	}
	return x
}

func (r *reader) har(e *entry, v *jsonvalue.Value, faults []jsonvalue.Fault, x *validator.Exchange) {
	request, response := v.Member("request"), v.Member("response")
	if response == nil || response.Kind != jsonvalue.Object {
		unreadable(x, validator.Defect{Rule: "capture-unreadable", Message: "the entry has no response", Place: x.Place})
		return
	}
	content := response.At("content")
	x.Request = validator.Request{
		Method: strings.ToUpper(text(request.At("method"))),
		URL:    text(request.At("url")),
		Header: harHeader(request.At("headers")),
	}
	x.Response.Status = integer(response.At("status"))
	x.Response.Header = harHeader(response.At("headers"))
	if mime := text(content.At("mimeType")); mime != "" && mime != "x-unknown" && x.Response.Header.Get("Content-Type") == "" {
		x.Response.Header.Set("Content-Type", mime)
	}
	x.Time = firstTime(x.Response.Header, text(v.At("startedDateTime")))
	if took, err := strconv.ParseFloat(number(v.At("time")), 64); err == nil && took > 0 && v.At("startedDateTime") != nil {
		x.Time = x.Time.Add(time.Duration(math.Round(took * float64(time.Millisecond)))) // cut short, it would be a nanosecond early
	}
	x.Secrets = redact.Credentials(x.Request.URL, x.Request.Header, x.Response.Header)

	body := content.At("text")
	if body != nil && body.Kind == jsonvalue.Null {
		body = nil
	}
	size := number(content.At("size"))
	switch {
	case x.Response.Status == 0:
		x.Response.Body.Missing = "the request got no response (status 0)"
	case body == nil && size != "0":
		x.Response.Body.Missing = noBody
	case body == nil:
		// Nothing was sent: the body is there, and empty.
	case text(content.At("encoding")) == "base64":
		r.setBase64(x, e, body)
	default:
		r.setText(x, e, body)
	}
	r.addFaults(x, e, faults, body)
	addDefects(x, v.At("_defects"))
}

// addDefects adds what plumb proxy found in what came, and could not keep.
func addDefects(x *validator.Exchange, list *jsonvalue.Value) {
	if list == nil {
		return
	}
	for _, d := range list.Items {
		x.Defects = append(x.Defects, validator.Defect{
			Rule:    text(d.At("rule")),
			Message: text(d.At("message")),
			Found:   text(d.At("found")),
			Place:   x.Place,
		})
	}
}

// harHeader reads a list of {name, value}. The pseudo-headers of HTTP/2, which
// begin with a colon, are left out.
func harHeader(v *jsonvalue.Value) http.Header {
	h := http.Header{}
	if v == nil {
		return h
	}
	for _, item := range v.Items {
		if name := text(item.Member("name")); name != "" && name[0] != ':' {
			h.Add(name, text(item.Member("value")))
		}
	}
	return h
}

// number is a number as written; empty for anything else.
func number(v *jsonvalue.Value) string {
	if v == nil || v.Kind != jsonvalue.Number {
		return ""
	}
	return v.Text
}
