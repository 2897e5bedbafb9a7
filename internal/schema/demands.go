package schema

import (
	"math/big"
	"regexp"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/spec"
)

// Demands is what the schemas for a place require of a value, as far as all of
// them apply at the same time. It is for code that checks values in another way
// than [Schema.Validate], and must reach the same result.
type Demands struct {
	Plain bool // whether there is only one schema

	Types [][]string // for each schema with the keyword type, the types that it allows
	Enums [][]string // for each schema with enum or const, the values that it allows, as JSON text

	MinLength, MaxLength []int
	Patterns             []*regexp.Regexp
	Formats              []string // of those that are checked

	Minimum, Maximum                   []*big.Rat
	ExclusiveMinimum, ExclusiveMaximum []*big.Rat

	Required                     []string
	MinProperties, MaxProperties []int
	Names                        *Shape // what the names of members must satisfy; nil for any name
	Patterned                    []Patterned
	Rest                         *Shape // of members that are not described otherwise; nil for any value
	Closed                       bool   // whether members that are not described are forbidden

	// Undocumented reports whether members without a description are worth
	// reporting, if they are not forbidden.
	Undocumented bool

	MinItems, MaxItems []int
	Prefix             []*Shape // of the first elements
	Items              *Shape   // of the other elements; nil for any value
}

// Patterned is what a schema says about the members whose names match a
// pattern.
type Patterned struct {
	Name  *regexp.Regexp
	Shape *Shape
}

// Demands returns what the schemas of the shape require. If they have
// alternatives, or a keyword that Demands cannot express, it returns nil and
// that keyword.
func (s *Shape) Demands() (d *Demands, keyword string) {
	d = &Demands{}
	switch {
	case s.circular():
		return nil, "$ref"
	case s.writeOnly != nil:
		return nil, "writeOnly"
	}
	for _, n := range s.nodes {
		if keyword := unsupported(n.Schema); keyword != "" {
			return nil, keyword
		}
		if s.set.keyword(n.Location, spec.DiscriminatorKeyword) != nil {
			return nil, "discriminator"
		}
		d.add(n, s.set)
	}
	if keyword := s.overlap(); keyword != "" {
		return nil, keyword
	}
	for _, p := range s.patterns {
		d.Patterned = append(d.Patterned, Patterned{p.re, p.shape})
	}
	d.Plain = len(s.nodes) == 1
	d.Rest, d.Prefix, d.Items = s.rest, s.prefix, s.items
	d.Undocumented = !s.open && s.rest == nil && len(s.byName)+len(s.patterns) > 0
	slices.Sort(d.Required)
	d.Required = slices.DeleteFunc(slices.Compact(d.Required), func(name string) bool {
		m := s.byName[name]
		return m != nil && m.Shape.writeOnly != nil
	})
	return d, ""
}

// unsupported returns a keyword of the schema that Demands cannot express, or
// "".
func unsupported(c *jsonschema.Schema) string {
	for _, k := range [...]struct {
		keyword string
		has     bool
	}{
		{"anyOf", len(c.AnyOf) > 0},
		{"oneOf", len(c.OneOf) > 0},
		{"enum", c.Enum != nil && len(c.Enum) == 0},
		{"not", c.Not != nil},
		{"if", c.If != nil},
		{"$dynamicRef", c.DynamicRef != nil},
		{"$recursiveRef", c.RecursiveRef != nil},
		{"dependentSchemas", len(c.DependentSchemas) > 0},
		{"dependentRequired", len(c.DependentRequired) > 0},
		{"dependencies", len(c.Dependencies) > 0},
		{"unevaluatedProperties", c.UnevaluatedProperties != nil},
		{"unevaluatedItems", c.UnevaluatedItems != nil},
		{"uniqueItems", c.UniqueItems},
		{"contains", c.Contains != nil},
		{"multipleOf", c.MultipleOf != nil},
		{"items", c.Items != nil},
		{"additionalItems", c.AdditionalItems != nil},
		{"pattern", len(c.Extensions) > 0},
		{"false", c.Always != nil && !*c.Always},
		// Only the drafts before 2019-09 validate the content of strings.
		{"contentMediaType", c.Draft != jsonschema.Draft2020 && c.Draft != jsonschema.Draft2019 &&
			(c.ContentEncoding != "" || c.ContentMediaType != "")},
	} {
		if k.has {
			return k.keyword
		}
	}
	return ""
}

