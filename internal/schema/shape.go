package schema

import (
	"bytes"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// Shape is what schemas document about the values at a place, whichever of
// their alternatives apply: the members that are named anywhere, the elements,
// and the values that are enumerated.
type Shape struct {
	Place   plumb.Source // of the first schema for the place
	Members []*Member    // sorted by name
	Values  []string     // enumerated values, as JSON text
	Format  string       // of the first schema that has one

	// MeansNull reports whether a schema has the keyword nullable although its
	// version of OpenAPI does not: its author expects null.
	MeansNull   bool
	ValuePlaces []plumb.Source // for each of Values, the first schema that enumerates it

	values   values
	byName   map[string]*Member
	patterns []patternShape
	rest     *Shape   // members that additionalProperties describes
	open     bool     // whether members without a description are expected
	closed   bool     // whether a schema forbids members without a description
	prefix   []*Shape // the first elements
	items    *Shape   // the other elements
	roots    []*node
	nodes    []*node // the schemas, and those that apply together with them
	set      *Set

	writeOnly *node // that says that the value is for requests only; nil if none does
}

// RequestsOnly reports whether the value is for requests only (writeOnly).
func (s *Shape) RequestsOnly() bool { return s.writeOnly != nil }

// Member is a member that a schema names.
type Member struct {
	Name     string
	Index    int  // in Members of its shape
	Required bool // in any of the alternatives
	Place    plumb.Source
	Shape    *Shape

	ways []described // the schemas for it
}

// NullIsDrift reports whether null for the member, if its schema does not allow
// it, is a difference that tolerant clients survive.
func (m *Member) NullIsDrift() bool {
	return !m.Required || m.Shape.MeansNull || m.Shape.writeOnly != nil
}

type patternShape struct {
	re    *regexp.Regexp
	shape *Shape
}

// Places returns the places of all schemas for the place of the shape.
func (s *Shape) Places() []plumb.Source {
	places := make([]plumb.Source, len(s.nodes))
	for i, n := range s.nodes {
		places[i] = n.place
	}
	return places
}

// Named returns the member that is documented by its own name, or nil.
func (s *Shape) Named(name string) *Member {
	return s.byName[name]
}

// Member returns the shape of a member's value, or nil if nothing describes it,
// and whether the member is undocumented: it has no description, although other
// members of the object have one.
func (s *Shape) Member(name string) (shape *Shape, undocumented bool) {
	if m := s.byName[name]; m != nil {
		return m.Shape, false
	}
	for _, p := range s.patterns {
		if p.re.MatchString(name) {
			return p.shape, false
		}
	}
	return s.rest, !s.open && s.rest == nil && len(s.byName)+len(s.patterns) > 0
}

// IsForbidden reports whether nothing describes a member, and a schema forbids
// those that nothing describes.
func (s *Shape) IsForbidden(name string) bool {
	shape, _ := s.Member(name)
	return shape == nil && s.closed
}

// Item returns the shape of the element with that index, or nil.
func (s *Shape) Item(index int) *Shape {
	if index < len(s.prefix) {
		return s.prefix[index]
	}
	return s.items
}

// Within returns the shapes of members and elements.
func (s *Shape) Within() []*Shape {
	var all []*Shape
	for _, m := range s.Members {
		all = append(all, m.Shape)
	}
	for _, p := range s.patterns {
		all = append(all, p.shape)
	}
	all = append(append(all, s.prefix...), s.rest, s.items)
	return slices.DeleteFunc(all, func(inner *Shape) bool { return inner == nil })
}

// node is a compiled schema and the schemas that apply to the same value
// together with it.
type node struct {
	*jsonschema.Schema
	place   plumb.Source
	inPlace []*node // the node itself first
	parts   []*node // those of them that always apply: by $ref and allOf
	set     *Set
	id      int

	compiled atomic.Pointer[program]
	failures atomic.Pointer[map[string]*Failure] // see failureOf; the map is not changed
}

func (s *Set) node(compiled *jsonschema.Schema) *node {
	if n := s.byURL[compiled.Location]; n != nil {
		return n
	}
	n := &node{Schema: compiled, place: s.place(compiled.Location), set: s, id: len(s.byURL)}
	s.byURL[compiled.Location] = n
	if compiled.DynamicRef != nil || compiled.RecursiveRef != nil {
		s.dynamic.Store(true) // of a metaschema
	}
	seen := map[*jsonschema.Schema]bool{}
	var collect func(*jsonschema.Schema)
	collect = func(c *jsonschema.Schema) {
		if c == nil || seen[c] {
			return
		}
		seen[c] = true
		n.inPlace = append(n.inPlace, s.node(c))
		for _, sub := range [][]*jsonschema.Schema{{c.Ref, c.RecursiveRef, c.DynamicRef}, c.AllOf, c.AnyOf, c.OneOf, {c.If, c.Then, c.Else}, sorted(c.DependentSchemas)} {
			for _, sub := range sub {
				collect(sub)
			}
		}
		for _, sub := range s.subtypes(c) {
			if seen[sub] {
				return // this is the base of what is collected
			}
		}
		for _, sub := range s.subtypes(c) {
			collect(sub)
		}
	}
	collect(compiled)
	n.collectParts(compiled)
	// These are not part of any shape, but failures name them.
	for _, sub := range []*jsonschema.Schema{compiled.Not, compiled.PropertyNames, compiled.Contains, compiled.UnevaluatedProperties, compiled.UnevaluatedItems} {
		if sub != nil {
			s.node(sub)
		}
	}
	if p, ok := compiled.Extensions[spec.PatternPropertiesKeyword].(ecmaProperties); ok {
		for _, sub := range p.schemas() {
			s.node(sub)
		}
	}
	return n
}

// collectParts adds a schema, and those that always apply with it, to the parts.
func (n *node) collectParts(c *jsonschema.Schema) {
	if c == nil {
		return
	}
	part := n.set.byURL[c.Location]
	if part == nil || slices.Contains(n.parts, part) {
		return
	}
	n.parts = append(n.parts, part)
	n.collectParts(c.Ref)
	for _, sub := range c.AllOf {
		n.collectParts(sub)
	}
}

// writeOnly returns the part of the schema that says that values are for requests
// only, or nil.
func (n *node) writeOnly() *node {
	for _, part := range n.parts {
		if part.WriteOnly {
			return part
		}
	}
	return nil
}

// hidesMember reports whether a part of the schema describes a member that is for
// requests only.
func (n *node) hidesMember(name string) bool {
	return slices.ContainsFunc(n.parts, func(part *node) bool {
		return slices.ContainsFunc(part.program().forMember(name), func(own *node) bool { return own.writeOnly() != nil })
	})
}

func sorted(m map[string]*jsonschema.Schema) []*jsonschema.Schema {
	var out []*jsonschema.Schema
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[name])
	}
	return out
}

