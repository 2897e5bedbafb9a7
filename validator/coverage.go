package validator

import (
	"cmp"
	"slices"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/schemas"
)

// Seen says that a value stood at a place of the description, for coverage.
type Seen struct {
	Schema  string // name of the schema that the object was checked by
	Pointer string // of the member, in that object, array indexes as *
	Null    bool
	Value   string // where the description enumerates values: which one, as JSON text
}

// Documented is what a run can see and what it holds that against: what
// coverage is measured against.
type Documented struct {
	Members []Seen // Value and Null unset
	Values  []Seen
	Rules   []Rule // as [Validator.Rules] returns them
}

// Documented returns the members and enumerated values of the schemas that
// responses have, sorted by schema, pointer and value, and the rules.
func (v *Validator) Documented() Documented {
	d := Documented{Rules: v.Rules()}
	for _, s := range v.bodies {
		if s.response {
			d.add(s.label(), "", s.Shape, s, nil, len(d.Members))
		}
	}
	order := func(a, b Seen) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Value, b.Value))
	}
	slices.SortFunc(d.Members, order)
	slices.SortFunc(d.Values, order)
	return d
}

// mostDocumented bounds how many members of one schema are listed: schemas that
// refer to each other in many ways have more than anyone can count.
const mostDocumented = 5000

// add lists what the shape documents below the pointer. Shapes that are open
// already are recursive: their members are listed once.
func (d *Documented) add(schema, pointer string, shape *schemas.Shape, s *bodySchema, open []*schemas.Shape, from int) {
	if shape == nil || slices.Contains(open, shape) || len(d.Members)-from > mostDocumented {
		return
	}
	open = append(slices.Clip(open), shape)
	for _, value := range shape.Values {
		d.Values = append(d.Values, Seen{Schema: schema, Pointer: pointer, Value: value})
	}
	for _, m := range shape.Members {
		at := pointer + "/" + jsonvalue.EscapePointer(m.Name)
		d.Members = append(d.Members, Seen{Schema: schema, Pointer: at})
		if pointer == "" && s.elements != nil && s.elementsName == m.Name {
			continue // its elements are bodies of their own
		}
		d.add(schema, at, m.Shape, s, open, from)
	}
	if s.elements == nil || s.elementsName != "" || pointer != "" {
		d.add(schema, pointer+"/*", shape.Item(0), s, open, from)
	}
}

// see records what of the description stands in the body, for coverage.
func (p *pass) see() {
	if len(p.units[0].path) > 0 { // the list itself
		p.seeValue(p.schema, "", p.root, p.schema.Shape, true)
	}
	for _, u := range p.units {
		p.seeValue(u.schema, "", u.value, u.schema.Shape, false)
	}
}

// seeValue records the documented members and values of a value. Of a list it
// leaves the elements out, which are bodies of their own.
func (p *pass) seeValue(s *bodySchema, pointer string, v *jsonvalue.Value, shape *schemas.Shape, list bool) {
	if shape == nil {
		return
	}
	if text := jsonText(v); slices.Contains(shape.Values, text) {
		p.out.Seen = append(p.out.Seen, Seen{Schema: s.label(), Pointer: pointer, Value: text})
	}
	for _, m := range v.Members {
		named := shape.Named(m.Name)
		if named == nil {
			continue
		}
		at := pointer + "/" + jsonvalue.EscapePointer(m.Name)
		p.out.Seen = append(p.out.Seen, Seen{Schema: s.label(), Pointer: at, Null: m.Value.Kind == jsonvalue.Null})
		if !list || pointer != "" || m.Name != s.elementsName {
			p.seeValue(s, at, m.Value, named.Shape, list)
		}
	}
	if list && pointer == "" && s.elementsName == "" {
		return
	}
	for i, item := range v.Items {
		p.seeValue(s, pointer+"/*", item, shape.Item(i), list)
	}
}