func (d *Demands) add(n *node, set *Set) {
	if len(n.Types) > 0 {
		d.Types = append(d.Types, n.Types)
	}
	for _, values := range [][]any{n.Constant, n.Enum} {
		if len(values) > 0 {
			var texts []string
			for _, v := range values {
				texts = append(texts, JSONText(v))
			}
			d.Enums = append(d.Enums, texts)
		}
	}
	for _, limit := range []struct {
		list  *[]int
		value int
	}{
		{&d.MinLength, n.MinLength}, {&d.MaxLength, n.MaxLength},
		{&d.MinProperties, n.MinProperties}, {&d.MaxProperties, n.MaxProperties},
		{&d.MinItems, n.MinItems}, {&d.MaxItems, n.MaxItems},
	} {
		if limit.value >= 0 {
			*limit.list = append(*limit.list, limit.value)
		}
	}
	for _, limit := range []struct {
		list  *[]*big.Rat
		value *big.Rat
	}{
		{&d.Minimum, n.Minimum}, {&d.Maximum, n.Maximum},
		{&d.ExclusiveMinimum, n.ExclusiveMinimum}, {&d.ExclusiveMaximum, n.ExclusiveMaximum},
	} {
		if limit.value != nil {
			*limit.list = append(*limit.list, limit.value)
		}
	}
	if n.Pattern != nil {
		d.Patterns = append(d.Patterns, n.Pattern)
	}
	if formats[n.Format] != nil {
		d.Formats = append(d.Formats, n.Format)
	}
	d.Required = append(d.Required, n.Required...)
	if n.PropertyNames != nil {
		set.mu.Lock()
		d.Names = set.shape([]*node{set.node(n.PropertyNames)})
		set.mu.Unlock()
	}
	if closed, ok := n.AdditionalProperties.(bool); ok && !closed {
		d.Closed = true
	}
}

// overlap returns a keyword that several of the shape's schemas have, or that
// one schema has besides others, so that more than the shape of its place
// describes a member or element.
func (s *Shape) overlap() string {
	var describing, restricting, names, items, prefixes int
	for _, n := range s.nodes {
		if len(n.Properties) > 0 || len(n.PatternProperties) > 0 {
			describing++
		}
		open, isBool := n.AdditionalProperties.(bool)
		if n.AdditionalProperties != nil && !(isBool && open) || len(n.PatternProperties) > 0 {
			restricting++
			if len(n.Properties) == 0 && len(n.PatternProperties) == 0 {
				describing++ // the members that others describe are additional to it
			}
		}
		if n.PropertyNames != nil {
			names++
		}
		if n.Items2020 != nil || len(n.PrefixItems) > 0 {
			items++
		}
		if len(n.PrefixItems) > 0 {
			prefixes++
		}
	}
	switch {
	case restricting > 0 && describing > 1:
		return "additionalProperties"
	case names > 1:
		return "propertyNames"
	case prefixes > 0 && items > 1:
		return "prefixItems"
	}
	for _, p := range s.patterns {
		for _, m := range s.Members {
			if p.re.MatchString(m.Name) {
				return "patternProperties"
			}
		}
	}
	return ""
}

// circular reports whether a schema of the shape applies itself to its own
// value.
func (s *Shape) circular() bool {
	const open, done = 1, 2
	state := map[*jsonschema.Schema]int{}
	var visit func(*jsonschema.Schema) bool
	visit = func(c *jsonschema.Schema) bool {
		if c == nil || state[c] == done {
			return false
		}
		if state[c] == open {
			return true
		}
		state[c] = open
		for _, sub := range append([]*jsonschema.Schema{c.Ref}, c.AllOf...) {
			if visit(sub) {
				return true
			}
		}
		state[c] = done
		return false
	}
	return slices.ContainsFunc(s.nodes, func(n *node) bool { return visit(n.Schema) })
}