// target follows references that have nothing beside them, so that a place and
// what it refers to have the same shape.
func (s *Set) target(n *node) *node {
	for seen := map[*node]bool{}; n.Ref != nil && !seen[n]; {
		seen[n] = true
		if object, _ := s.keyword(n.Location, "").(map[string]any); len(object) > 1 {
			return n
		}
		n = s.node(n.Ref)
	}
	return n
}

// shape returns what the schemas, all for one place, document. Equal sets of
// schemas have the same shape, so that recursion ends.
func (s *Set) shape(roots []*node) *Shape {
	if len(roots) == 0 {
		return nil
	}
	locations := make([]string, len(roots))
	for i, n := range roots {
		roots[i] = s.target(n)
		locations[i] = roots[i].Location
	}
	slices.Sort(locations)
	key := strings.Join(slices.Compact(locations), "\n")
	if shape := s.shapes[key]; shape != nil {
		return shape
	}
	shape := &Shape{Place: roots[0].place, byName: map[string]*Member{}, roots: roots, set: s}
	s.shapes[key] = shape

	var all []*node
	for _, root := range roots {
		for _, n := range root.inPlace {
			if !slices.Contains(all, n) {
				all = append(all, n)
			}
		}
	}
	shape.nodes = all
	s.fillMembers(shape, all)
	s.fillItems(shape, all)
	for _, n := range all {
		if shape.Format == "" {
			shape.Format = n.Format
		}
		if n.WriteOnly && shape.writeOnly == nil {
			shape.writeOnly = n
		}
		shape.MeansNull = shape.MeansNull || s.desc.MeansNull(n.place)
		for _, v := range append(slices.Clone(n.Constant), n.Enum...) {
			if text := JSONText(v); !slices.Contains(shape.Values, text) {
				shape.Values, shape.ValuePlaces = append(shape.Values, text), append(shape.ValuePlaces, n.place)
				shape.values.add(v, text)
			}
		}
	}
	return shape
}

