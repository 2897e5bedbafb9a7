package spec

import (
	"slices"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Parameter is a parameter of an operation.
type Parameter struct {
	Name     string
	In       string // "path", "query", "header" or "cookie"
	Required bool
	Style    string   // how its value is written: "form", "deepObject" ...
	Explode  bool     // whether each element of its value is written by itself
	Reserved bool     // allowReserved: whether reserved characters are sent as they are, in the query
	Content  string   // the media type of its value; empty if the style decides
	Example  *Example // nil if the description gives no value
}

// RequestBody is what an operation takes as the body of its request.
type RequestBody struct {
	Required bool
	Media    []RequestMedia // in the order of the file
}

// RequestMedia is one media type of a request.
type RequestMedia struct {
	Type    string
	Example *Example // nil if the description gives no value
}

// Example is a value that the description gives: an example, or else a default,
// a constant or the first value of an enum. It is as encoding/json decodes it,
// with numbers as json.Number.
type Example struct{ Value any }

// Parameters returns the parameters of an operation, with those of its path, in
// the order of the file.
func (d *Description) Parameters(op *Operation) []Parameter {
	var all []Parameter
	add := func(n *node) {
		if n == nil || n.get("parameters") == nil {
			return
		}
		for _, item := range n.get("parameters").items {
			if item = settle(item); item == nil {
				continue
			}
			p := parameterOf(item)
			if !slices.ContainsFunc(all, func(other Parameter) bool { return other.Name == p.Name && other.In == p.In }) {
				all = append(all, p)
			}
		}
	}
	add(d.nodeAt(op.Place))
	if paths := d.main.root.get("paths"); paths != nil && paths.get(op.Path) != nil {
		for _, item := range pathItems(paths.get(op.Path)) {
			add(item)
		}
	}
	return all
}

func parameterOf(n *node) Parameter {
	p := Parameter{Name: textOf(n.get("name")), In: textOf(n.get("in")), Style: textOf(n.get("style")), Example: exampleOf(n)}
	p.Required = n.isTrue("required") || p.In == "path"
	if p.Style == "" {
		p.Style = "form"
		if p.In == "path" || p.In == "header" {
			p.Style = "simple"
		}
	}
	p.Explode = p.Style == "form" || p.Style == "cookie"
	if n.get("explode") != nil {
		p.Explode = n.isTrue("explode")
	}
	if content := n.get("content"); content != nil && len(content.members) > 0 {
		p.Content = content.members[0].name
	}
	p.Reserved = p.In == "query" && p.Content == "" && n.isTrue("allowReserved")
	return p
}

// RequestBody returns what an operation takes as the body of its request, or
// nil if that is not described.
func (d *Description) RequestBody(op *Operation) *RequestBody {
	n := d.nodeAt(op.Place)
	if n == nil || n.get("requestBody") == nil {
		return nil
	}
	if n = settle(n.get("requestBody")); n == nil {
		return nil
	}
	body := &RequestBody{Required: n.isTrue("required")}
	if content := n.get("content"); content != nil {
		for _, m := range content.members {
			body.Media = append(body.Media, RequestMedia{m.name, exampleOf(settle(m.value))})
		}
	}
	return body
}

// exampleOf returns the example of a parameter or of a media type.
func exampleOf(n *node) *Example {
	if n == nil {
		return nil
	}
	if example := n.get("example"); example != nil {
		return newExample(example)
	}
	if examples := n.get("examples"); examples != nil && examples.kind == jsonvalue.Object {
		for _, m := range examples.members {
			if first := settle(m.value); first != nil && first.get("value") != nil {
				return newExample(first.get("value"))
			}
		}
	}
	if schema := n.get("schema"); schema != nil {
		return exampleOfSchema(settle(schema))
	}
	if content := n.get("content"); content != nil && len(content.members) > 0 { // of a parameter
		return exampleOf(settle(content.members[0].value))
	}
	return nil
}

func exampleOfSchema(n *node) *Example {
	if n == nil {
		return nil
	}
	for _, name := range []string{"example", "default", "const"} {
		if value := n.get(name); value != nil {
			return newExample(value)
		}
	}
	for _, name := range []string{"examples", "enum"} {
		if list := n.get(name); list != nil && list.kind == jsonvalue.Array && len(list.items) > 0 {
			return newExample(list.items[0])
		}
	}
	return nil
}

func newExample(n *node) *Example { return &Example{n.plain(map[*node]any{})} }
