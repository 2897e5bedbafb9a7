package recording

import (
	"net/url"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var pactFormat = Format{
	Name:   "Pact",
	Of:     "contracts of versions 1 to 4, of HTTP and of messages",
	Sign:   "an object with `interactions` or `messages`, and `consumer` or `provider`",
	Record: "The tests of a consumer write contracts into `pacts/`.",
	Notes:  "The bodies are examples of what the consumer expects: a finding says that the consumer expects what the description does not allow. The body of a message has no request.",

	recognises: isPact,
	read:       (*reader).pact,
}

// isPact recognises a contract.
func isPact(b beginning) bool { return isPactOfHTTP(b) || isPactOfMessages(b) }

// pact reads a contract.
func (r *reader) pact() error {
	if isPactOfHTTP(r.beginning()) {
		return containerOf((*reader).pactEntry, "interactions")(r)
	}
	return containerOf((*reader).pactEntry, "messages")(r)
}

// isPactOfHTTP recognises a contract, versions 1 to 4, with interactions.
func isPactOfHTTP(b beginning) bool {
	return !b.list && b.has("interactions") && (b.object("consumer").has("name") || b.object("provider").has("name") || b.firstOf("interactions").has("description", "response"))
}

// isPactOfMessages recognises a contract of version 3 with messages.
func isPactOfMessages(b beginning) bool {
	return !b.list && b.has("messages") && (b.object("consumer").has("name") || b.object("provider").has("name"))
}

// pactEntry reads an interaction or a message of a contract. Its bodies are
// examples of what the consumer expects.
func (r *reader) pactEntry(e *entry) *plumb.Exchange {
	x := &plumb.Exchange{}
	v, faults := r.parse(e, x)
	if v == nil {
		return x
	}
	request, response := v.Member("request"), v.Member("response")
	var body *jsonvalue.Value
	switch {
	case response != nil && response.Kind == jsonvalue.Array: // version 4, Synchronous/Messages
		body = r.setPactBody(x, e, response.At("0", "contents"), true)
	case request != nil && response != nil:
		exchangeHead{
			method: text(request.At("method")), url: pactURL(request), request: e.headerOf(request.At("headers")),
			status: integer(response.At("status")), response: e.headerOf(response.At("headers")),
		}.applyTo(x)
		body = r.setPactBody(x, e, response.At("body"), request.At("body", "content") != nil || v.Member("type") != nil)
	case v.Member("contents") != nil:
		for _, name := range []string{"metaData", "metadata"} {
			x.Response.Header = withContentType(x.Response.Header, text(v.At(name, "contentType")))
		}
		body = r.setPactBody(x, e, v.Member("contents"), v.Member("type") != nil)
	default:
		return unusable(x, "request or no response")
	}
	r.addFaults(x, e, faults, body)
	return x
}

// setPactBody sets the body of x. In version 4, the body is an object that
// contains the content and says how it is written.
func (r *reader) setPactBody(x *plumb.Exchange, e *entry, body *jsonvalue.Value, isV4 bool) *jsonvalue.Value {
	if !isV4 || body == nil {
		r.setJSONOrText(x, e, body)
		return body
	}
	content := body.At("content")
	x.Response.Header = withContentType(x.Response.Header, text(body.At("contentType")))
	encoded := body.At("encoded")
	switch {
	case content == nil:
		x.Response.Body.Missing = noBody
	case encoded != nil && strings.EqualFold(encoded.Text, "json"):
		r.setText(x, e, content)
	case encoded != nil && (encoded.Text != "" || encoded.True):
		r.setBase64(x, e, content)
	default:
		r.setJSONOrText(x, e, content)
	}
	return content
}

// pactURL joins the path and the query of a request. The query is a string, or
// an object of strings or lists of strings.
func pactURL(request *jsonvalue.Value) string {
	path := text(request.At("path"))
	if path == "" {
		path = text(request.At("path", "value")) // with a matcher
	}
	query := request.At("query")
	if query == nil {
		return path
	}
	return withQuery(path, text(query), valuesOf(query))
}

// valuesOf reads an object of strings or lists of strings.
func valuesOf(v *jsonvalue.Value) url.Values {
	values := url.Values{}
	for _, m := range v.Members {
		if m.Value.Kind == jsonvalue.String {
			values.Add(m.Name, m.Value.Text)
		}
		for _, item := range m.Value.Items {
			values.Add(m.Name, text(item))
		}
	}
	return values
}

// withQuery adds a query to a path: the raw one, or if it is empty, the values.
func withQuery(path, raw string, values url.Values) string {
	if raw == "" {
		raw = values.Encode()
	}
	if raw == "" {
		return path
	}
	return path + "?" + strings.TrimPrefix(raw, "?")
}
