package schema

import (
	"slices"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// flatMap is what schemas say of objects whose names are data, such as metadata, if they
// only limit the number of members, the names, and strings and numbers as values. It is
// evaluated without what other schemas need.
type flatMap struct {
	objects []*program // of the object
	names   []*program
	values  []*program
	name    jsonvalue.Value // of a member, as a value
}

// flatMapOf returns the schemas as a flatMap; nil if they say more.
func flatMapOf(schemas []*node) *flatMap {
	f := &flatMap{}
	for _, n := range schemas {
		for _, part := range n.parts {
			p := part.program()
			if !p.isFlat() || p.closed || len(p.properties)+len(p.patterns) > 0 {
				return nil
			}
			f.objects = append(f.objects, p)
			if p.names != nil && !addFlat(&f.names, p.names) || p.additional != nil && !addFlat(&f.values, p.additional) {
				return nil
			}
		}
	}
	if len(f.values) > 0 && !slices.ContainsFunc(f.values, func(p *program) bool { return p.types&(1<<jsonvalue.Array|1<<jsonvalue.Object) == 0 }) {
		return nil // the values can be arrays or objects
	}
	return f
}

// addFlat adds a schema for strings and numbers.
func addFlat(to *[]*program, n *node) bool {
	for _, part := range n.parts {
		p := part.program()
		if !p.isFlat() || p.constant != nil || p.enum != nil {
			return false
		}
		*to = append(*to, p)
	}
	return true
}

// isFlat reports whether the schema has no keywords but those of strings and numbers,
// those of the number of members, and those that lead to names and additional members.
func (p *program) isFlat() bool {
	c := p.node
	return !p.never && !p.loosensNull && !c.WriteOnly && p.dynamicRef == nil && p.recursiveRef == nil && !p.dynamic &&
		len(p.required)+len(p.dependentRequired)+len(p.dependentSchemas) == 0 && p.unevaluatedProperties == nil &&
		p.anyOf == nil && p.oneOf == nil && p.subtypes == nil && p.not == nil && p.ifs == nil
}

// accepts reports whether there is nothing to say of an object.
func (f *flatMap) accepts(e *evaluator, object *jsonvalue.Value) bool {
	for _, p := range f.objects {
		n := len(object.Members)
		if !p.types.allow(e, object) || p.constant != nil || p.enum != nil || n < p.minProperties || p.maxProperties >= 0 && n > p.maxProperties {
			return false
		}
	}
	name := &f.name
	name.Kind = jsonvalue.String
	for i := range object.Members {
		m := &object.Members[i]
		name.Text = m.Name
		if !acceptScalar(e, f.names, name) || !acceptScalar(e, f.values, m.Value) {
			return false
		}
	}
	return true
}

func acceptScalar(e *evaluator, all []*program, v *jsonvalue.Value) bool {
	for _, p := range all {
		switch {
		case !p.types.allow(e, v), p.format != nil && p.format.ask(v) != satisfied:
			return false
		case v.Kind == jsonvalue.String:
			if p.texts.isOpen() && p.texts.ask(v) != satisfied {
				return false
			}
		case v.Kind == jsonvalue.Number:
			if len(p.limits) > 0 || p.multipleOf != nil {
				if p.numbers.ask(v) != satisfied {
					return false
				}
			}
		}
	}
	return true
}
