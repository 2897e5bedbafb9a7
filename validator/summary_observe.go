package validator

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/schemas"
	"github.com/plumbapi/plumb/spec"
)

// What a summary keeps at most.
const (
	mostValues       = 16  // different values of a place, beside those that are documented
	longestValue     = 128 // bytes; a place with longer ones has many
	mostUndocumented = 32  // undocumented members of one object; more are no fixed set
	deepest          = 4   // levels within an undocumented member
)

// Add observes an exchange and the result of checking it. What the summary
// keeps of its values goes through clean, which removes credentials.
func (s *Summary) Add(x *Exchange, r Result, clean func(*Finding)) {
	s.Exchanges++
	s.Bodies += r.Bodies
	if r.Skipped != "" {
		reason := Finding{Message: r.Skipped}
		clean(&reason)
		s.skipped[reason.Message]++
	}
	if r.Operation != "" {
		status := s.status(r.Operation, r.Status)
		status.Count++
		status.add(x.Time)
		if contentType := x.Response.Header.Get("Content-Type"); contentType != "" {
			mediaType, _, _ := strings.Cut(contentType, ";")
			f := Finding{Message: strings.ToLower(strings.TrimSpace(mediaType))}
			clean(&f)
			status.addMedia(shorten(f.Message), 1)
		}
	}
	for i := range r.Findings {
		s.addFinding(x, r.Findings[i], clean)
	}
	o := observer{s: s, pass: &pass{v: s.v, x: x}, clean: clean}
	o.observe()
}

func (s *Summary) addFinding(x *Exchange, f Finding, clean func(*Finding)) {
	key := findingKey{f.Rule, f.Operation, f.Status, f.Description.File, f.Description.Pointer, f.Pointer}
	known := s.findings[key]
	if known != nil && !wantsExample(known.Examples, f.File, f.Entry) && f.Message == known.Message && f.Allowed == known.Allowed && f.Severity.String() == known.Severity {
		known.Count++
		known.add(x.Time)
		known.lasted(f.Lasted)
		return
	}
	fingerprint := f.Fingerprint()
	clean(&f)
	one := &ObservedFinding{
		Rule: f.Rule, Severity: f.Severity.String(), Message: f.Message, Fingerprint: fingerprint,
		Operation: f.Operation, Status: f.Status, Pointer: f.Pointer, Allowed: f.Allowed, Description: f.Description,
		Count: 1, Examples: []Example{{f.File, f.Entry, f.Line, f.Column, f.Found}},
	}
	one.add(x.Time)
	one.lasted(f.Lasted)
	if own := s.findings[one.key()]; own != nil {
		own.merge(one)
		return
	}
	s.findings[one.key()] = one
}

func (f *ObservedFinding) lasted(d time.Duration) {
	if d != 0 {
		f.Lasted = f.Lasted.add(d.Seconds())
	}
}

// observer takes down what stands in one body.
type observer struct {
	s *Summary
	*pass
	clean func(*Finding)
	at    placeKey // of the unit at hand; the pointer is not used
}

func (o *observer) observe() {
	o.identify()
	o.at.operation, o.at.status = o.out.Operation, o.out.Status
	o.out.Skipped = ""
	if !o.readBody() {
		return
	}
	if o.schema == nil { // of a response that is not described
		o.value("", o.root, nil, 1, "")
		return
	}
	units := o.schema.units(o.root)
	if len(units[0].path) > 0 { // the list itself
		o.at.schema = o.schema.label()
		o.value("", o.root, o.schema.Shape, 0, o.schema.elementsName)
	}
	for _, u := range units {
		o.at.schema = u.schema.label()
		o.value("", u.value, u.schema.Shape, 0, "")
	}
}

// readBody parses the body if it is one to be looked at.
func (o *observer) readBody() bool {
	body := o.x.Response.Body
	unknown := o.match.Path != "" && o.response == nil && o.looksJSON()
	if body.Missing != "" || len(body.Bytes) == 0 || !o.bare() && o.schema == nil && !unknown {
		return false
	}
	if o.root, _ = jsonvalue.Parse(body.Bytes, o.v.maxDepth); o.root == nil {
		return false
	}
	return !o.bare() || o.chooseBare()
}

// value takes down a value and what it holds. Foreign is how many levels it is
// below the description: 0 for what is documented. The elements of the member
// named leave are bodies of their own.
func (o *observer) value(pointer string, v *jsonvalue.Value, shape *schemas.Shape, foreign int, leave string) {
	if foreign > deepest {
		return
	}
	key := o.at
	key.pointer = pointer
	place := o.s.place(key, foreign > 0)
	if place == nil {
		return
	}
	place.Limit = mostValues
	if shape != nil {
		place.Limit += len(shape.Values)
	}
	place.Count++
	place.Types[typeName(v)]++
	place.add(o.x.Time)
	o.scalar(place, v, shape)
	o.example(place, v)
	switch v.Kind {
	case jsonvalue.Object:
		place.Size = place.Size.add(float64(len(v.Members)))
		for i, m := range v.Members {
			if v.Member(m.Name) == v.Members[i].Value { // of a repeated member the last counts
				o.member(place, m, shape, foreign, leave)
			}
		}
	case jsonvalue.Array:
		place.Size = place.Size.add(float64(len(v.Items)))
		for i, item := range v.Items {
			below := foreign
			var sub *schemas.Shape
			if shape != nil {
				sub = shape.Item(i)
			}
			if foreign > 0 {
				below++
			}
			o.value(pointer+"/*", item, sub, below, "")
		}
	}
}

