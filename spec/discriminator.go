package spec

import (
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lazyregexp"
)

// discriminator is the keyword of OpenAPI that names the member whose value says
// which schema an object is of.
type discriminator struct {
	property string
	mapping  map[string]*node // by value
	values   []string         // of the mapping, also those that it maps to nothing
	fallback *node            // defaultMapping of OpenAPI 3.2; nil without
}

// isDiscriminator says what is wrong with a discriminator.
func isDiscriminator(n *node, _ dialect) string {
	if n.kind != jsonvalue.Object {
		return "KEYWORD must be an object with a propertyName, not " + withArticle(n.kind.String())
	}
	if _, ok := n.str("propertyName"); !ok {
		return "KEYWORD must have a propertyName, which is a string"
	}
	return ""
}

// discriminate takes note of the discriminator of a schema, and follows what it maps
// values to.
func (w *walker) discriminate(n *node, p position) {
	m := n.find("discriminator")
	if m == nil || !n.translates() || n.mark.isLeftOut("discriminator") {
		return
	}
	d := &discriminator{mapping: map[string]*node{}}
	d.property, _ = m.value.str("propertyName")
	n.mark.discriminator = d
	at := p.at(m.name, m.value, m.line, m.column)
	follow := func(m member, at position, take func(*node)) {
		text := m.value.text
		if m.value.kind != jsonvalue.String {
			w.fail(at.place, "a discriminator maps to the name of a schema or a reference to one, not to %s; the value is left out", withArticle(m.value.kind.String()))
			return
		}
		if schemas := p.file.namedSchemas(); schemas != nil && schemaName().MatchString(text) && schemas.get(text) != nil {
			text = "#/components/schemas/" + text
		}
		u, err := url.Parse(text)
		if err != nil {
			w.fail(at.place, "%q is not a reference to a schema; the value is left out", text)
			return
		}
		w.resolve(ref{node: n, text: text, url: u, kind: schemaKind, place: at.place, from: p, follow: take, lost: func() {}})
	}
	if mapping := m.value.find("mapping"); mapping != nil {
		inside := at.at(mapping.name, mapping.value, mapping.line, mapping.column)
		for _, to := range mapping.value.members {
			d.values = append(d.values, to.name)
			follow(to, inside.at(to.name, to.value, to.line, to.column), func(target *node) { d.mapping[to.name] = target })
		}
	}
	if to := m.value.find("defaultMapping"); to != nil {
		follow(*to, at.at(to.name, to.value, to.line, to.column), func(target *node) { d.fallback = target })
	}
}

var schemaName = lazyregexp.New(`^[A-Za-z0-9._-]+$`)

// append writes the discriminator of a schema for the evaluator: with URLs for
// schemas, and with those that values pick by their names.
func (d *discriminator) append(b []byte, n *node) []byte {
	w := objectWriter{b: b}
	text := func(name, value string) {
		w.name(name)
		w.b = appendString(w.b, value)
	}
	text("propertyName", d.property)
	urls := func(name string, targets map[string]*node) {
		w.name(name)
		inner := objectWriter{b: w.b}
		for _, value := range slices.Sorted(maps.Keys(targets)) {
			if targets[value].isSchema() {
				inner.name(value)
				inner.b = appendString(inner.b, urlOf(targets[value]))
			}
		}
		w.b = inner.end()
	}
	urls("mapping", d.mapping)
	urls("names", n.discriminated())
	if lost := d.lost(); len(lost) > 0 {
		w.name("lost")
		inner := objectWriter{b: w.b}
		for _, value := range lost {
			inner.name(value)
			inner.b = append(inner.b, "true"...)
		}
		w.b = inner.end()
	}
	if d.fallback != nil && d.fallback.isSchema() {
		text("default", urlOf(d.fallback))
	}
	return w.end()
}

// lost returns the values that the mapping maps to what is no schema, sorted.
func (d *discriminator) lost() []string {
	lost := slices.DeleteFunc(slices.Clone(d.values), func(value string) bool {
		target := d.mapping[value]
		return target != nil && target.isSchema()
	})
	slices.Sort(lost)
	return slices.Compact(lost)
}

// discriminated returns the schemas that a discriminator picks by their names: the
// alternatives, or else the schemas that are made from the schema itself with allOf.
func (n *node) discriminated() map[string]*node {
	all := map[string]*node{}
	isAlternative := false
	for _, keyword := range []string{"oneOf", "anyOf"} {
		alternatives := n.get(keyword)
		if alternatives == nil || n.mark.isLeftOut(keyword) {
			continue
		}
		isAlternative = true
		for _, item := range alternatives.items {
			if item.isSchema() && item.mark.target != nil && item.mark.target.mark != nil {
				all[nameAt(item.mark.target.mark.place)] = item.mark.target
			}
		}
	}
	if isAlternative {
		return all
	}
	if schemas := n.mark.file.namedSchemas(); schemas != nil {
		for _, m := range schemas.members {
			if m.value != n && m.value.extends(n, map[*node]bool{}) {
				all[m.name] = m.value
			}
		}
	}
	return all
}

// nameAt returns the name of the schema at a place: the last token of the pointer, or
// the name of its file.
func nameAt(p plumb.Source) string {
	if tokens := jsonvalue.SplitPointer(p.Pointer); len(tokens) > 0 {
		return tokens[len(tokens)-1]
	}
	return strings.TrimSuffix(path.Base(p.File), path.Ext(p.File))
}

// namedSchemas returns components/schemas of a file; nil without.
func (f *file) namedSchemas() *node {
	if components := f.root.get("components"); components != nil {
		return components.get("schemas")
	}
	return nil
}

// extends reports whether a schema is made from another with allOf, apart from those
// that were looked at.
func (n *node) extends(other *node, seen map[*node]bool) bool {
	allOf := n.get("allOf")
	if allOf == nil || seen[n] {
		return false
	}
	seen[n] = true
	return slices.ContainsFunc(allOf.items, func(part *node) bool {
		if part.mark == nil || part.mark.target == nil {
			return false
		}
		return part.mark.target == other || part.mark.target.extends(other, seen)
	})
}
