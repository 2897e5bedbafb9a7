package schema

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// discriminator is the keyword of OpenAPI that names the member whose value decides
// which of several schemas a value is of. By the letter it changes no outcome; here it
// does, on purpose: who writes one means it.
type discriminator struct {
	property string
	mapping  map[string]*node // the author's own
	names    map[string]*node // by the names of schemas
	fallback *node            // of other values, or none; or nil
	lost     map[string]any   // values whose schema the description does not have: they can be of any

	once   sync.Once // guards what follows
	values []string  // see allowed
}

// compileDiscriminator compiles the keyword, which is about the alternatives of the
// schema or, where it has none, about the schemas that are made from it with allOf.
func (c *combinations) compileDiscriminator(n *node) {
	d := n.set.discriminator(n.Schema)
	switch {
	case d == nil:
	case c.oneOf != nil:
		c.oneOf.discriminator = d
	case c.anyOf != nil:
		c.anyOf.discriminator = d
	case len(d.mapping)+len(d.names) > 0 || d.fallback != nil:
		c.subtypes = d
	}
}

// discriminator returns that of a schema; nil without one.
func (s *Set) discriminator(c *jsonschema.Schema) *discriminator {
	text, ok := s.keyword(c.Location, spec.DiscriminatorKeyword).(map[string]any)
	if !ok {
		return nil
	}
	d := &discriminator{mapping: s.targets(text["mapping"]), names: s.targets(text["names"])}
	d.property, _ = text["propertyName"].(string)
	d.lost, _ = text["lost"].(map[string]any)
	if u, ok := text["default"].(string); ok {
		d.fallback = s.targets(map[string]any{"": u})[""]
	}
	return d
}

// subtypes returns the schemas that the discriminator of a base picks from.
func (s *Set) subtypes(c *jsonschema.Schema) []*jsonschema.Schema {
	if len(c.OneOf)+len(c.AnyOf) > 0 {
		return nil
	}
	text, ok := s.keyword(c.Location, spec.DiscriminatorKeyword).(map[string]any)
	if !ok {
		return nil
	}
	var all []*jsonschema.Schema
	for _, names := range []string{"mapping", "names"} {
		urls, _ := text[names].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(urls)) {
			if u, ok := urls[name].(string); ok {
				if compiled, err := s.compile(u); err == nil && !slices.Contains(all, compiled) {
					all = append(all, compiled)
				}
			}
		}
	}
	return all
}

// targets returns the schemas at URLs, by their names.
func (s *Set) targets(urls any) map[string]*node {
	all, _ := urls.(map[string]any)
	found := map[string]*node{}
	for name, u := range all {
		if u, ok := u.(string); ok {
			if compiled, err := s.compile(u); err == nil {
				found[name] = s.node(compiled)
			}
		}
	}
	return found
}

// value returns the value that decides for an object; not ok where it is no text.
func (d *discriminator) value(e *evaluator, v *jsonvalue.Value) (index int, text string, ok bool) {
	if v.Kind != jsonvalue.Object {
		return -1, "", false
	}
	if index = v.Find(d.property); index < 0 {
		return -1, "", d.fallback != nil
	}
	m := v.Members[index].Value
	e.pin(m)
	return index, m.Text, m.Kind == jsonvalue.String && d.lost[m.Text] == nil
}

// pick returns the alternatives that the value can be of. Where its discriminator is
// that of none, it says so; and is done if none would accept the value anyway.
func (d *discriminator) pick(e *evaluator, p *program, a *alternatives, v *jsonvalue.Value, r *result) (candidates []*node, done bool) {
	index, text, ok := d.value(e, v)
	if !ok {
		return a.schemas, false
	}
	if index >= 0 {
		switch picked := d.schemasOf(e.set, a, text); len(picked) {
		case 0:
		case 1:
			return a.of(e, picked[0], v), false
		default:
			return picked, false
		}
	}
	if d.fallback != nil {
		return a.of(e, d.fallback, v), false
	}
	plain := &alternatives{keyword: a.keyword, schemas: a.schemas}
	var accepted result
	e.judging++
	p.choose(e, plain, v, &accepted)
	e.judging--
	class := hard
	if accepted.tolerable() {
		class = tolerated
	}
	e.path = append(e.path, step{v, index})
	f := e.fail(r, p.node, spec.DiscriminatorKeyword, class)
	f.Keyword, f.Values, f.Limit = "discriminator", d.allowed(e.set, a), ""
	e.path = e.path[:len(e.path)-1]
	switch {
	case class == hard:
		r.covered.all()
	case e.judging > 0:
		r.add(accepted)
	default:
		r.covered.documented.every = true // it may as well be meant for another one
		return a.schemas, false
	}
	return nil, true
}

