package report

import (
	"cmp"
	"slices"

	"github.com/plumbapi/plumb"
)

// groupKey is what the occurrences of one finding have in common; it is what
// [plumb.Finding.Fingerprint] is made of.
type groupKey struct {
	rule    string
	subject plumb.Subject
}

func keyOf(f *plumb.Finding) groupKey { return groupKey{f.Rule, f.Subject} }

// rawKey is all of a finding but its Occurrence.
type rawKey struct {
	groupKey

	severity    plumb.Severity
	message     string
	operation   string
	status      int
	pointer     string
	description plumb.Source
}

// group is a finding in the making. It does not depend on the order in which
// occurrences come.
type group struct {
	first       *plumb.Finding // the one that says what is wrong
	all         int            // occurrences
	operations  []OperationCount
	pointers    []PointerCount
	files       bitset
	occurrences []Occurrence // the first, by their places
}

// grouped is a finding, without credentials and without its Occurrence, and where
// it is counted.
type grouped struct {
	*plumb.Finding
	*group

	operation int // the index in the operations of the group; -1 where none is known
	pointer   int // the index in its pointers
}

// count counts n occurrences.
func (g grouped) count(n int) {
	g.all += n
	g.pointers[g.pointer].Count += n
	if g.operation >= 0 {
		g.operations[g.operation].Count += n
	}
}

// with returns where a finding of the group is counted.
func (g *group) with(f *plumb.Finding) grouped {
	known := grouped{f, g, -1, slices.IndexFunc(g.pointers, func(p PointerCount) bool { return p.Pointer == f.Pointer })}
	if known.pointer < 0 {
		known.pointer = len(g.pointers)
		g.pointers = append(g.pointers, PointerCount{Pointer: f.Pointer})
	}
	if f.Operation == "" && f.Status == 0 {
		return known
	}
	known.operation = slices.IndexFunc(g.operations, func(o OperationCount) bool { return o.Operation == f.Operation && o.Status == f.Status })
	if known.operation < 0 {
		known.operation = len(g.operations)
		g.operations = append(g.operations, OperationCount{Operation: f.Operation, Status: f.Status})
	}
	return known
}

// take makes f the finding that says what is wrong, if it is graver than the one
// so far, or as grave and comes first in the description.
func (g *group) take(f *plumb.Finding) {
	if g.first == nil || compareTexts(f, g.first) < 0 {
		g.first = f
	}
}

// wants reports whether an occurrence at the place can be among the first n.
func (g *group) wants(at plumb.Place, n int) bool {
	if len(g.occurrences) < n {
		return true
	}
	return n > 0 && comparePlaces(at, placeOf(&g.occurrences[n-1])) <= 0
}

// keep adds an occurrence, if it is among the first n.
func (g *group) keep(o Occurrence, n int) {
	i, _ := slices.BinarySearchFunc(g.occurrences, o, compareOccurrences)
	g.occurrences = slices.Insert(g.occurrences, i, o)
	g.occurrences = g.occurrences[:min(len(g.occurrences), n)]
}

func placeOf(o *Occurrence) plumb.Place {
	return plumb.Place{File: o.File, Entry: o.Entry, Line: o.Line, Column: o.Column}
}

func comparePlaces(a, b plumb.Place) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

func compareOccurrences(a, b Occurrence) int {
	return cmp.Or(
		comparePlaces(placeOf(&a), placeOf(&b)),
		cmp.Compare(a.Pointer, b.Pointer),
		cmp.Compare(a.Operation, b.Operation),
		cmp.Compare(a.Status, b.Status),
		cmp.Compare(a.Resource, b.Resource),
		cmp.Compare(a.Found, b.Found),
		cmp.Compare(a.Allowed, b.Allowed),
	)
}

func compareTexts(f, g *plumb.Finding) int {
	return cmp.Or(
		cmp.Compare(g.Severity, f.Severity),
		cmp.Compare(f.Description.File, g.Description.File),
		cmp.Compare(f.Description.Line, g.Description.Line),
		cmp.Compare(f.Description.Pointer, g.Description.Pointer),
		cmp.Compare(f.Message, g.Message),
	)
}

// compareGroups is a total order: two groups differ in what it looks at.
func compareGroups(a, b *group) int {
	f, g := a.first, b.first
	return cmp.Or(
		cmp.Compare(g.Severity, f.Severity),
		cmp.Compare(f.Rule, g.Rule),
		cmp.Compare(f.Subject.File, g.Subject.File),
		cmp.Compare(f.Subject.Pointer, g.Subject.Pointer),
		cmp.Compare(f.Subject.Name, g.Subject.Name),
	)
}

func (g *group) finding() Finding {
	f := g.first
	pointers := g.byPointer()
	return Finding{
		Rule:        f.Rule,
		Severity:    f.Severity.String(),
		Message:     f.Message,
		Fingerprint: f.Fingerprint(),
		Operations:  g.byOperation(),
		Pointer:     pointers[0].Pointer,
		Pointers:    pointers,
		Count:       g.all,
		Files:       g.files.len(),
		Description: Place{f.Description.Path(), f.Description.Line, f.Description.Pointer},
		Occurrences: append([]Occurrence{}, g.occurrences...),
	}
}

func (g *group) byOperation() []OperationCount {
	all := append([]OperationCount{}, g.operations...)
	slices.SortFunc(all, func(a, b OperationCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status))
	})
	return all
}

func (g *group) byPointer() []PointerCount {
	all := append([]PointerCount{}, g.pointers...)
	slices.SortFunc(all, func(a, b PointerCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Pointer, b.Pointer))
	})
	return all
}

func occurrence(f *plumb.Finding) Occurrence {
	o := Occurrence{
		File:      f.File,
		Entry:     f.Entry,
		Line:      f.Line,
		Column:    f.Column,
		Operation: f.Operation,
		Status:    f.Status,
		Pointer:   f.Pointer,
		Resource:  f.Resource,
		Found:     f.Found,
		Allowed:   f.Allowed,
	}
	if f.Excerpt.Text != "" {
		o.Excerpt = &Excerpt{f.Excerpt.Text, f.Excerpt.Column, f.Excerpt.Width}
	}
	return o
}
