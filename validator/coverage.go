package validator

import (
	"cmp"
	"slices"
	"sync/atomic"

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

// documented is a place of a schema that values are seen at.
type documented struct {
	pointer string
	shape   *schemas.Shape
	members []atomic.Pointer[documented] // by the index of the member
	items   atomic.Pointer[documented]
	known   *atomic.Int32 // how many places of the schema are kept
}

func newDocumented(pointer string, shape *schemas.Shape, known *atomic.Int32) *documented {
	return &documented{pointer: pointer, shape: shape, members: make([]atomic.Pointer[documented], len(shape.Members)), known: known}
}

// member returns the place of a member.
func (d *documented) member(m *schemas.Member) *documented {
	return d.child(&d.members[m.Index], m.Shape, m.Name)
}

// item returns the place of the elements that a shape describes.
func (d *documented) item(shape *schemas.Shape) *documented {
	return d.child(&d.items, shape, "*")
}

// child returns a place below d, the same whenever that is possible: recursive
// schemas have places without end, and the first elements of an array shapes of
// their own.
func (d *documented) child(kept *atomic.Pointer[documented], shape *schemas.Shape, name string) *documented {
	if known := kept.Load(); known != nil && known.shape == shape {
		return known
	}
	child := newDocumented(d.pointer+"/"+jsonvalue.EscapePointer(name), shape, d.known)
	if d.known.Add(1) <= mostDocumented {
		kept.CompareAndSwap(nil, child)
	}
	return child
}

// see records what of the description stands in the body, for coverage. Of a
// list, the elements are bodies of their own.
func (p *pass) see() {
	visits := p.visits()
	p.out.Seen = make([]Seen, 0, len(visits)+len(visits)/4)
	at := make([]seenAt, len(visits))
	var list *jsonvalue.Value // the array of the elements
	if len(p.units[0].path) > 0 {
		if list = p.root; p.schema.elementsName != "" {
			list = p.root.Member(p.schema.elementsName)
		}
	}
	for i := range visits {
		here := p.seenAt(visits, at, i, list)
		if at[i] = here; here.place == nil {
			continue
		}
		value := visits[i].Value
		if here.member {
			p.out.Seen = append(p.out.Seen, Seen{Schema: here.body.label(), Pointer: here.place.pointer, Null: value.Kind == jsonvalue.Null})
		}
		if text, ok := visits[i].Shape.Enumerated(value); ok && !here.list {
			p.out.Seen = append(p.out.Seen, Seen{Schema: here.body.label(), Pointer: here.place.pointer, Value: text})
		}
	}
}

// seenAt is where a value of a body is seen.
type seenAt struct {
	body   *bodySchema
	place  *documented // nil where nothing is documented
	member bool
	list   bool // the elements of it, if any, are bodies of their own
}

func (p *pass) seenAt(visits schemas.Visits, at []seenAt, i int, list *jsonvalue.Value) seenAt {
	parent := visits.Parent(i)
	if parent < 0 {
		return seenAt{body: p.schema, place: p.schema.seen, list: visits[i].Value == list}
	}
	around := at[parent]
	if around.list {
		if s := p.schema.elements; visits[parent].Value == list && visits[i].Shape == s.Shape {
			return seenAt{body: s, place: s.seen}
		}
		return seenAt{}
	}
	if around.place == nil {
		return seenAt{}
	}
	if visits[parent].Value.Kind == jsonvalue.Array {
		return seenAt{body: around.body, place: around.place.item(visits[i].Shape)}
	}
	m := visits[parent].Shape.Named(visits.Name(i))
	if m == nil {
		return seenAt{}
	}
	isList := list != nil && parent == 0 && m.Name == p.schema.elementsName
	return seenAt{around.body, around.place.member(m), true, isList}
}
