package recording

import (
	"iter"
	"net/http"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/redact"
)

// node is a part of a cassette. Most libraries write cassettes in YAML and in
// JSON, with the same members.
type node interface {
	entry() *entry           // that it is a part of
	member(name string) node // nil if it is absent
	members() iter.Seq2[string, node]
	items() []node // elements of a list; nil for anything else

	// scalar is the decoded value of a scalar that is not null.
	scalar() (text string, ok bool)
	locate() func(int) (int, int) // finds the bytes of the scalar

	// json is the value as JSON text of at most limit bytes, and where its
	// bytes are.
	json(limit int64) (text []byte, locate func(int) (int, int), err error)
}

// cassette reads a cassette whose interactions are in a member of that name.
func (r *reader) cassette(name string) error {
	if r.beginning().has(name) {
		return containerOf((*reader).cassetteJSON, name)(r)
	}
	return r.cassetteYAML()
}

// interaction reads an interaction of a cassette. The libraries differ in names
// and in where the body and the status are:
//
//	          URL  status           body
//	VCR       uri  status.code      body.string, body.base64_string
//	VCR 1     uri  status.code      body
//	vcr (R)   uri  status           body.string, body.raw_gzip
//	vcrpy     uri  status.code      body.string, parsed_body; in some versions status_code, content
//	betamax   uri  status.code      body.string, body.base64_string; the unused one may be present and empty
//	go-vcr    url  code             body
//	php-vcr   url  status.code      body
//	EasyVCR   uri  status.code      body
//	ExVCR     url  status_code      body
func (r *reader) interaction(n node, x *plumb.Exchange) {
	request, response := n.member("request"), n.member("response")
	switch {
	case scalarOf(n.member("kind")) == "message":
		x.Response.Body.Missing = ofWebSocket
		return
	case request == nil || response == nil:
		unreadable(x, plumb.Defect{
			Rule: "capture-unreadable", Message: "the interaction has no request or no response", Place: x.Place,
		})
		return
	}
	x.Request = plumb.Request{
		Method: strings.ToUpper(strings.TrimPrefix(scalarOf(request.member("method")), ":")), // a Ruby symbol, such as :get
		URL:    scalarOf(first(request, "uri", "url")),
		Header: headerOfNode(request.member("headers")),
	}
	status := first(response, "code", "status_code", "status")
	if code := first(response, "status"); code != nil && code.member("code") != nil {
		status = code.member("code")
	}
	code, _, _ := strings.Cut(scalarOf(status), " ") // "200 OK" becomes "200"
	x.Response.Status, _ = strconv.Atoi(code)
	x.Response.Header = headerOfNode(response.member("headers"))
	x.Time = firstTime(x.Response.Header, scalarOf(first(n, "recorded_at", "recordedAt")))
	x.Secrets = redact.Credentials(x.Request.URL, x.Request.Header, x.Response.Header)
	if isExVCRResponse(response) {
		r.setExVCRBody(x, response)
		return
	}
	r.setInteractionBody(x, response)
	if length, err := strconv.Atoi(scalarOf(response.member("content_length"))); err == nil && x.Response.Header.Get("Content-Encoding") == "" {
		markLost(x, length) // go-vcr keeps it beside the headers
	}
}

// ofWebSocket is the reason for a missing body if an entry is not HTTP.
const ofWebSocket = "messages of a WebSocket, which are not checked"

// setInteractionBody sets the body of x from whichever member of the response
// contains it.
func (r *reader) setInteractionBody(x *plumb.Exchange, response node) {
	body := first(response, "body", "content")
	if body == nil {
		if parsed := response.member("parsed_body"); parsed != nil {
			r.setParsedBody(x, parsed)
			return
		}
		x.Response.Body.Missing = noBody
		return
	}
	encoded, text := body.member("base64_string"), body
	if inner := body.member("string"); inner != nil {
		text = inner
	}
	switch packed := body.member("raw_gzip"); {
	case packed != nil:
		r.setPackedBody(x, packed)
	case encoded != nil && (scalarOf(encoded) != "" || text == body):
		r.setNodeBase64(x, encoded)
	case isTrue(body.member("file")) || body.member("on_disk") != nil:
		x.Response.Body.Missing = "the recorder kept the body in a separate file"
	default:
		content, ok := text.scalar()
		switch n, isYAML := text.(yamlNode); {
		case !ok:
			x.Response.Body.Missing = noBody
		case isYAML && n.isBinary() && content == n.Value && content != "": // scalar could not decode it
			r.setNodeBase64(x, n)
		default:
			r.setBody(x, bytesOf(content), text.locate())
		}
	}
}

