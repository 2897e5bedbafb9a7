package engine

import (
	"cmp"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/schema"
	"github.com/plumbapi/plumb/spec"
)

// Seen is a documented place at which a value was seen, for coverage. A place
// counts once, however many responses and paths lead to it.
type Seen struct {
	Schema  string // the one that the place is in: its name, else file#pointer
	Pointer string // from a value of the schema, array indexes and keys of maps as *
	Null    bool
	Value   string // JSON text of an enumerated value; empty for the member itself
}

// Documented is what coverage is measured against: the documented places that a
// run can see, and the rules.
type Documented struct {
	Members []Seen // Value and Null unset
	Values  []Seen
	Rules   []plumb.Rule // as [Validator.Rules] returns them

	Warnings []spec.Warning // as [Validator.Warnings] returns them

	v *Validator // nil where it is not known which operations lead to which places
}

// Documented returns the members and enumerated values that are reachable from
// the schemas of responses, each once, sorted by schema, pointer and value, and
// the rules. What is for requests only is not among them.
func (v *Validator) Documented() Documented {
	d := Documented{Rules: v.Rules(), Warnings: v.Warnings(), v: v}
	d.Members, d.Values = v.documented(func(s *bodySchema) bool { return s.response })
	return d
}

// Within returns the members and values that the responses of some operations
// can have.
func (d *Documented) Within(operation func(id string) bool) (members, values []Seen) {
	if d.v == nil {
		return d.Members, d.Values
	}
	bodies := map[*bodySchema]bool{}
	for _, op := range d.v.desc.Operations {
		if operation(op.ID) {
			for _, s := range d.v.responseBodies(op) {
				bodies[s] = true
			}
		}
	}
	return d.v.documented(func(s *bodySchema) bool { return bodies[s] })
}

