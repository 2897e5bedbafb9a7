package outcome

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/schema"
)

// placeNode is a place that a walk through bodies can reach, for which the
// description always says the same. It refers to the nodes below it, so that
// later walks need not look them up. What is recorded at a place that has been
// dropped is lost.
type placeNode struct {
	place              *Observed
	shape              *schema.Shape // nil if nothing is described
	undocumentedLevels int           // how many levels the node is below what is documented; 0 if it is documented
	units              string        // the name of the member whose elements are bodies of their own

	members map[string]*placeNode // by name
	others  []*placeNode          // members whose names the caller chooses
	items   []*placeNode
}

// rootKey identifies a kind of body.
type rootKey struct {
	operation string
	status    int
	schema    *engine.BodySchema // nil for a response that is not described
	units     string
}

func (s *Outcome) root(key rootKey) *placeNode {
	root := s.nodes[key]
	if root == nil {
		at := placeKey{operation: key.operation, status: key.status}
		if key.schema != nil {
			at.schema = key.schema.Label()
			root = s.node(at, key.schema.Shape, 0)
		} else {
			root = s.node(at, nil, 1)
		}
		root.units = key.units
		s.nodes[key] = root
	}
	return root
}

// node returns the node of a place, or nil if there are too many places.
func (s *Outcome) node(key placeKey, shape *schema.Shape, foreign int) *placeNode {
	place := s.place(key, foreign > 0)
	if place == nil {
		return nil
	}
	limit := mostValues
	if shape != nil {
		limit += len(shape.Values)
	}
	place.Limit = max(place.Limit, limit)
	return &placeNode{place: place, shape: shape, undocumentedLevels: foreign, members: map[string]*placeNode{}}
}

// member returns the node of a member, or nil if the member is not recorded.
func (o *observer) member(at *placeNode, name []byte) *placeNode {
	child := at.members[string(name)]
	switch {
	case child == nil:
		return o.newMember(at, string(name))
	case child.undocumentedLevels == 0:
		return child
	case !o.bare:
		return o.newMember(at, string(name)) // the name can be a credential in this exchange
	}
	return child
}

func (o *observer) newMember(at *placeNode, name string) *placeNode {
	if at.undocumentedLevels > 0 {
		return o.undocumented(at, name)
	}
	if at.shape == nil {
		return nil // the description does not describe this place
	}
	if named := at.shape.Named(name); named != nil {
		child := o.node(at.place.below(jsonvalue.EscapePointer(name)), named.Shape, 0)
		at.members[name] = child
		return child
	}
	shape, undocumented := at.shape.Member(name)
	if undocumented || at.shape.IsForbidden(name) {
		return o.undocumented(at, name)
	}
	for _, known := range at.others {
		if known.shape == shape {
			return known
		}
	}
	child := o.node(at.place.below("*"), shape, 0)
	at.others = append(at.others, child)
	return child
}

// undocumented returns the node of a member that is not described, or nil.
func (o *observer) undocumented(at *placeNode, name string) *placeNode {
	if at.undocumentedLevels == deepest || at.place.ManyMembers {
		return nil
	}
	token := jsonvalue.EscapePointer(name)
	if !o.bare {
		f := plumb.Finding{Pointer: "/" + token}
		o.clean(&f)
		token = strings.TrimPrefix(f.Pointer, "/")
	}
	child := o.node(at.place.below(token), nil, at.undocumentedLevels+1)
	if o.bare && child != nil {
		at.members[name] = child
	}
	return child
}

// item returns the node of the element with that index, or nil if it is not
// recorded.
func (o *observer) item(at *placeNode, index int) *placeNode {
	var shape *schema.Shape
	if at.shape != nil {
		shape = at.shape.Item(index)
	}
	foreign := at.undocumentedLevels
	if foreign > 0 {
		if foreign++; foreign > deepest {
			return nil
		}
	}
	for _, known := range at.items {
		if known.shape == shape {
			return known
		}
	}
	child := o.node(at.place.below("*"), shape, foreign)
	if child != nil {
		at.items = append(at.items, child)
	}
	return child
}

// below returns the key of the place that a token leads to.
func (o *Observed) below(token string) placeKey {
	key := o.key()
	key.pointer += "/" + token
	return key
}

// jsonType is a JSON type; as in JSON Schema, a number without a fraction is an
// integer.
type jsonType byte

const (
	typeNull jsonType = iota
	typeBoolean
	typeInteger
	typeNumber
	typeString
	typeArray
	typeObject
)

