package recording

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var postmanFormat = Format{
	Name:   "Postman",
	Of:     "collections 2.0 and 2.1, with their saved responses",
	Sign:   "an object with `info`, whose `schema` is one of Postman's; or one with such an object as `collection`, as Postman's API answers",
	Record: "\"Save response\" below a request, then \"Export\" of the collection.",
	Notes:  "Folders are read, and variables of the collection are replaced. A variable that is not in the collection, such as `{{baseUrl}}` of an environment, is taken to be the server if the URL begins with it. The time is that of the `Date` header.",

	recognises: isPostman,
	read:       (*reader).postman,
}

// isPostman recognises a collection of Postman, versions 2.0 and 2.1.
func isPostman(b beginning) bool {
	info := b.object("info")
	if export := b.object("collection"); export.has("info") {
		return isPostman(export)
	}
	return !b.list && (bytes.Contains(info.members["schema"], []byte("getpostman.com")) || info.has("_postman_id") ||
		info.has("name") && b.firstOf("item").hasAny("request", "item"))
}

// postman reads collections. Since variables may be defined at the end of a
// collection, a whole collection is one entry.
func (r *reader) postman() error {
	return r.values(func(byte) (bool, error) {
		e := r.src.cut(r.lim.Entry, &valueScanner{})
		x := &plumb.Exchange{}
		v, faults := r.parse(e, x)
		if v == nil {
			return e.ended, r.give(x)
		}
		if export := v.Member("collection"); export != nil && v.Member("info") == nil {
			v = export
		}
		c := &collection{reader: r, e: e, faults: faults}
		return e.ended, c.items(v, nil)
	})
}

// collection is a collection that is being read.
type collection struct {
	*reader
	e      *entry
	faults []jsonvalue.Fault
}