// responseBodies returns the schemas that the responses of an operation have.
func (v *Validator) responseBodies(op *spec.Operation) []*bodySchema {
	var all []*bodySchema
	for _, r := range op.Responses {
		for _, m := range r.Media {
			if s := v.bodies[m.Schema]; m.HasSchema && s != nil && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// ResponseSchemas returns the labels of the schemas that the responses of an
// operation have.
func (v *Validator) ResponseSchemas(op *spec.Operation) []string {
	var names []string
	for _, s := range v.responseBodies(op) {
		names = append(names, s.label())
	}
	return names
}

// documented returns the places that are reachable from some of the schemas of
// bodies.
func (v *Validator) documented(from func(*bodySchema) bool) (members, values []Seen) {
	var open []*schema.Shape
	known := map[*schema.Shape]bool{}
	reach := func(s *schema.Shape) {
		if s != nil && !known[s] {
			known[s] = true
			open = append(open, s)
		}
	}
	for _, s := range v.bodies {
		if from(s) {
			reach(s.Shape)
		}
	}
	for len(open) > 0 {
		shape := open[len(open)-1]
		open = open[:len(open)-1]
		places := v.placesOf(shape)
		members = append(members, places.ofResponses(shape)...)
		for _, place := range places.values {
			values = append(values, place)
		}
		for _, inner := range shape.Within() {
			if !inner.RequestsOnly() {
				reach(inner)
			}
		}
	}
	return sortedPlaces(members), sortedPlaces(values)
}

// sortedPlaces sorts places, and removes duplicates.
func sortedPlaces(places []Seen) []Seen {
	slices.SortFunc(places, func(a, b Seen) int {
		return cmp.Or(cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Value, b.Value))
	})
	return slices.Compact(places)
}

// shapePlaces are the places of a shape's members and enumerated values.
type shapePlaces struct {
	members []Seen          // by the index of the member
	values  map[string]Seen // by the JSON text
}

func (v *Validator) placesOf(shape *schema.Shape) *shapePlaces {
	if known, ok := v.places.Load(shape); ok {
		return known.(*shapePlaces)
	}
	p := &shapePlaces{members: make([]Seen, len(shape.Members))}
	for i, m := range shape.Members {
		p.members[i] = v.member(m)
	}
	if len(shape.Values) > 0 {
		p.values = make(map[string]Seen, len(shape.Values))
	}
	for i, text := range shape.Values {
		place, ok := v.inSchema(shape.ValuePlaces[i])
		if !ok {
			place.Schema = labelAt(shape.ValuePlaces[i])
		}
		place.Value = text
		p.values[text] = place
	}
	known, _ := v.places.LoadOrStore(shape, p)
	return known.(*shapePlaces)
}

// ofResponses returns the places of the members that responses can have.
func (p *shapePlaces) ofResponses(shape *schema.Shape) (members []Seen) {
	for _, m := range shape.Members {
		if !m.Shape.RequestsOnly() {
			members = append(members, p.members[m.Index])
		}
	}
	return members
}

// member returns the place of a member: that of its property.
func (v *Validator) member(m *schema.Member) Seen {
	place, ok := v.inSchema(m.Place)
	if ok && place.Pointer != "" {
		return place
	}
	around, _ := cutPointer(m.Place.Pointer) // .../properties/NAME
	around, _ = cutPointer(around)
	return Seen{Schema: labelAt(plumb.Source{File: m.Place.File, Pointer: around}), Pointer: "/" + jsonvalue.EscapePointer(m.Name)}
}

func labelAt(at plumb.Source) string { return at.File + "#" + at.Pointer }

// inSchema returns a place relative to the schema that it is in: the innermost
// that has a name or is that of a response. It is not ok where the place has no
// pointer in the values of that schema.
func (v *Validator) inSchema(at plumb.Source) (place Seen, ok bool) {
	for root := at.Pointer; ; {
		if schema, known := v.labels[plumb.Source{File: at.File, Pointer: root}]; known {
			pointer, ok := instancePointer(jsonvalue.SplitPointer(at.Pointer[len(root):]))
			return Seen{Schema: schema, Pointer: pointer}, ok
		}
		if root == "" {
			return Seen{}, false
		}
		root, _ = cutPointer(root)
	}
}

// cutPointer cuts the last token from a pointer, without unescaping it.
func cutPointer(pointer string) (around, token string) {
	for i := len(pointer) - 1; i >= 0; i-- {
		if pointer[i] == '/' {
			return pointer[:i], pointer[i+1:]
		}
	}
	return "", ""
}

// instancePointer turns a path through a schema into the path through its
// instances. It is not ok where the path leads to another schema.
func instancePointer(tokens []string) (pointer string, ok bool) {
	for len(tokens) > 0 {
		keyword, named := tokens[0], ""
		tokens = tokens[1:]
		switch keyword {
		case "properties", "patternProperties", "dependentSchemas", "allOf", "anyOf", "oneOf", "prefixItems":
			if len(tokens) == 0 {
				return "", false
			}
			named, tokens = tokens[0], tokens[1:]
		}
		switch keyword {
		case "properties":
			pointer += "/" + jsonvalue.EscapePointer(named)
		case "patternProperties", "additionalProperties", "unevaluatedProperties", "prefixItems", "items", "additionalItems", "unevaluatedItems", "contains":
			pointer += "/*"
			if len(tokens) > 0 && isIndex(tokens[0]) { // items can be a list in older drafts
				tokens = tokens[1:]
			}
		case "allOf", "anyOf", "oneOf", "dependentSchemas", "if", "then", "else":
		default:
			return "", false
		}
	}
	return pointer, true
}

func isIndex(token string) bool {
	return token != "" && token[0] >= '0' && token[0] <= '9'
}

// recordSeen records which documented places occur in the body, for coverage.
func (p *pass) recordSeen() {
	visits := p.visits()
	if p.tally != nil {
		p.tally.count(p.v, visits)
		return
	}
	p.out.Seen = make([]Seen, 0, len(visits)+len(visits)/4)
	for i := range visits {
		p.v.seenAt(visits, i, func(s Seen) { p.out.Seen = append(p.out.Seen, s) })
	}
}

// seenAt calls yield for the documented places at which one value was seen.
func (v *Validator) seenAt(visits schema.Visits, i int, yield func(Seen)) {
	value := visits[i].Value
	if parent := visits.Parent(i); parent >= 0 && visits[parent].Value.Kind == jsonvalue.Object {
		around := visits[parent].Shape
		if m := around.Named(visits.Name(i)); m != nil {
			seen := v.placesOf(around).members[m.Index]
			seen.Null = value.Kind == jsonvalue.Null
			yield(seen)
		}
	}
	if text, ok := visits[i].Shape.Enumerated(value); ok {
		yield(v.placesOf(visits[i].Shape).values[text])
	}
}

// Described is what the description says about a place in bodies.
type Described struct {
	Places  []plumb.Source // of all schemas that describe it
	Member  Seen           // if it is a member with a name; else zero
	Members []Seen         // of objects there
	Values  []Seen         // that are enumerated

	Pickings []schema.Picking // what discriminators say of the member
}

// Described returns what the description says about the values at a pointer in
// a schema with a label; nil where it says nothing. Array indexes and keys
// of maps are * in the pointer.
func (v *Validator) Described(label, pointer string) *Described {
	s := v.schemaLabelled(label)
	if s == nil {
		return nil
	}
	shape, member, pickings := s.Shape, Seen{}, []schema.Picking(nil)
	for _, token := range jsonvalue.SplitPointer(pointer) {
		if shape == nil {
			return nil
		}
		item := shape.Item(0)
		member, pickings = Seen{}, shape.Pickings(token)
		if m := shape.Named(token); m != nil {
			member = v.placesOf(shape).members[m.Index]
		}
		if shape, _ = shape.Member(token); shape == nil {
			shape = item
		}
	}
	if shape == nil {
		if pickings == nil {
			return nil
		}
		return &Described{Pickings: pickings}
	}
	places := v.placesOf(shape)
	d := &Described{Places: shape.Places(), Member: member, Members: places.ofResponses(shape), Pickings: pickings}
	for _, text := range shape.Values {
		d.Values = append(d.Values, places.values[text])
	}
	return d
}

// ElementsOf returns the member of a schema whose elements count as bodies of
// their own, such as the data of a page. It is not ok where there is none, or
// where the body itself is the list.
func (v *Validator) ElementsOf(schema string) (member Seen, ok bool) {
	s := v.schemaLabelled(schema)
	if s == nil || s.elements == nil || s.elementsName == "" {
		return Seen{}, false
	}
	return v.placesOf(s.Shape).members[s.Shape.Named(s.elementsName).Index], true
}

// schemaLabelled returns the schema of bodies with a label; nil if there is
// none.
func (v *Validator) schemaLabelled(label string) *bodySchema {
	place, ok := v.byLabel[label]
	if s := v.bodies[place]; s != nil || !ok {
		return s
	}
	for _, s := range v.named() {
		if s.Place == place {
			return s
		}
	}
	return nil
}