var typeNames = [...]string{"null", "boolean", "integer", "number", "string", "array", "object"}

// take counts a value of type t, which is body[start:end].
func (o *observer) take(at *placeNode, t jsonType, start, end int) {
	place := at.place
	place.Count++
	place.types[t]++
	place.add(o.time)
	if wantsExample(place.Examples, o.x.Place.File, o.x.Place.Entry) {
		o.example(place, start, end)
	}
}

// example adds the value to the examples.
func (o *observer) example(place *Observed, start, end int) {
	f := plumb.Finding{Pointer: place.Pointer}
	f.Place = o.x.Place
	body := o.x.Response.Body
	if body.Locate != nil {
		f.Line, f.Column = body.Locate(start)
	}
	f.Found = engine.Shown(body.Bytes[start:end])
	o.clean(&f)
	place.Examples = addExample(place.Examples, Example{f.File, f.Entry, f.Line, f.Column, f.Found})
}

// string records a string.
func (o *observer) string(at *placeNode, text string) {
	at.place.Length = at.place.Length.add(float64(utf8.RuneCountInString(text)))
	if !at.place.Many {
		o.scalar(at, []byte(schema.JSONText(text)))
	}
}

// number records a number and returns its type.
func (o *observer) number(at *placeNode, literal []byte) jsonType {
	n, ok := plainInteger(literal)
	if !ok {
		var err error
		n, err = strconv.ParseFloat(string(literal), 64)
		ok = err == nil && n == math.Trunc(n)
	}
	at.place.Number = at.place.Number.add(n)
	o.scalar(at, literal)
	if ok {
		return typeInteger
	}
	return typeNumber
}

// boolean records true or false, which cannot be a credential.
func (o *observer) boolean(at *placeNode, value bool) {
	at.place.count(strconv.AppendBool(nil, value))
}

// plainInteger reads a number that consists of a few digits.
func plainInteger(literal []byte) (float64, bool) {
	if len(literal) > 15 { // can exceed the integers that a float64 represents exactly
		return 0, false
	}
	n := 0
	for _, c := range literal {
		if c-'0' > 9 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return float64(n), true
}

// scalar records the value of a scalar, given as JSON text.
func (o *observer) scalar(at *placeNode, text []byte) {
	place := at.place
	if place.Many {
		return
	}
	if len(text) > longestValue {
		place.tooMany()
		return
	}
	if !o.bare && (at.shape == nil || !slices.Contains(at.shape.Values, string(text))) {
		f := plumb.Finding{Pointer: place.Pointer}
		f.Found = string(text)
		o.clean(&f)
		text = []byte(f.Found)
	}
	place.count(text)
}

// count counts a value, as addValue does.
func (o *Observed) count(text []byte) {
	if o.Many {
		return
	}
	if n := o.values[string(text)]; n != nil {
		*n++
		return
	}
	if o.values == nil {
		o.values = map[string]*int{}
	}
	once := 1
	o.values[string(text)] = &once
	if len(o.values) > o.Limit {
		o.tooMany()
	}
}

// parts records a body that may not be valid JSON.
func (o *observer) parts() {
	for _, part := range o.v.Parts(o.x) {
		o.value(o.root(rootKey{part.Operation, part.Status, part.Schema, part.Without}), part.Value)
	}
}

// value records a value and what it contains.
func (o *observer) value(at *placeNode, v *jsonvalue.Value) {
	t := typeNull
	switch v.Kind {
	case jsonvalue.Bool:
		t = typeBoolean
		o.boolean(at, v.True)
	case jsonvalue.Number:
		t = o.number(at, []byte(v.Text))
	case jsonvalue.String:
		t = typeString
		o.string(at, v.Text)
	case jsonvalue.Array:
		t = typeArray
		at.place.Size = at.place.Size.add(float64(len(v.Items)))
		for i, item := range v.Items {
			if child := o.item(at, i); child != nil {
				o.value(child, item)
			}
		}
	case jsonvalue.Object:
		t = typeObject
		at.place.Size = at.place.Size.add(float64(len(v.Members)))
		for i, m := range v.Members {
			if at.units != "" && m.Name == at.units || v.Member(m.Name) != v.Members[i].Value {
				continue // of repeated members the last one counts
			}
			if child := o.member(at, []byte(m.Name)); child != nil {
				o.value(child, m.Value)
			}
		}
	}
	o.take(at, t, v.Start, v.End)
}
