package recording

import (
	"net/url"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var hoverflyFormat = Format{
	Name:   "Hoverfly",
	Of:     "simulations of versions 2 to 5",
	Sign:   "an object with `data.pairs`",
	Record: "`hoverctl mode capture`, then `hoverctl export simulation.json`.",
	Notes:  "Only an `exact` matcher gives a value. A template has no body, nor does a pair with `bodyFile`.",

	recognises: isHoverfly,
	read:       containerOf((*reader).hoverflyEntry, "data", "pairs"),
}

// isHoverfly recognises a simulation of Hoverfly, versions 2 to 5.
func isHoverfly(b beginning) bool {
	return !b.list && b.object("data").firstOf("pairs").has("request", "response")
}

// hoverflyEntry reads a pair of a request and a response.
func (r *reader) hoverflyEntry(e *entry) *plumb.Exchange {
	x := &plumb.Exchange{}
	v, faults := r.parse(e, x)
	if v == nil {
		return x
	}
	request, response := v.Member("request"), v.Member("response")
	if request == nil || response == nil {
		return unusable(x, "request or no response")
	}
	exchangeHead{
		method: hoverflyText(request.At("method")), url: hoverflyURL(request), request: hoverflyHeader(e, request.At("headers")),
		status: integer(response.At("status")), response: e.headerOf(response.At("headers")),
	}.applyTo(x)
	body := response.At("body")
	encoded, templated := response.At("encodedBody"), response.At("templated")
	switch {
	case templated != nil && templated.True:
		x.Response.Body.Missing = "the body is a template"
	case text(response.At("bodyFile")) != "":
		x.Response.Body.Missing = "the body is in a separate file"
	case body == nil:
		x.Response.Body.Missing = noBody
	case encoded != nil && encoded.True:
		r.setBase64(x, e, body)
	default:
		r.setText(x, e, body)
	}
	r.addFaults(x, e, faults, body)
	return x
}

// hoverflyText returns the value that a field is compared with: as it is
// (version 1), in an object by the kind of matcher (2 to 4), or in a list of
// matchers (5). It returns "" if the matcher has a pattern instead of a value.
func hoverflyText(v *jsonvalue.Value) string {
	switch {
	case v == nil:
		return ""
	case v.Kind == jsonvalue.String:
		return v.Text
	case v.Kind == jsonvalue.Object:
		return text(v.Member("exactMatch"))
	}
	for _, item := range v.Items {
		if text(item.At("matcher")) == "exact" {
			return text(item.At("value"))
		}
	}
	return ""
}

func hoverflyURL(request *jsonvalue.Value) string {
	path, host, scheme := hoverflyText(request.At("path")), hoverflyText(request.At("destination")), hoverflyText(request.At("scheme"))
	if path == "" {
		return ""
	}
	if host != "" {
		if scheme == "" {
			scheme = "http"
		}
		path = scheme + "://" + host + path
	}
	query := request.At("query")
	return withQuery(path, hoverflyText(query), hoverflyValues(query))
}

// hoverflyValues reads an object of lists of strings or of matchers.
func hoverflyValues(v *jsonvalue.Value) url.Values {
	if v == nil {
		return nil
	}
	values := valuesOf(v)
	for _, m := range v.Members {
		if value := hoverflyText(m.Value); m.Value.Kind == jsonvalue.Array && value != "" {
			values[m.Name] = []string{value}
		}
	}
	return values
}

func hoverflyHeader(e *entry, v *jsonvalue.Value) map[string][]string {
	h := e.headerOf(v)
	for name, values := range hoverflyValues(v) {
		if h.Get(name) == "" {
			h.Del(name)
			for _, value := range values {
				h.Add(name, value)
			}
		}
	}
	return h
}