func (o *observer) member(parent *Observed, m jsonvalue.Member, shape *schemas.Shape, foreign int, leave string) {
	token := jsonvalue.EscapePointer(m.Name)
	switch {
	case foreign > 0:
		foreign++
	case shape == nil:
		return // the description says nothing of what is here
	case shape.Named(m.Name) != nil:
		shape = shape.Named(m.Name).Shape
		if leave != "" && leave == m.Name {
			return
		}
	default:
		sub, undocumented := shape.Member(m.Name)
		if shape = sub; undocumented {
			foreign = 1
		} else {
			token = "*" // a name of the caller's own
		}
	}
	if foreign > 0 {
		shape = nil
		if !parent.extra[token] && !parent.ManyMembers {
			name := Finding{Pointer: "/" + token}
			o.clean(&name)
			token = strings.TrimPrefix(name.Pointer, "/")
		}
	}
	o.value(parent.Pointer+"/"+token, m.Value, shape, foreign, "")
}

// place returns where a place is taken down; nil where it is one of too many.
func (s *Summary) place(key placeKey, undocumented bool) *Observed {
	if p := s.places[key]; p != nil {
		return p
	}
	if undocumented && !s.keeps(key) {
		return nil
	}
	p := &Observed{
		Operation: key.operation, Status: key.status, Schema: key.schema, Pointer: key.pointer,
		Undocumented: undocumented, Types: map[string]int{}, Values: map[string]int{},
	}
	s.places[key] = p
	return p
}

// keeps tells whether an undocumented place can be taken down: the parent is,
// and has not too many others.
func (s *Summary) keeps(key placeKey) bool {
	i := strings.LastIndexByte(key.pointer, '/')
	if i < 0 {
		return true
	}
	token := key.pointer[i+1:]
	key.pointer = key.pointer[:i]
	parent := s.places[key]
	if parent == nil || parent.ManyMembers {
		return false
	}
	if token == "*" { // the elements of an array
		return true
	}
	if parent.extra == nil {
		parent.extra = map[string]bool{}
	}
	parent.extra[token] = true
	if len(parent.extra) > mostUndocumented {
		s.dropMembers(parent)
		return false
	}
	return true
}

// dropMembers forgets the undocumented members of a place, and all below them.
func (s *Summary) dropMembers(parent *Observed) {
	parent.ManyMembers, parent.extra = true, nil
	for key, p := range s.places {
		rest, below := strings.CutPrefix(key.pointer, parent.Pointer+"/")
		if !below || !p.Undocumented || key.operation != parent.Operation || key.status != parent.Status || key.schema != parent.Schema {
			continue
		}
		first, _, _ := strings.Cut(rest, "/")
		key.pointer = parent.Pointer + "/" + first
		if top := s.places[key]; top == nil || top.Undocumented {
			key.pointer = p.Pointer
			delete(s.places, key)
		}
	}
}

// scalar takes down what a scalar is.
func (o *observer) scalar(place *Observed, v *jsonvalue.Value, shape *schemas.Shape) {
	switch v.Kind {
	case jsonvalue.Object, jsonvalue.Array, jsonvalue.Null:
		return
	case jsonvalue.String:
		place.Length = place.Length.add(float64(utf8.RuneCountInString(v.Text)))
	case jsonvalue.Number:
		n, _ := strconv.ParseFloat(v.Text, 64)
		place.Number = place.Number.add(n)
	}
	if place.Many {
		return
	}
	text := jsonText(v)
	if len(text) > longestValue {
		place.tooMany()
		return
	}
	if v.Kind != jsonvalue.Bool && (shape == nil || !slices.Contains(shape.Values, text)) {
		f := Finding{Pointer: place.Pointer}
		f.Found = text
		o.clean(&f)
		text = f.Found
	}
	place.addValue(text, 1)
}

// example takes the value down as an example, if it is among the first.
func (o *observer) example(place *Observed, v *jsonvalue.Value) {
	at := o.x.Place
	if !wantsExample(place.Examples, at.File, at.Entry) {
		return
	}
	if locate := o.x.Response.Body.Locate; locate != nil {
		at.Line, at.Column = locate(v.Start)
	}
	f := Finding{Pointer: place.Pointer}
	f.Place = at
	f.Found = shorten(printable(o.x.Response.Body.Bytes[v.Start:v.End]))
	o.clean(&f)
	place.Examples = addExample(place.Examples, Example{f.File, f.Entry, f.Line, f.Column, f.Found})
}

// typeName is the JSON type of a value; that of a number without a fraction is
// integer, as JSON Schema has it.
func typeName(v *jsonvalue.Value) string {
	if v.Kind != jsonvalue.Number {
		return v.Kind.String()
	}
	if n, err := strconv.ParseFloat(v.Text, 64); err == nil && n == math.Trunc(n) {
		return "integer"
	}
	return "number"
}

func (o *observer) looksJSON() bool {
	text := bytes.TrimLeft(o.x.Response.Body.Bytes, " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

// PlaceOf returns where the description describes what stands at a pointer, as
// [Observed] has it, in a schema with that name. It is the zero place where it
// does not.
func (v *Validator) PlaceOf(schema, pointer string) spec.Place {
	for _, s := range v.bodies {
		if s.label() != schema {
			continue
		}
		shape := s.Shape
		for _, token := range jsonvalue.SplitPointer(pointer) {
			item := shape.Item(0)
			if shape, _ = shape.Member(token); shape == nil {
				shape = item
			}
			if shape == nil {
				return spec.Place{}
			}
		}
		return shape.Place
	}
	return spec.Place{}
}

// ElementsOf returns the name of the member of a schema whose elements are
// bodies of their own, as the data of a page are, and whether there is one.
func (v *Validator) ElementsOf(schema string) (member string, ok bool) {
	for _, s := range v.bodies {
		if s.label() == schema && s.elements != nil {
			return s.elementsName, true
		}
	}
	return "", false
}
