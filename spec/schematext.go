package spec

import (
	"net/url"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/ecmaregexp"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// SchemaText returns the schema at a place for a schema compiler: as JSON, in
// JSON Schema 2020-12 unless it names an older draft, without annotations and
// without what is not valid. It refers to other schemas by URLs, of which
// [SchemaAt] returns the place. It is nil if there is no schema at the place.
func (d *Description) SchemaText(p plumb.Source) []byte {
	n := d.nodeAt(p)
	if n == nil || !n.isSchema() {
		return nil
	}
	w := schemaWriter{root: n, whole: n.mark.whole, dynamic: d.dynamic, patterns: d.patterns}
	return w.schema(nil, n)
}

// SchemaURL returns the URL by which a schema compiler asks for the schema at a
// place. It is only used within the process.
func (d *Description) SchemaURL(p plumb.Source) string {
	if n := d.nodeAt(p); n != nil && n.isSchema() {
		return urlOf(n)
	}
	return textURL(p)
}

// urlOf returns the URL of a schema: of its own text, or of its part of another
// text.
func urlOf(n *node) string {
	outer := n.mark.outermost.mark
	if n == n.mark.outermost || !outer.whole || !strings.HasPrefix(n.mark.place.Pointer, outer.place.Pointer) {
		return textURL(n.mark.place)
	}
	pointer := strings.TrimPrefix(n.mark.place.Pointer, outer.place.Pointer)
	return textURL(outer.place) + "#" + (&url.URL{Fragment: pointer}).EscapedFragment()
}

// readable undoes escapes that are not needed in a query.
var readable = strings.NewReplacer("%2F", "/", "%7E", "~")

// textURL returns the URL of the text of the schema at a place.
func textURL(p plumb.Source) string {
	u := url.URL{Scheme: "file", Path: "/" + p.File}
	if p.Pointer != "" {
		u.RawQuery = readable.Replace(url.QueryEscape(p.Pointer))
	}
	return u.String()
}

// SchemaAt returns the file and the pointer of the schema whose text has a URL.
// It is not ok if the URL is not one of a schema.
func SchemaAt(u string) (p plumb.Source, ok bool) {
	parsed, err := url.Parse(u)
	if err != nil || parsed.Scheme != "file" {
		return plumb.Source{}, false
	}
	pointer, err := url.QueryUnescape(parsed.RawQuery)
	return plumb.Source{File: strings.TrimPrefix(parsed.Path, "/"), Pointer: pointer}, err == nil
}

// schemaWriter writes one schema for the compiler.
type schemaWriter struct {
	root    *node
	whole   bool               // whether the schemas in it are written out, too
	dynamic map[string][]*node // schemas by their $dynamicAnchor

	patterns map[string]*ecmaregexp.Regexp
}

// within writes a schema that is in another schema.
func (s *schemaWriter) within(b []byte, n *node) []byte {
	if n.isSchema() && n.cut && (!s.whole || n.mark.outermost == n) {
		w := objectWriter{b: b}
		s.text(&w, "$ref", urlOf(n))
		return w.end()
	}
	return s.schema(b, n)
}

func (s *schemaWriter) text(w *objectWriter, keyword, text string) {
	w.name(keyword)
	w.b = appendString(w.b, text)
}

func (s *schemaWriter) schema(b []byte, n *node) []byte {
	w := objectWriter{b: b}
	switch {
	case n.isSchema() && n.mark.unusable && n.kind != jsonvalue.Object:
		s.openUp(&w, n)
		return w.end()
	case n.kind == jsonvalue.Bool && n.text == "false" && n.isSchema():
		return append(b, s.never()...)
	case n.kind != jsonvalue.Object || !n.isSchema():
		return append(b, s.always()...)
	}
	if uri := n.mark.dialect.uri(); uri != "" && n == s.root {
		s.text(&w, "$schema", uri)
	}
	if s.whole {
		s.identity(&w, n)
	}
	s.annotations(&w, n)
	isRef := n.mark.dialect == openAPI30 && n.find("$ref") != nil
	written := func(m member) bool { return !isRef || m.name == "$ref" } // what else is beside it has no meaning
	wraps := n.wraps()
	for _, m := range n.members {
		if written(m) && (!wraps || !n.refusesNull(m.name)) {
			s.keyword(&w, n, m)
		}
	}
	if wraps {
		w.name("anyOf")
		w.b = append(w.b, `[{"type":"null"},`...)
		rest := objectWriter{b: w.b}
		for _, m := range n.members {
			if written(m) && n.refusesNull(m.name) {
				s.keyword(&rest, n, m)
			}
		}
		w.b = append(rest.end(), ']')
	}
	s.openUp(&w, n)
	return w.end()
}

// annotations writes the keywords of OpenAPI that JSON Schema does not have, or that
// are only annotations there. In OpenAPI 3.0 they count even beside a $ref, because
// their authors mean them.
func (s *schemaWriter) annotations(w *objectWriter, n *node) {
	if n.isTrue("writeOnly") {
		w.name("writeOnly")
		w.b = append(w.b, "true"...)
	}
	if n.isLoose() {
		w.name(LooseNullKeyword)
		w.b = append(w.b, "true"...)
	}
	if d := n.mark.discriminator; d != nil {
		w.name(DiscriminatorKeyword)
		w.b = d.append(w.b, n)
	}
}

// always and never return the schemas that accept any value and no value.
func (s *schemaWriter) always() string {
	if s.root.mark.dialect == draft4 {
		return "{}"
	}
	return "true"
}

func (s *schemaWriter) never() string {
	if s.root.mark.dialect == draft4 {
		return `{"not":{}}`
	}
	return "false"
}

// openUp writes that further members and elements are expected, if what was
// left out may describe some.
func (s *schemaWriter) openUp(w *objectWriter, n *node) {
	members, elements := n.mark.hides()
	isWritten := func(keyword string) bool { return n.find(keyword) != nil && !n.mark.isLeftOut(keyword) }
	if members && !isWritten("additionalProperties") {
		w.name("additionalProperties")
		w.b = append(w.b, "true"...)
	}
	switch items := n.get("items"); {
	case !elements:
	case !isWritten("items"):
		w.name("items")
		w.b = append(w.b, s.always()...)
	case items.kind == jsonvalue.Array && !isWritten("additionalItems"):
		w.name("additionalItems")
		w.b = append(w.b, "true"...)
	}
}

// keyword writes a keyword of the schema n.
func (s *schemaWriter) keyword(w *objectWriter, n *node, m member) {
	k, ok := keywords[m.name]
	if !ok || n.mark.isLeftOut(m.name) || k.annotation || n.translates() && appendOpenAPI30(w, n, m) {
		return
	}
	switch m.name {
	case "$ref", "$dynamicRef", "$recursiveRef":
		s.reference(w, n, m)
		return
	case "pattern":
		s.pattern(w, m.value.text)
		return
	case "patternProperties":
		s.patternProperties(w, n, m)
		return
	case "required":
		if names := distinct(m.value.items); len(names) > 0 { // up to draft 4 there had to be at least one
			w.name(m.name)
			w.b = appendList(w.b, names, appendScalar)
		}
		return
	case "enum":
		w.name(m.name)
		w.b = appendList(w.b, distinct(m.value.items), appendValue)
		return
	case "dependentRequired":
		s.children(w, n, m, child{schemaKind, named})
		return
	case "oneOf":
		if n.mark.isAnyOf {
			m.name = "anyOf"
		}
	case "type":
		w.name(m.name)
		w.b = appendTypes(w.b, m.value)
		return
	}
	c, ok := childOf(schemaKind, m.name)
	if m.name == "additionalProperties" && s.needsECMA(n) {
		m.name = AdditionalPropertiesKeyword
	}
	if !ok {
		w.name(m.name)
		w.b = m.value.appendWritten(w.b)
		return
	}
	s.children(w, n, m, c)
}

// children writes a keyword that contains schemas.
func (s *schemaWriter) children(w *objectWriter, n *node, m member, c child) {
	w.name(m.name)
	switch {
	case m.value.kind == jsonvalue.Array && (c.form == list || c.form == oneOrList):
		w.b = appendList(w.b, m.value.items, s.within)
	case m.value.kind == jsonvalue.Object && c.form == named:
		inner := objectWriter{b: w.b}
		for _, sub := range m.value.members {
			switch isNames := sub.value.kind == jsonvalue.Array && strings.HasPrefix(m.name, "depend") && m.name != "dependentSchemas"; {
			case !isNames:
				inner.name(sub.name)
				inner.b = s.within(inner.b, sub.value)
			case len(sub.value.items) > 0: // draft 4 requires at least one
				inner.name(sub.name)
				inner.b = appendList(inner.b, distinct(sub.value.items), appendScalar)
			}
		}
		w.b = inner.end()
	case m.value.kind == jsonvalue.Bool && (m.name == "additionalProperties" || m.name == "additionalItems"):
		w.b = m.value.appendJSON(w.b) // also in draft 4
	default:
		w.b = s.within(w.b, m.value)
	}
}

// identity writes the keywords by which a schema in a whole text identifies
// itself, and those that only references need.
func (s *schemaWriter) identity(w *objectWriter, n *node) {
	if _, ok := n.str(n.mark.dialect.id()); ok && n != s.root && n.mark.base.embedded {
		s.text(w, n.mark.dialect.id(), n.mark.base.url.String())
	}
	for _, keyword := range []string{"$dynamicAnchor", "$recursiveAnchor"} {
		if m := n.find(keyword); m != nil && !n.mark.isLeftOut(keyword) {
			w.name(keyword)
			w.b = m.value.appendJSON(w.b)
		}
	}
	for _, keyword := range []string{"$defs", "definitions"} {
		if m := n.find(keyword); m != nil && !n.mark.isLeftOut(keyword) {
			s.children(w, n, *m, child{schemaKind, named})
		}
	}
}

// reference writes a keyword that refers to another schema. If a dynamic
// reference can only lead to one schema, it is written as a plain one.
func (s *schemaWriter) reference(w *objectWriter, n *node, m member) {
	switch m.name {
	case "$ref":
		if n.mark.target != nil {
			s.text(w, m.name, urlOf(n.mark.target))
		} else { // to a metaschema
			s.text(w, m.name, m.value.text)
		}
	case "$dynamicRef":
		anchor := fragmentOf(m.value.text)
		switch target := n.mark.dynamicTarget; {
		case target == nil:
		case s.whole && len(s.dynamic[anchor]) > 1 && target.mark.outermost.mark.whole:
			resource, _, _ := strings.Cut(m.value.text, "#")
			if resource != "" {
				resource = s.resourceURL(target)
			}
			s.text(w, m.name, resource+"#"+anchor)
		default:
			s.text(w, plainRef(n), urlOf(target))
		}
	case "$recursiveRef":
		switch target := n.mark.recursiveTarget; {
		case target == nil:
		case s.whole && n.mark.dialect == draft2019:
			s.text(w, m.name, "#")
		default:
			s.text(w, plainRef(n), urlOf(target))
		}
	}
}

// resourceURL returns the URL of the schema resource that contains a schema in
// a whole text.
func (s *schemaWriter) resourceURL(n *node) string {
	if n.mark.base.embedded && n.mark.base.url.String() != n.mark.outermost.mark.base.url.String() {
		return n.mark.base.url.String()
	}
	return textURL(n.mark.outermost.mark.place)
}

// plainRef returns the keyword for a reference, which must be possible beside a
// $ref. A $dynamicRef without an anchor is a plain reference.
func plainRef(n *node) string {
	if n.find("$ref") != nil {
		return "$dynamicRef"
	}
	return "$ref"
}

func fragmentOf(ref string) string {
	_, fragment, _ := strings.Cut(ref, "#")
	return fragment
}

func (n *node) isSchema() bool { return n.mark != nil && n.mark.kind == schemaKind }

// translates reports whether a schema may have keywords of OpenAPI 3.0. In 3.1,
// boolean exclusive bounds are left over from an upgrade, and mean what they
// meant before.
func (n *node) translates() bool {
	return n.isSchema() && (n.mark.dialect == openAPI30 || n.mark.dialect == openAPI31)
}

// MeansNull reports whether the schema at a place has the keyword nullable
// although that has no meaning in its version of OpenAPI.
func (d *Description) MeansNull(p plumb.Source) bool {
	if !d.hasNullable {
		return false
	}
	n := d.nodeAt(p)
	return n != nil && n.isSchema() && n.mark.dialect == openAPI31 && n.isTrue("nullable")
}

// isNullable reports whether a schema allows null by a keyword of OpenAPI 3.0.
func (n *node) isNullable() bool {
	return n.isSchema() && n.mark.dialect == openAPI30 && n.isTrue("nullable")
}

// wraps reports whether a schema is nullable and has keywords that would reject
// null. These are moved into the second branch of an anyOf, whose first branch
// is null.
func (n *node) wraps() bool {
	return n.isNullable() && slices.ContainsFunc(n.members, func(m member) bool { return n.refusesNull(m.name) })
}

// isLoose reports whether a schema allows null by a nullable without a type, to
// which the letter of OpenAPI 3.0 gives no meaning.
func (n *node) isLoose() bool {
	return n.isNullable() && (n.wraps() || n.find("enum") != nil) && (n.find("$ref") != nil || n.find("type") == nil)
}

// refusesNull reports whether a keyword of the schema can reject null, other than
// a list of types or values to which null can be added.
func (n *node) refusesNull(keyword string) bool {
	switch keyword {
	case "$ref":
		return true
	case "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "const":
		return n.mark.dialect != openAPI30 || n.find("$ref") == nil
	}
	return false
}

// appendOpenAPI30 writes what a keyword of OpenAPI 3.0 means in JSON Schema. It
// returns false for keywords that mean the same in both.
func appendOpenAPI30(w *objectWriter, n *node, m member) bool {
	switch m.name {
	case "type", "enum":
		if n.isNullable() {
			appendWithNull(w, m)
		}
		return n.isNullable()
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
// boolean beside the bound that it modifies.
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

// appendWithNull writes a list of types or values, and adds null.
func appendWithNull(w *objectWriter, m member) {
	items := m.value.items
	if m.value.kind != jsonvalue.Array {
		items = []*node{m.value}
	}
	items = slices.DeleteFunc(distinct(items), func(n *node) bool { return n.kind == jsonvalue.Null || m.name == "type" && n.text == "null" })
	write := appendValue
	if m.name == "type" {
		write = appendType
	}
	w.name(m.name)
	w.b = appendList(w.b, append(items, &node{kind: jsonvalue.Null, text: "null"}), write)
}

// appendTypes writes the value of the keyword type, each type once.
func appendTypes(b []byte, n *node) []byte {
	if n.kind != jsonvalue.Array {
		return appendType(b, n)
	}
	var types []*node
	for _, item := range n.items {
		if !slices.ContainsFunc(types, func(t *node) bool { return t.text == item.text }) {
			types = append(types, item)
		}
	}
	return appendList(b, types, appendType)
}

// appendType writes the name of a type, which may be null without quotes.
func appendType(b []byte, n *node) []byte { return appendString(b, n.text) }

// distinct returns the values of a list, each once: up to draft 7, duplicates
// were not allowed.
func distinct(items []*node) []*node {
	seen := make(map[string]bool, len(items))
	var all []*node
	for _, item := range items {
		text := string(item.appendSorted(nil))
		if !seen[text] {
			all = append(all, item)
		}
		seen[text] = true
	}
	return all
}

func appendScalar(b []byte, n *node) []byte { return n.appendJSON(b) }

func appendValue(b []byte, n *node) []byte { return n.appendWritten(b) }

// Within returns the place, with line and column, of what a pointer into the
// result of [Description.SchemaText] leads to; schema is the place of that
// schema. The place of a member is that of its name. If the pointer leads
// nowhere, it is the place of the nearest object or array around it.
func (d *Description) Within(schema plumb.Source, pointer string) plumb.Source {
	root := d.nodeAt(schema)
	if root == nil || root.mark == nil {
		return plumb.Source{File: schema.File, Pointer: schema.Pointer + pointer}
	}
	p, n := position{place: root.mark.place}, root
	if root.mark.place.Pointer != schema.Pointer { // a YAML alias
		p.place = d.Place(schema.File, schema.Pointer)
	}
	tokens := jsonvalue.SplitPointer(pointer)
	moved := false // whether the pointer has just entered what the translation moved
	for i := 0; i < len(tokens); i++ {
		token := sourceKeyword(tokens[i])
		if token == "anyOf" && !n.wraps() && n.isSchema() && n.mark.isAnyOf {
			token = "oneOf"
		}
		if n.wraps() && !moved && token == "anyOf" && i+1 < len(tokens) {
			i++
			if moved = tokens[i] == "1"; moved {
				continue
			}
			token = "nullable" // the branch that the translation made from it
		}
		next, line, column := n.child(token)
		if i > 0 && next == nil && tokens[i-1] == "patternProperties" {
			if m := d.patternProperty(n, token); m != nil {
				next, line, column, token = m.value, m.line, m.column, m.name
			}
		}
		if next == nil {
			break
		}
		n, p, moved = next, p.at(token, next, line, column), false
	}
	return p.place
}