// schemasOf returns the schemas that a value picks: one, but for alternatives that
// enumerate it. Without alternatives, they are those made from the schema.
func (d *discriminator) schemasOf(s *Set, a *alternatives, text string) []*node {
	if n := d.mapping[text]; n != nil {
		return []*node{n}
	}
	if a != nil {
		if all := a.withConstant(s, d.property, text); len(all) > 0 {
			return all
		}
	}
	if n := d.names[text]; n != nil {
		return []*node{n}
	}
	return nil
}

// of returns the alternatives that are a schema, or else those that always apply it,
// or else the schema itself. If that is evaluating the value already, the discriminator
// leads in a circle, and any alternative can be meant.
func (a *alternatives) of(e *evaluator, n *node, v *jsonvalue.Value) []*node {
	var same, wrapping []*node
	for _, own := range a.schemas {
		switch {
		case own == n || own.Ref != nil && own.Ref.Location == n.Location:
			same = append(same, own)
		case slices.Contains(own.parts, n):
			wrapping = append(wrapping, own)
		}
	}
	switch {
	case same != nil:
		return same
	case wrapping != nil:
		return wrapping
	case e.isOpen(n, v):
		return a.schemas
	}
	return []*node{n}
}

// withConstant returns the alternatives that enumerate a value for a member.
func (a *alternatives) withConstant(s *Set, name, text string) []*node {
	var found []*node
	for i, shape := range a.shapesOf(s) {
		if m := shape.Named(name); m != nil {
			if _, ok := m.Shape.values.texts[text]; ok {
				found = append(found, a.schemas[i])
			}
		}
	}
	return found
}

// allowed returns the values that pick an alternative, as JSON texts.
func (d *discriminator) allowed(s *Set, a *alternatives) []string {
	d.once.Do(func() { d.values = d.collectValues(s, a) })
	return d.values
}

func (d *discriminator) collectValues(s *Set, a *alternatives) []string {
	var all []string
	known := map[string]bool{}
	add := func(value string) {
		if !known[value] {
			known[value] = true
			all = append(all, JSONText(value))
		}
	}
	mapped := map[*node]bool{}
	for _, value := range slices.Sorted(maps.Keys(d.mapping)) {
		add(value)
		mapped[d.mapping[value]] = true
	}
	for _, value := range slices.Sorted(maps.Keys(d.lost)) {
		add(value)
	}
	if a != nil {
		for i, shape := range a.shapesOf(s) {
			if m := shape.Named(d.property); m != nil {
				for _, value := range slices.Sorted(maps.Keys(m.Shape.values.texts)) {
					add(value)
					mapped[a.targets[i]] = true
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.names)) {
		if !mapped[d.names[name]] {
			add(name)
		}
	}
	return all
}

// inheritance is that a value is evaluated by a schema that its base has picked.
type inheritance struct {
	base    *node
	value   *jsonvalue.Value
	covered coverage // by the base
}

// mostInherited bounds how many bases a schema has.
const mostInherited = 64

// inherit evaluates the schema that the discriminator of its base picks for a value.
func (p *program) inherit(e *evaluator, v *jsonvalue.Value, r *result) {
	d := p.subtypes
	index, text, ok := d.value(e, v)
	if !ok || len(e.inherited) == mostInherited {
		return
	}
	subtype := d.fallback
	if index >= 0 {
		if picked := d.schemasOf(e.set, nil, text); picked != nil {
			subtype = picked[0]
		}
	}
	if subtype == nil {
		if !strings.HasSuffix(p.node.place.Pointer, "/"+jsonvalue.EscapePointer(text)) { // its own name
			e.path = append(e.path, step{v, index})
			f := e.fail(r, p.node, spec.DiscriminatorKeyword, tolerated)
			f.Keyword, f.Values, f.Limit = "discriminator", d.allowed(e.set, nil), ""
			e.path = e.path[:len(e.path)-1]
			r.covered.documented.every = true // by the schema that it is meant for
		}
		return
	}
	if subtype == p.node {
		return
	}
	if e.isOpen(subtype, v) {
		e.skipped = append(e.skipped, subtype)
		return
	}
	e.inherited = append(e.inherited, inheritance{p.node, v, r.covered})
	r.add(e.apply(subtype, v))
	e.inherited = e.inherited[:len(e.inherited)-1]
}

// isOpen reports whether a schema is evaluating a value.
func (e *evaluator) isOpen(n *node, v *jsonvalue.Value) bool {
	return slices.Contains(e.applied[e.here:], n) || slices.ContainsFunc(e.inherited, func(i inheritance) bool { return i.base == n && i.value == v })
}
