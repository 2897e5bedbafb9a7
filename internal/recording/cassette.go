package recording

import (
	"iter"
	"net/http"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/validator"
)

// node is a part of a cassette. VCR and vcrpy write cassettes in YAML and in
// JSON, with the same members.
type node interface {
	member(name string) node // nil if there is none
	members() iter.Seq2[string, node]
	items() []node // of a list; else nil

	// scalar is the decoded value of a scalar that is not null.
	scalar() (text string, ok bool)
	locate() func(int) (int, int) // of the bytes of the scalar
}

// interaction reads an interaction of VCR, vcrpy or go-vcr, which differ in
// names and in where the body and the status stand:
//
//	          URL  status       body
//	VCR       uri  status.code  body.string, body.base64_string
//	vcrpy     uri  status.code  body.string; in part: status_code, content
//	go-vcr    url  code         body
func (r *reader) interaction(n node, x *validator.Exchange) {
	request, response := n.member("request"), n.member("response")
	if request == nil || response == nil {
		unreadable(x, validator.Defect{
			Rule: "capture-unreadable", Message: "the interaction has no request or no response", Place: x.Place,
		})
		return
	}
	x.Request = validator.Request{
		Method: strings.ToUpper(scalarOf(request.member("method"))),
		URL:    scalarOf(first(request, "uri", "url")),
		Header: headerOfNode(request.member("headers")),
	}
	status := first(response, "code", "status_code", "status")
	if code := first(response, "status"); code != nil && code.member("code") != nil {
		status = code.member("code")
	}
	code, _, _ := strings.Cut(scalarOf(status), " ") // of "200 OK"
	x.Response.Status, _ = strconv.Atoi(code)
	x.Response.Header = headerOfNode(response.member("headers"))
	x.Time = firstTime(x.Response.Header, scalarOf(n.member("recorded_at")))
	x.Secrets = redact.Credentials(x.Request.URL, x.Request.Header, x.Response.Header)
	r.setInteractionBody(x, first(response, "body", "content"))
}

func (r *reader) setInteractionBody(x *validator.Exchange, body node) {
	if body != nil {
		if inner := first(body, "string", "base64_string"); inner != nil {
			if body.member("base64_string") != nil {
				r.setNodeBase64(x, inner)
				return
			}
			body = inner
		}
	}
	text, ok := "", false
	if body != nil {
		text, ok = body.scalar()
	}
	if !ok {
		x.Response.Body.Missing = noBody
		return
	}
	r.setBody(x, []byte(text), body.locate())
}

func (r *reader) setNodeBase64(x *validator.Exchange, n node) {
	text, _ := n.scalar()
	line, _ := n.locate()(0)
	data, err := decodeBase64(text)
	if err != nil {
		unreadable(x, validator.Defect{
			Rule: "capture-unreadable", Message: "the body is not good base64", Found: err.Error(), Place: validator.Place{Line: line},
		})
		return
	}
	r.setBody(x, data, onLine(line))
}

// first returns the first member that there is.
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
	h := http.Header{}
	for name, value := range n.members() {
		if text, ok := value.scalar(); ok {
			h.Add(name, text)
		}
		for _, item := range value.items() {
			h.Add(name, scalarOf(item))
		}
	}
	return h
}

// cassetteJSON reads an interaction of a cassette that is written in JSON.
func (r *reader) cassetteJSON(e *entry) *validator.Exchange {
	x := &validator.Exchange{}
	v, faults := r.parse(e, x)
	if v == nil {
		return x
	}
	r.interaction(jsonNode{v, e}, x)
	r.addFaults(x, e, faults, nil)
	return x
}

// jsonNode is a part of a cassette that is written in JSON.
type jsonNode struct {
	*jsonvalue.Value
	e *entry
}

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
