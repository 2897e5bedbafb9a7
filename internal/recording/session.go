package recording

import (
	"mime"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/redact"
)

var testProxyFormat = Format{
	Name:   "Azure SDK test proxy",
	Of:     "tests of SDKs",
	Sign:   "an object with `Entries`, whose first element has `RequestUri`",
	Record: "Run the tests with `AZURE_TEST_MODE=record`.",
	Notes:  "An empty string or null is an empty body, unless `Content-Length` announces a body. Older recorders, which write `EncodedRequestUri`, write every body as text.",

	recognises: isTestProxy,
	read:       containerOf((*reader).sessionEntry, "Entries"),
}

// isTestProxy recognises a session record.
func isTestProxy(b beginning) bool { return b.isListOf("Entries", "RequestUri") }

// sessionEntry reads an entry of a session record of the Azure SDK test proxy.
func (r *reader) sessionEntry(e *entry) *plumb.Exchange {
	x := &plumb.Exchange{}
	v, faults := r.parse(e, x)
	if v == nil {
		return x
	}
	if v.At("RequestUri") == nil || v.At("StatusCode") == nil {
		unreadable(x, plumb.Defect{
			Rule: "capture-unreadable", Message: "the entry has no RequestUri or no StatusCode", Place: x.Place,
		})
		return x
	}
	x.Request = plumb.Request{
		Method: strings.ToUpper(text(v.At("RequestMethod"))),
		URL:    text(v.At("RequestUri")),
		Header: e.headerOf(v.At("RequestHeaders")),
	}
	x.Response.Status = integer(v.At("StatusCode"))
	x.Response.Header = e.headerOf(v.At("ResponseHeaders"))
	x.Time = firstTime(x.Response.Header, "")
	x.Secrets = redact.Credentials(x.Request.URL, x.Request.Header, x.Response.Header)
	body := v.At("ResponseBody")
	r.setSessionBody(x, e, body, v.At("EncodedRequestUri") != nil)
	r.addFaults(x, e, faults, body)
	return x
}

// setSessionBody sets the body of x from a session record. The proxy writes
// JSON as it is, an empty body as null, lines of text as a list of strings, and
// anything else as a string: text, or base64 if the media type is not text.
// Older recorders, which write how the URL is encoded, always write text.
func (r *reader) setSessionBody(x *plumb.Exchange, e *entry, v *jsonvalue.Value, alwaysText bool) {
	media, _, _ := mime.ParseMediaType(x.Response.Header.Get("Content-Type"))
	isJSON := strings.HasSuffix(media, "json")
	isEmpty := v != nil && (v.Kind == jsonvalue.Null || v.Kind == jsonvalue.String && v.Text == "")
	switch {
	case v == nil && x.Response.Header.Get("Content-Length") != "0", isEmpty && hasContent(x):
		x.Response.Body.Missing = noBody
	case v == nil, isEmpty:
		// The body is there, and empty.
	case v.Kind == jsonvalue.String && alwaysText && !isBinary(media, v.Text):
		r.setText(x, e, v)
	case v.Kind == jsonvalue.Array && isPieces(v.Items, isJSON):
		r.setPieces(x, e, v)
	case v.Kind == jsonvalue.String && isBinary(media, v.Text):
		r.setBase64(x, e, v)
	case v.Kind == jsonvalue.String && (!isJSON || strings.HasPrefix(v.Text, "{") || strings.HasPrefix(v.Text, "[")):
		r.setText(x, e, v)
	default:
		r.setBody(x, e.data[v.Start:v.End], e.locate(v.Start))
	}
}

const base64Piece = "b64:"

// isPieces reports whether a list is the lines of a text, and not a JSON array.
// Only broken JSON is written as lines.
func isPieces(items []*jsonvalue.Value, isJSON bool) bool {
	for i, item := range items {
		inner := i < len(items)-1
		switch {
		case item.Kind != jsonvalue.String:
			return false
		case isJSON && inner && !strings.HasSuffix(item.Text, "\n") && !strings.HasPrefix(item.Text, base64Piece):
			return false
		}
	}
	return len(items) > 1 || !isJSON
}

// isBinary reports whether a string body is base64.
func isBinary(media, text string) bool {
	if media == "" || strings.HasPrefix(media, "text/") || strings.HasSuffix(media, "json") || strings.HasSuffix(media, "xml") {
		return strings.HasPrefix(text, "H4sI") // gzip in base64
	}
	_, err := decodeBase64(text)
	return err == nil
}

// setPieces sets the body of x from a list of strings.
func (r *reader) setPieces(x *plumb.Exchange, e *entry, list *jsonvalue.Value) {
	var body []byte
	type piece struct {
		start  int // in the body
		locate func(int) (int, int)
	}
	var pieces []piece
	for _, item := range list.Items {
		encoded, isEncoded := strings.CutPrefix(item.Text, base64Piece)
		data, err := decodeBase64(encoded)
		if isEncoded && err == nil {
			pieces = append(pieces, piece{len(body), onLine(e.place(item.Start).Line)})
			body = append(body, data...)
		} else {
			pieces = append(pieces, piece{len(body), e.locateInString(item)})
			body = append(body, item.Text...)
		}
	}
	r.setBody(x, body, func(offset int) (int, int) {
		// The last piece that begins at or before the offset; of several, the
		// one that is not empty.
		i, _ := slices.BinarySearchFunc(pieces, offset+1, func(p piece, n int) int { return p.start - n })
		if i == 0 {
			return x.Place.Line, 0 // there are no pieces
		}
		p := pieces[i-1]
		return p.locate(offset - p.start)
	})
}
