package outcome

import (
	"cmp"
	"math"
	"slices"
	"time"
)

type statusKey struct {
	operation string
	status    int
}

type placeKey struct {
	operation string
	status    int
	schema    string
	pointer   string
}

// Span is the time from the first to the last of some responses; zero if no
// recording says when they were.
type Span struct {
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
}

// add extends the span to a time, which must be UTC and without a monotonic
// clock reading.
func (s *Span) add(t time.Time) {
	if t.IsZero() {
		return
	}
	if s.First.IsZero() || t.Before(s.First) {
		s.First = t
	}
	if t.After(s.Last) {
		s.Last = t
	}
}

// Extend extends the span so that it contains o.
func (s *Span) Extend(o Span) {
	s.add(o.First)
	s.add(o.Last)
}

// Example is one of the values at a place, and where it was found.
type Example struct {
	File   string `json:"file"`
	Entry  int    `json:"entry"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Found  string `json:"found"` // without credentials, shortened
}

func compareExamples(a, b Example) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Column, b.Column), cmp.Compare(a.Found, b.Found))
}

// mostExamples is how many examples are kept of a place or finding: the first
// ones by file, entry and line, whatever the order in which they are added.
const mostExamples = 3

func addExample(list []Example, e Example) []Example {
	i, _ := slices.BinarySearchFunc(list, e, compareExamples)
	if i == mostExamples {
		return list
	}
	list = slices.Insert(list, i, e)
	return list[:min(len(list), mostExamples)]
}

// wantsExample reports whether an example in that entry can be among the first
// ones.
func wantsExample(list []Example, file string, entry int) bool {
	if len(list) < mostExamples {
		return true
	}
	last := list[len(list)-1]
	return cmp.Or(cmp.Compare(file, last.File), cmp.Compare(entry, last.Entry)) <= 0
}

// ObservedStatus counts the responses of an operation with one status.
type ObservedStatus struct {
	Operation string `json:"operation"`
	Status    int    `json:"status"`
	Count     int    `json:"count"`
	Span

	Media     map[string]int `json:"media,omitempty"` // by media type, without parameters
	ManyMedia bool           `json:"manyMedia,omitempty"`
}

func (s *ObservedStatus) addMedia(mediaType string, n int) {
	if s.ManyMedia {
		return
	}
	if s.Media == nil {
		s.Media = map[string]int{}
	}
	if s.Media[mediaType] = sum(s.Media[mediaType], n); len(s.Media) > mostValues {
		s.Media, s.ManyMedia = nil, true
	}
}

// Range is the smallest and the largest of some numbers.
type Range struct {
	Min float64 `json:"min"`
	Max float64 `json:"max"`
}

func (r *Range) add(n float64) *Range {
	n = max(-math.MaxFloat64, min(math.MaxFloat64, n))
	if r == nil {
		return &Range{n, n}
	}
	r.Min, r.Max = min(r.Min, n), max(r.Max, n)
	return r
}

func (r *Range) merge(o *Range) *Range {
	if o == nil {
		return r
	}
	return r.add(o.Min).add(o.Max)
}

// Observed is what was found at one place of the bodies of an operation, status
// and schema.
type Observed struct {
	Operation string `json:"operation"` // empty for bare bodies
	Status    int    `json:"status"`    // 0 for bare bodies
	Schema    string `json:"schema"`    // its name, else its place in the description; empty if the response is not described
	Pointer   string `json:"pointer"`   // with * for array indexes and for names that the caller chooses

	Undocumented bool           `json:"undocumented,omitempty"`
	Count        int            `json:"count"`                 // the number of values, nulls included
	Types        map[string]int `json:"types"`                 // by JSON type; a number without a fraction is an integer
	Values       map[string]int `json:"values,omitempty"`      // by value, scalars as JSON text: either all values, or none if there are too many
	Many         bool           `json:"many,omitempty"`        // whether there were more different values than are kept
	Number       *Range         `json:"number,omitempty"`      // of numbers
	Length       *Range         `json:"length,omitempty"`      // of strings, in characters
	Size         *Range         `json:"size,omitempty"`        // of arrays in elements, of objects in members
	ManyMembers  bool           `json:"manyMembers,omitempty"` // whether there were more undocumented members than are kept: then they are not a fixed set

	Span
	Examples []Example `json:"examples"`

	Limit int `json:"limit"` // how many different values are kept

	extra map[string]bool // undocumented members

	// Counts that are not yet in Types and Values.
	types  [len(typeNames)]int
	values map[string]*int
}

// settle updates Types and Values.
func (o *Observed) settle() {
	for t, n := range o.types {
		if n > 0 {
			o.Types[typeNames[t]] = sum(o.Types[typeNames[t]], n)
		}
	}
	clear(o.types[:])
	for text, n := range o.values {
		if *n > 0 {
			o.addValue(text, *n)
			*n = 0
		}
	}
}

// Null returns how many of the values are null.
func (o *Observed) Null() int { return o.Types["null"] }

func (o *Observed) key() placeKey {
	return placeKey{o.Operation, o.Status, o.Schema, o.Pointer}
}

func (o *Observed) merge(p *Observed) {
	o.Limit = max(o.Limit, p.Limit)
	o.Count = sum(o.Count, p.Count)
	for t, n := range p.Types {
		o.Types[t] = sum(o.Types[t], n)
	}
	for v, n := range p.Values {
		o.addValue(v, n)
	}
	if p.Many {
		o.tooMany()
	}
	o.Number, o.Length, o.Size = o.Number.merge(p.Number), o.Length.merge(p.Length), o.Size.merge(p.Size)
	o.Span.Extend(p.Span)
	for _, e := range p.Examples {
		o.Examples = addExample(o.Examples, e)
	}
}

// addValue counts a value. Either all values of a place are kept or none,
// because it must not matter which came first.
func (o *Observed) addValue(text string, n int) {
	if o.Many {
		return
	}
	o.Values[text] = sum(o.Values[text], n)
	if len(o.Values) > o.Limit {
		o.tooMany()
	}
}

func (o *Observed) tooMany() { o.Many, o.Values, o.values = true, nil, nil }

func (s *ObservedStatus) merge(o *ObservedStatus) {
	s.Count = sum(s.Count, o.Count)
	s.Span.Extend(o.Span)
	for mediaType, n := range o.Media {
		s.addMedia(mediaType, n)
	}
	if o.ManyMedia {
		s.Media, s.ManyMedia = nil, true
	}
}
