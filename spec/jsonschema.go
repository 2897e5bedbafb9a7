package spec

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// JSONSchema returns the file of the description with all its OpenAPI 3.0
// schemas translated to JSON Schema 2020-12, as JSON, for a schema compiler:
// the same pointers lead to the same schemas, but for those that [Description.Place] maps back.
// Files are known by the names that places have.
func (d *Description) JSONSchema(file string) ([]byte, error) {
	f, ok := d.files[file]
	if !ok {
		return nil, fmt.Errorf("%s is not a file of the description", file)
	}
	return appendTranslated(nil, f.root), nil
}

func appendTranslated(b []byte, n *node) []byte {
	switch {
	case n.kind == jsonvalue.Array:
		return appendList(b, n.items, appendTranslated)
	case n.kind != jsonvalue.Object:
		return n.appendJSON(b)
	case n.isSchema():
		return appendSchema(b, n)
	}
	w := objectWriter{b: b}
	for _, m := range n.members {
		w.name(m.name)
		w.b = appendTranslated(w.b, m.value)
	}
	return w.end()
}

func (n *node) isSchema() bool { return n.mark != nil && n.mark.kind == schemaKind }

// translates tells whether a schema may have words of OpenAPI 3.0. In 3.1 they
// are left over from an upgrade, and mean what they meant.
func (n *node) translates() bool { return n.isSchema() && n.mark.dialect != declared }

// wraps tells whether a schema is nullable and has keywords that would refuse
// null. These move into the second branch of an anyOf, the first of which is null.
func (n *node) wraps() bool {
	return n.translates() && n.isTrue("nullable") && !onlyRef(n) &&
		slices.ContainsFunc(n.members, func(m member) bool { return refusesNull(m.name) })
}

// refusesNull tells whether a keyword can refuse null, other than by a list of
// types or values to which null can be added.
func refusesNull(keyword string) bool {
	switch keyword {
	case "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "const", "$ref", "$dynamicRef":
		return true
	}
	return false
}

// onlyRef tells whether a schema is a $ref beside which nothing counts.
func onlyRef(n *node) bool {
	return n.mark.dialect == openAPI30 && n.find("$ref") != nil
}

func appendSchema(b []byte, n *node) []byte {
	w := objectWriter{b: b}
	if n.translates() && onlyRef(n) {
		appendKeyword(&w, n, *n.find("$ref"))
		return w.end()
	}
	wraps := n.wraps()
	for _, m := range n.members {
		if !wraps || !refusesNull(m.name) {
			appendKeyword(&w, n, m)
		}
	}
	if wraps {
		w.name("anyOf")
		w.b = append(w.b, `[{"type":"null"},`...)
		rest := objectWriter{b: w.b}
		for _, m := range n.members {
			if refusesNull(m.name) {
				appendKeyword(&rest, n, m)
			}
		}
		w.b = append(rest.end(), ']')
	}
	return w.end()
}

// appendKeyword writes a keyword of the schema n.
func appendKeyword(w *objectWriter, n *node, m member) {
	if n.translates() && appendOpenAPI30(w, n, m) {
		return
	}
	w.name(m.name)
	switch {
	case m.name == "required" && m.value.kind == jsonvalue.Array:
		w.b = appendList(w.b, slices.DeleteFunc(slices.Clone(m.value.items), n.isWriteOnly), appendTranslated)
	case m.name == "$ref" && n.mark.target != nil:
		w.b = appendString(w.b, translatedRef(m.value.text, n.mark.target.mark.file))
	default:
		w.b = appendTranslated(w.b, m.value)
	}
}

// appendOpenAPI30 writes what a word of OpenAPI 3.0 means in JSON Schema. It
// returns false for words that mean the same in both.
func appendOpenAPI30(w *objectWriter, n *node, m member) bool {
	switch m.name {
	case "nullable":
		return m.value.kind == jsonvalue.Bool
	case "type":
		return n.isTrue("nullable") && appendWithNull(w, m, jsonvalue.String, "null", `"null"`)
	case "enum":
		return n.isTrue("nullable") && appendWithNull(w, m, jsonvalue.Null, "null", "null")
	case "minimum":
		return n.isTrue("exclusiveMinimum")
	case "maximum":
		return n.isTrue("exclusiveMaximum")
	case "exclusiveMinimum":
		return appendExclusive(w, m, n.get("minimum"))
	case "exclusiveMaximum":
		return appendExclusive(w, m, n.get("maximum"))
	}
	return false
}

// appendExclusive writes exclusiveMinimum or exclusiveMaximum, which was a
// boolean beside the bound that it was about.
func appendExclusive(w *objectWriter, m member, bound *node) bool {
	if m.value.kind != jsonvalue.Bool {
		return false
	}
	if m.value.text == "true" && bound != nil {
		w.name(m.name)
		w.b = bound.appendJSON(w.b)
	}
	return true
}

// appendWithNull writes a list of types or values, with null among them.
func appendWithNull(w *objectWriter, m member, kind jsonvalue.Kind, text, null string) bool {
	items := m.value.items
	if m.value.kind == jsonvalue.String && m.name == "type" {
		items = []*node{m.value}
	} else if m.value.kind != jsonvalue.Array {
		return false
	}
	w.name(m.name)
	w.b = appendList(w.b, items, appendTranslated)
	if !slices.ContainsFunc(items, func(n *node) bool { return n.kind == kind && n.text == text }) {
		w.b = w.b[:len(w.b)-1]
		if len(items) > 0 {
			w.b = append(w.b, ',')
		}
		w.b = append(append(w.b, null...), ']')
	}
	return true
}

// isWriteOnly tells whether the property that name names in the schema n is
// for requests only. Responses do not have it, required or not.
func (n *node) isWriteOnly(name *node) bool {
	p := n.property(name.text, map[*node]bool{})
	for hops := 0; p != nil && hops < maxChain; hops++ {
		if p.isTrue("writeOnly") {
			return true
		}
		if p.mark == nil {
			return false
		}
		p = p.mark.target
	}
	return false
}

// property returns the schema of a property of the schema n, its own or one
// that it has by $ref or allOf.
func (n *node) property(name string, seen map[*node]bool) *node {
	if n == nil || seen[n] {
		return nil
	}
	seen[n] = true
	if properties := n.get("properties"); properties != nil {
		if p := properties.get(name); p != nil {
			return p
		}
	}
	if allOf := n.get("allOf"); allOf != nil {
		for _, branch := range allOf.items {
			if p := branch.property(name, seen); p != nil {
				return p
			}
		}
	}
	if n.mark == nil {
		return nil
	}
	return n.mark.target.property(name, seen)
}

// translated returns where in the outcome of the translation the schema is to
// which a pointer into the file leads.
func (f *file) translated(pointer string) string {
	var tokens []string
	n := f.root
	for _, token := range jsonvalue.SplitPointer(pointer) {
		if n.wraps() && refusesNull(token) {
			tokens = append(tokens, "anyOf", "1")
		}
		tokens = append(tokens, token)
		if n, _, _ = n.child(token); n == nil {
			return pointer
		}
	}
	return joinPointer(tokens)
}

// translatedRef is a $ref to a schema as the outcome of the translation needs it.
func translatedRef(text string, target *file) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	pointer := target.translated(u.Fragment)
	if pointer == u.Fragment {
		return text
	}
	u.Fragment, u.RawFragment = pointer, ""
	return u.String()
}