// setNodeBase64 sets the body of x from a scalar in base64.
func (r *reader) setNodeBase64(x *plumb.Exchange, n node) {
	if data, line, ok := decodeNode(x, n); ok {
		r.setBody(x, data, onLine(line))
	}
}

// decodeNode decodes a scalar in base64. If the scalar is not base64, it adds a
// defect to x and returns false.
func decodeNode(x *plumb.Exchange, n node) (data []byte, line int, ok bool) {
	text, _ := n.scalar()
	line, _ = n.locate()(0)
	data, err := decodeBase64(text)
	if err != nil {
		unreadable(x, notBase64(err, plumb.Place{Line: line}))
	}
	return data, line, err == nil
}

// notBase64 returns the defect of a body that cannot be decoded because of err.
func notBase64(err error, place plumb.Place) plumb.Defect {
	return plumb.Defect{Rule: "capture-unreadable", Message: "the body is not valid base64", Found: err.Error(), Place: place}
}

// first returns the first of the named members that is present, or nil.
func first(n node, names ...string) node {
	for _, name := range names {
		if m := n.member(name); m != nil {
			return m
		}
	}
	return nil
}

func scalarOf(n node) string {
	if n == nil {
		return ""
	}
	text, _ := n.scalar()
	return text
}

// headerOfNode reads headers, each a scalar or a list of scalars.
func headerOfNode(n node) http.Header {
	if n == nil {
		return nil
	}
	h := n.entry().headers()
	for name, value := range n.members() {
		if text, ok := value.scalar(); ok {
			h.add(name, text)
		}
		for _, item := range value.items() {
			h.add(name, scalarOf(item))
		}
	}
	return h.all
}

// cassetteJSON reads an interaction of a cassette that is written in JSON.
func (r *reader) cassetteJSON(e *entry) *plumb.Exchange {
	x := &plumb.Exchange{}
	v, faults := r.parse(e, x)
	if v == nil {
		return x
	}
	r.interaction(jsonNode{v, e}, x)
	r.addFaults(x, e, faults, nil)
	return x
}

// isInteraction reports whether an entry is an interaction of a cassette, and
// not an exchange of our own format, in which response.status is a number.
func isInteraction(v *jsonvalue.Value) bool {
	status := v.At("response", "status")
	return status != nil && status.Kind == jsonvalue.Object || status == nil && v.At("response", "status_code") != nil
}

// isTrue reports whether a part of a cassette is true.
func isTrue(n node) bool {
	switch n := n.(type) {
	case jsonNode:
		return n.Kind == jsonvalue.Bool && n.True
	case yamlNode:
		return n.Value == "true"
	}
	return false
}

// jsonNode is a part of a cassette that is written in JSON.
type jsonNode struct {
	*jsonvalue.Value
	e *entry
}

func (n jsonNode) entry() *entry { return n.e }

func (n jsonNode) member(name string) node {
	if v := n.At(name); v != nil && n.Kind == jsonvalue.Object {
		return jsonNode{v, n.e}
	}
	return nil
}

func (n jsonNode) members() iter.Seq2[string, node] {
	return func(yield func(string, node) bool) {
		for _, m := range n.Members {
			if !yield(m.Name, jsonNode{m.Value, n.e}) {
				return
			}
		}
	}
}

func (n jsonNode) items() []node {
	var items []node
	for _, v := range n.Items {
		items = append(items, jsonNode{v, n.e})
	}
	return items
}

func (n jsonNode) scalar() (string, bool) {
	return n.Text, n.Kind == jsonvalue.String || n.Kind == jsonvalue.Number
}

func (n jsonNode) locate() func(int) (int, int) {
	if n.Kind == jsonvalue.String {
		return n.e.locateInString(n.Value)
	}
	return n.e.locate(n.Start)
}

func (n jsonNode) json(limit int64) ([]byte, func(int) (int, int), error) {
	text := n.e.data[n.Start:n.End]
	if int64(len(text)) > limit {
		return nil, nil, errBodyLimit
	}
	return text, n.e.locate(n.Start), nil
}