func (s *Set) fillMembers(shape *Shape, all []*node) {
	named := map[string][]described{}
	required := map[string]bool{}
	var rest []*node
	for _, n := range all {
		for name, sub := range n.Properties {
			named[name] = append(named[name], described{n, s.node(sub)})
		}
		for _, name := range n.Required {
			required[name] = true
		}
		for _, re := range slices.SortedFunc(maps.Keys(n.PatternProperties), compareRegexps) {
			shape.patterns = append(shape.patterns, patternShape{re, s.shape([]*node{s.node(n.PatternProperties[re])})})
		}
		switch additional := n.AdditionalProperties.(type) {
		case bool:
			// The schema false forbids members by itself: then they are not
			// drift.
			shape.open, shape.closed = true, shape.closed || !additional
		case *jsonschema.Schema:
			rest = append(rest, s.node(additional))
		}
		if n.UnevaluatedProperties != nil || n.Extensions[spec.PatternPropertiesKeyword] != nil || n.DynamicRef != nil || n.RecursiveRef != nil {
			shape.open, shape.closed = true, shape.closed || isFalse(n.UnevaluatedProperties)
		}
	}
	shape.rest = s.shape(rest)
	for _, name := range slices.Sorted(maps.Keys(named)) {
		m := &Member{Name: name, Index: len(shape.Members), Required: required[name], Place: named[name][0].own.place, ways: named[name]}
		var own []*node
		for _, d := range m.ways {
			own = append(own, d.own)
		}
		m.Shape = s.shape(own)
		shape.byName[name] = m
		shape.Members = append(shape.Members, m)
	}
}

// isFalse reports whether a schema is the schema false.
func isFalse(s *jsonschema.Schema) bool { return s != nil && s.Always != nil && !*s.Always }

func (s *Set) fillItems(shape *Shape, all []*node) {
	var items []*node
	prefix := 0
	for _, n := range all {
		prefix = max(prefix, len(n.firstItems()))
		for _, sub := range n.otherItems() {
			if sub != nil {
				items = append(items, s.node(sub))
			}
		}
	}
	shape.items = s.shape(items)
	for i := range prefix {
		var at []*node
		for _, n := range all {
			if subs := n.firstItems(); i < len(subs) {
				at = append(at, s.node(subs[i]))
			}
		}
		shape.prefix = append(shape.prefix, s.shape(at))
	}
}

// values are the values that a shape enumerates.
type values struct {
	texts map[string]string // the JSON texts of strings
	other []string          // the JSON texts of all other values
}

func (all *values) add(v any, text string) {
	s, isString := v.(string)
	if !isString {
		all.other = append(all.other, text)
		return
	}
	if all.texts == nil {
		all.texts = map[string]string{}
	}
	all.texts[s] = text
}

// Enumerated returns which of the enumerated values a scalar equals, as JSON
// text.
func (s *Shape) Enumerated(v *jsonvalue.Value) (text string, ok bool) {
	if len(s.Values) == 0 {
		return "", false
	}
	switch v.Kind {
	case jsonvalue.String:
		text, ok = s.values.texts[v.Text]
		return text, ok
	case jsonvalue.Number:
		text = v.Text
	case jsonvalue.Bool:
		text = strconv.FormatBool(v.True)
	default:
		text = v.Kind.String() // no scalar equals the JSON text of an array or object
	}
	i := slices.Index(s.values.other, text)
	if i < 0 {
		return "", false
	}
	return s.values.other[i], true
}

// Constants returns the members that must have one certain value in every value
// of the schema, with that value as JSON text: bare bodies are recognised by
// them.
func (s *Shape) Constants() map[string]string {
	constants := map[string]string{}
	for _, m := range s.Members {
		if m.Required && len(m.Shape.Values) == 1 {
			constants[m.Name] = m.Shape.Values[0]
		}
	}
	return constants
}

// Required returns the names of the members that are required.
func (s *Shape) Required() []string {
	var names []string
	for _, m := range s.Members {
		if m.Required {
			names = append(names, m.Name)
		}
	}
	return names
}

// JSONText returns a decoded value as compact JSON, as its author would write
// it.
func JSONText(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "?" // cannot happen for values decoded from JSON
	}
	return strings.TrimSpace(b.String())
}
