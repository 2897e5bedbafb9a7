package recording

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/redact"
)

var harFormat = Format{
	Name:   "HAR 1.2",
	Of:     "browsers and proxies",
	Sign:   "an object with `log`, and in it `version`, `creator`, `browser`, `pages`, `entries` or `comment`",
	Record: "In a browser, export the requests of its network panel with their content (\"Save all as HAR with content\"). `plumb proxy --har` writes one, too.",
	Notes: "The time is `startedDateTime` and `time`. An entry without `content.text` has no body, unless `content.size` is 0 and no header announces a body: then the body is empty. " +
		"A response with `_error` or `_failureText` is incomplete, and JSON that ends within a value and is shorter than `content.size` was cut off by the recorder: both are `capture-truncated`. " +
		"An entry with status 0 got no response. `content.mimeType` is used only if no headers were recorded: otherwise it is a guess of the recorder. " +
		"Messages of a WebSocket (`_webSocketMessages`) are not checked, and the report says so. An entry with the field `_plumb` was written by `plumb proxy`, and has the body as it was checked, with its `Content-Encoding` undone: `target` is the server that the proxy passed requests on to, which counts as a server of the description; `missing` says why there is no body; `defects` are the defects of a body that could not be kept, each with `rule`, `message` and `found`.",

	recognises: isHAR,
	read:       containerOf((*reader).harEntry, "log", "entries"),
}

// isHAR recognises a HAR file. The name "log" is a common word, so one of the
// members of a HAR log must be present, too.
func isHAR(b beginning) bool {
	return !b.list && b.object("log").hasAny("version", "creator", "browser", "pages", "entries", "comment")
}

// harEntry reads an entry of a HAR 1.2 file.
func (r *reader) harEntry(e *entry) *plumb.Exchange {
	x := e.exchange()
	if v, faults := r.parse(e, x, "response", "content", "text"); v != nil {
		r.har(e, v, faults, x)
	}
	return x
}

func (r *reader) har(e *entry, v *jsonvalue.Value, faults []jsonvalue.Fault, x *plumb.Exchange) {
	request, response := v.Member("request"), v.Member("response")
	if response == nil || response.Kind != jsonvalue.Object {
		unreadable(x, plumb.Defect{Rule: "capture-unreadable", Message: "the entry has no response", Place: x.Place})
		return
	}
	content := response.At("content")
	x.Request = plumb.Request{
		Method: strings.ToUpper(text(request.At("method"))),
		URL:    text(request.At("url")),
		Header: e.sharedHeader(ofRequest, request.At("headers"), harHeader),
	}
	x.Response.Status = max(0, integer(response.At("status"))) // Playwright writes -1
	x.Response.Header = e.sharedHeader(ofResponse, response.At("headers"), harHeader)
	if mime := text(content.At("mimeType")); v.Member("_plumb") == nil && mime != "" && mime != "x-unknown" && len(x.Response.Header) == 0 {
		x.Response.Header.Set("Content-Type", mime) // otherwise it is a guess of the recorder
	}
	start := firstTime(nil, text(v.At("startedDateTime")))
	if x.Time = start; start.IsZero() {
		x.Time = firstTime(x.Response.Header, "")
	} else if took, err := strconv.ParseFloat(number(v.At("time")), 64); err == nil && took > 0 {
		x.Took = time.Duration(math.Round(took * float64(time.Millisecond))) // truncated, it could be a nanosecond early
		x.Time = x.Time.Add(x.Took)
	}
	x.Secrets = redact.Credentials(x.Request.URL, x.Request.Header, x.Response.Header)
	if known := v.Member("_plumb"); known != nil && known.Kind == jsonvalue.Object {
		r.setPlumb(x, e, known, content)
	} else if messages := v.At("_webSocketMessages"); messages != nil && len(messages.Items) > 0 && x.Response.Status == http.StatusSwitchingProtocols {
		x.Response.Body.Missing = ofWebSocket
	} else {
		r.setHARBody(x, e, response)
	}
	r.addFaults(x, e, faults, content.At("text"))
}

// setHARBody sets the body of x from a response, or records how the recorder
// lost it.
func (r *reader) setHARBody(x *plumb.Exchange, e *entry, response *jsonvalue.Value) {
	content := response.At("content")
	body := content.At("text")
	if body != nil && body.Kind == jsonvalue.Null {
		body = nil
	}
	file := text(content.At("_file"))
	switch failure := harFailure(response); {
	case x.Response.Status == 0:
		x.Response.Body.Missing = statusZero
	case failure != "":
		place := x.Place
		if body != nil {
			place = e.place(body.Start)
		}
		markFailed(x, failure, place)
	case body == nil && file != "":
		r.setAttached(x, attachment{name: file, size: integer(content.At("size")), folders: beside}, e.place(content.At("_file").Start))
	case (body == nil || body.Text == "") && isBodyLost(x, response, body != nil):
		x.Response.Body.Missing = noBody
	case body == nil:
		// Nothing was sent: the body is there, and empty.
	default:
		r.setHARText(x, e, content, body)
	}
	markLost(x, integer(content.At("size")))
}

// harFailure returns why a response was not received to its end, as Chrome
// (_error) and Playwright (_failureText) write it, or "".
func harFailure(response *jsonvalue.Value) string {
	if failure := text(response.At("_error")); failure != "" {
		return failure
	}
	return text(response.At("_failureText"))
}

// isBodyLost reports whether a response had a body that the recording does not
// contain. isEmpty says that the recording has a text of the body, which is
// empty.
func isBodyLost(x *plumb.Exchange, response *jsonvalue.Value, isEmpty bool) bool {
	size := integer(response.At("content", "size"))
	switch {
	case x.Request.Method == http.MethodHead:
		return false
	case !isEmpty && number(response.At("content", "size")) != "0":
		return true
	}
	return size > 0 || hasContent(x) || integer(response.At("bodySize")) > 0
}

// setHARText sets the body of x from the text of a HAR entry, whichever way it
// is written.
func (r *reader) setHARText(x *plumb.Exchange, e *entry, content, body *jsonvalue.Value) {
	isBase64 := isBase64(content)
	if chunks, ok := pollyBody(x, content, isBase64); ok {
		r.setBody(x, chunks, onLine(e.place(body.Start).Line))
		return
	}
	if isBase64 && !isTextInstead(body.Text) {
		r.setBase64(x, e, body)
		return
	}
	r.setText(x, e, body)
}

// isTextInstead reports whether text that is labelled base64 is the body
// itself: it begins with a character that base64 does not have.
func isTextInstead(text string) bool {
	text = strings.TrimSpace(text)
	return text != "" && strings.IndexByte("{[\"<", text[0]) >= 0
}

// isBase64 reports whether the text of a body is labelled base64.
func isBase64(content *jsonvalue.Value) bool {
	return strings.EqualFold(text(content.At("encoding")), "base64")
}

// harHeader reads a list of {name, value}. The pseudo-headers of HTTP/2, which
// begin with a colon, are left out.
func harHeader(e *entry, v *jsonvalue.Value) http.Header {
	h := e.headers()
	if v == nil {
		return h.all
	}
	for _, item := range v.Items {
		if name := text(item.Member("name")); name != "" && name[0] != ':' {
			h.add(name, text(item.Member("value")))
		}
	}
	return h.all
}

// number returns a number as it is written, and "" for anything else.
func number(v *jsonvalue.Value) string {
	if v == nil || v.Kind != jsonvalue.Number {
		return ""
	}
	return v.Text
}