// items adds the exchanges below a collection or a folder. Its variables take
// precedence over those around it.
func (c *collection) items(v *jsonvalue.Value, around variables) error {
	known := around.with(v.Member("variable"))
	items := v.Member("item")
	if items == nil {
		return nil
	}
	for _, item := range items.Items {
		var err error
		if item.Member("item") != nil {
			err = c.items(item, known)
		} else {
			err = c.item(item, known.with(item.Member("variable")))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// item adds the saved responses to a request.
func (c *collection) item(v *jsonvalue.Value, known variables) error {
	request, responses := v.Member("request"), v.Member("response")
	if responses == nil || len(responses.Items) == 0 {
		x := &plumb.Exchange{Place: c.e.place(v.Start)}
		postmanHead(request, nil, known).applyTo(x)
		x.Response.Body.Missing = "a request of a collection without a saved response"
		return c.give(x)
	}
	for _, response := range responses.Items {
		x := &plumb.Exchange{Place: c.e.place(response.Start)}
		original := response.Member("originalRequest")
		if original.At("url") == nil && (original == nil || original.Kind != jsonvalue.String) { // some exporters write null or {}
			original = request
		}
		postmanHead(original, response, known).applyTo(x)
		body := response.Member("body")
		if body == nil || body.Kind == jsonvalue.Null {
			x.Response.Body.Missing = noBody
		} else {
			c.setText(x, c.e, body)
		}
		c.addFaults(x, c.e, faultsWithin(c.faults, response), body)
		if err := c.give(x); err != nil {
			return err
		}
	}
	return nil
}

// faultsWithin returns the faults within a part of an entry. All faults are
// sorted by offset.
func faultsWithin(all []jsonvalue.Fault, v *jsonvalue.Value) []jsonvalue.Fault {
	at := func(f jsonvalue.Fault, offset int) int { return f.Offset - offset }
	from, _ := slices.BinarySearchFunc(all, v.Start, at)
	to, _ := slices.BinarySearchFunc(all, v.End, at)
	return all[from:max(from, to)]
}

// postmanHead reads a request and its response, which may be nil.
func postmanHead(request, response *jsonvalue.Value, known variables) exchangeHead {
	m := exchangeHead{method: http.MethodGet, response: http.Header{}}
	if request != nil && request.Kind == jsonvalue.String {
		m.url = known.address(request.Text)
	} else {
		m.url = postmanURL(request.At("url"), known)
		m.request = postmanHeader(request.At("header"))
		if method := text(request.At("method")); method != "" {
			m.method = method
		}
	}
	m.status = integer(response.At("code"))
	m.response = postmanHeader(response.At("header"))
	return m
}

// postmanURL reads a URL that is a string, or an object with the string and
// its parts. The string can be left out.
func postmanURL(v *jsonvalue.Value, known variables) string {
	if v == nil || v.Kind == jsonvalue.String {
		return known.address(text(v))
	}
	raw := text(v.At("raw"))
	if raw == "" {
		raw = joined(v.At("host"), ".") + "/" + joined(v.At("path"), "/")
		if protocol := text(v.At("protocol")); protocol != "" && v.At("host") != nil {
			raw = strings.TrimSuffix(protocol, "://") + "://" + raw
		}
		raw = withQuery(raw, postmanQuery(v.At("query")), nil)
	}
	return known.with(v.At("variable")).address(raw)
}

// joined joins a list of strings, or returns the string that is there instead
// of a list. An element can be an object with a value.
func joined(v *jsonvalue.Value, separator string) string {
	if v == nil || v.Kind != jsonvalue.Array {
		return strings.TrimPrefix(text(v), "/")
	}
	var parts []string
	for _, item := range v.Items {
		if value := item.At("value"); value != nil {
			item = value
		}
		parts = append(parts, text(item))
	}
	return strings.Join(parts, separator)
}

func postmanQuery(v *jsonvalue.Value) string {
	if v == nil {
		return ""
	}
	var parts []string
	for _, item := range v.Items {
		if disabled := item.At("disabled"); disabled == nil || !disabled.True {
			parts = append(parts, text(item.At("key"))+"="+text(item.At("value")))
		}
	}
	return strings.Join(parts, "&")
}

// postmanHeader reads a list of {key, value}, or lines "key: value".
func postmanHeader(v *jsonvalue.Value) http.Header {
	h := http.Header{}
	if v == nil || v.Kind == jsonvalue.Null {
		return h
	}
	for line := range strings.Lines(text(v)) {
		if name, value, ok := strings.Cut(line, ":"); ok {
			h.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		}
	}
	for _, item := range v.Items {
		disabled := item.At("disabled")
		if name := text(item.At("key")); name != "" && (disabled == nil || !disabled.True) {
			h.Add(name, text(item.At("value")))
		}
	}
	return h
}

// variables are the values of variables: those of a collection, and of the
// folders and the item within it, the innermost last.
type variables []map[string]string

// Bounds on what a collection can make of a URL.
const (
	maxScopes = 32 // nested scopes of variables
	maxURL    = 64 << 10
)

// with returns the variables and those of a list of {key, value}, which take
// precedence.
func (known variables) with(list *jsonvalue.Value) variables {
	if list == nil || len(list.Items) == 0 || len(known) == maxScopes {
		return known
	}
	scope := map[string]string{}
	for _, item := range list.Items {
		name := text(item.At("key"))
		if name == "" {
			name = text(item.At("id"))
		}
		if value := item.At("value"); value != nil && value.Text != "" {
			scope[name] = value.Text
		}
	}
	return append(slices.Clip(known), scope)
}

func (known variables) value(name string) (string, bool) {
	for _, scope := range slices.Backward(known) {
		if value, ok := scope[name]; ok {
			return value, true
		}
	}
	return "", false
}

// expand replaces each {{name}} with its value, if that is known.
func (known variables) expand(raw string) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(raw, "{{")
		name, after, closed := strings.Cut(rest, "}}")
		if !ok || !closed {
			return out.String() + raw
		}
		value, found := known.value(name)
		if !found || out.Len()+len(value) > maxURL {
			value = "{{" + name + "}}"
		}
		out.WriteString(before + value)
		raw = after
	}
}

// address replaces the variables in a URL: {{name}}, and :name as a segment of
// the path. It removes an unknown variable before the path, since that stands
// for a server.
func (known variables) address(raw string) string {
	for range 3 { // values can contain variables
		raw = known.expand(raw)
	}
	if server, rest, ok := strings.Cut(raw, "}}"); ok && strings.HasPrefix(server, "{{") {
		path := strings.IndexByte(rest, '/')
		if path < 0 {
			return "/"
		}
		if raw = rest[path:]; strings.HasPrefix(raw, "//") { // the variable was the scheme
			_, raw, _ = strings.Cut(raw[2:], "/")
			raw = "/" + raw
		}
	}
	path, query, hasQuery := strings.Cut(raw, "?")
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if name, ok := strings.CutPrefix(segment, ":"); ok {
			if value, found := known.value(name); found {
				segments[i] = value
			}
		}
	}
	path = strings.Join(segments, "/")
	if !strings.Contains(path, "://") && !strings.HasPrefix(path, "/") && path != "" {
		path = "http://" + path // as Postman does
	}
	if hasQuery {
		path += "?" + query
	}
	return path
}
