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

// Span is the time from the first to the last of some responses; zero where no
// recording says when they were.
type Span struct {
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
}

// add takes in a time, which is UTC and without a monotonic clock.
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

// Extend makes the span one that o is in.
func (s *Span) Extend(o Span) {
	s.add(o.First)
	s.add(o.Last)
}

// Example is one of the values at a place, and where it was read.
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

// mostExamples are kept of a place or finding: the first of all, by file, entry
// and line, whatever the order in which they come.
const mostExamples = 3

func addExample(list []Example, e Example) []Example {
	i, _ := slices.BinarySearchFunc(list, e, compareExamples)
	if i == mostExamples {
		return list
	}
	list = slices.Insert(list, i, e)
	return list[:min(len(list), mostExamples)]
}

// wantsExample reports whether one of that file and entry can be among the first.
func wantsExample(list []Example, file string, entry int) bool {
	if len(list) < mostExamples {
		return true
	}
	last := list[len(list)-1]
	return cmp.Or(cmp.Compare(file, last.File), cmp.Compare(entry, last.Entry)) <= 0
}

// ObservedStatus is how often an operation answered with a status.
type ObservedStatus struct {
	Operation string `json:"operation"`
	Status    int    `json:"status"`
	Count     int    `json:"count"`
	Span

	Media     map[string]int `json:"media,omitempty"` // how many of each media type, without parameters
	ManyMedia bool           `json:"manyMedia,omitempty"`
}

func (s *ObservedStatus) addMedia(mediaType string, n int) {
	if s.ManyMedia {
		return
	}
	if s.Media == nil {
		s.Media = map[string]int{}
	}
	if s.Media[mediaType] += n; len(s.Media) > mostValues {
		s.Media, s.ManyMedia = nil, true
	}
}

// Range is the least and the greatest of some numbers.
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

// Observed is what was at one place of the bodies of an operation, status
// and schema.
type Observed struct {
	Operation string `json:"operation"` // empty for bare bodies
	Status    int    `json:"status"`    // likewise 0
	Schema    string `json:"schema"`    // its name, else its place in the description; empty where the response is not described
	Pointer   string `json:"pointer"`   // array indexes, and names that are the caller's own, as *

	Undocumented bool           `json:"undocumented,omitempty"`
	Count        int            `json:"count"`                 // of the values there, nulls included
	Types        map[string]int `json:"types"`                 // how many of each JSON type; a number without a fraction is an integer
	Values       map[string]int `json:"values,omitempty"`      // scalars as JSON text, all of them; none where there are many
	Many         bool           `json:"many,omitempty"`        // more different values than are kept
	Number       *Range         `json:"number,omitempty"`      // of numbers
	Length       *Range         `json:"length,omitempty"`      // of strings, in characters
	Size         *Range         `json:"size,omitempty"`        // of arrays in elements, of objects in members
	ManyMembers  bool           `json:"manyMembers,omitempty"` // more undocumented members than are kept: they are no fixed set

	Span
	Examples []Example `json:"examples"`

	Limit int `json:"limit"` // different values that are kept

	extra map[string]bool // undocumented members

	// Counted, and not yet in Types and Values.
	types  [len(typeNames)]int
	values map[string]*int
}

// settle brings Types and Values up to date.
func (o *Observed) settle() {
	for t, n := range o.types {
		if n > 0 {
			o.Types[typeNames[t]] += n
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

// Null is how many of the values are null.
func (o *Observed) Null() int { return o.Types["null"] }

func (o *Observed) key() placeKey {
	return placeKey{o.Operation, o.Status, o.Schema, o.Pointer}
}

func (o *Observed) merge(p *Observed) {
	o.Limit = max(o.Limit, p.Limit)
	o.Count += p.Count
	for t, n := range p.Types {
		o.Types[t] += n
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

// addValue counts a value. Either all values of a place are kept or none: which
// of them came first must not matter.
func (o *Observed) addValue(text string, n int) {
	if o.Many {
		return
	}
	o.Values[text] += n
	if len(o.Values) > o.Limit {
		o.tooMany()
	}
}

func (o *Observed) tooMany() { o.Many, o.Values, o.values = true, nil, nil }

func (s *ObservedStatus) merge(o *ObservedStatus) {
	s.Count += o.Count
	s.Span.Extend(o.Span)
	for mediaType, n := range o.Media {
		s.addMedia(mediaType, n)
	}
	if o.ManyMedia {
		s.Media, s.ManyMedia = nil, true
	}
}
