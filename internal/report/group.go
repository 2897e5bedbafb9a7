package report

import (
	"cmp"
	"maps"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/spec"
)

// group is a finding in the making: what an outcome has of one rule and one
// subject, which is what [plumb.Finding.Fingerprint] is made of.
type group struct {
	first       *outcome.Finding // the one that says what is wrong
	severity    plumb.Severity   // the worst
	count       int
	answers     map[answer]int
	pointers    map[string]int
	files       outcome.Files
	longest     float64 // of states that last too long, in seconds
	occurrences []outcome.Occurrence
}

// answer is an operation, and the status that it answered with.
type answer struct {
	operation string
	status    int
}

// add adds what was found in the answers of one operation, at one pointer.
func (g *group) add(f *outcome.Finding) {
	if g.first == nil {
		g.answers, g.pointers = map[answer]int{}, map[string]int{}
	}
	if g.first == nil || compareTexts(f, g.first) < 0 {
		g.first = f
	}
	g.severity = max(g.severity, rank(f.Severity))
	g.count += f.Count
	g.pointers[f.Pointer] += f.Count
	if of := (answer{f.Operation, f.Status}); of != (answer{}) {
		g.answers[of] += f.Count
	}
	g.files.Merge(&f.Files)
	if f.Lasted != nil {
		g.longest = max(g.longest, f.Lasted.Max)
	}
	for _, o := range f.Occurrences {
		g.occurrences = outcome.AddOccurrence(g.occurrences, o)
	}
}

// compareTexts puts first the finding that says what is wrong: the gravest, and of
// these the one that comes first in the description.
func compareTexts(f, g *outcome.Finding) int {
	return cmp.Or(
		cmp.Compare(rank(g.Severity), rank(f.Severity)),
		cmp.Compare(f.Description.File, g.Description.File),
		cmp.Compare(f.Description.Line, g.Description.Line),
		cmp.Compare(f.Description.Pointer, g.Description.Pointer),
		cmp.Compare(f.Message, g.Message),
	)
}

// finding returns the finding with its first occurrences.
func (g *group) finding(desc *spec.Description, occurrences int) Finding {
	f := g.first
	pointers := g.byPointer()
	found := Finding{
		Rule:        f.Rule,
		Severity:    g.severity.String(),
		Message:     f.Message,
		Fingerprint: f.Fingerprint,
		Operations:  g.byOperation(),
		Pointer:     pointers[0].Pointer,
		Pointers:    pointers,
		Count:       g.count,
		Files:       g.files.Len(),
		Allowed:     g.allowed(),
		Description: NewPlace(desc.Shown(f.Description)),
		Occurrences: []Occurrence{},
	}
	for _, o := range g.occurrences[:min(len(g.occurrences), occurrences)] {
		found.Occurrences = append(found.Occurrences, newOccurrence(o))
	}
	return found
}

// allowed returns what is allowed, if the occurrences agree.
func (g *group) allowed() string {
	if len(g.occurrences) == 0 {
		return ""
	}
	allowed := g.occurrences[0].Allowed
	if slices.ContainsFunc(g.occurrences, func(o outcome.Occurrence) bool { return o.Allowed != allowed }) {
		return ""
	}
	return allowed
}

func (g *group) byOperation() []OperationCount {
	all := []OperationCount{}
	for of, n := range g.answers {
		all = append(all, OperationCount{of.operation, of.status, n})
	}
	slices.SortFunc(all, func(a, b OperationCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status))
	})
	return all
}

func (g *group) byPointer() []PointerCount {
	all := []PointerCount{}
	for _, pointer := range slices.Sorted(maps.Keys(g.pointers)) {
		all = append(all, PointerCount{pointer, g.pointers[pointer]})
	}
	slices.SortStableFunc(all, func(a, b PointerCount) int { return cmp.Compare(b.Count, a.Count) })
	return all
}

func newOccurrence(o outcome.Occurrence) Occurrence {
	one := Occurrence{
		File: o.File, Entry: o.Entry, Line: o.Line, Column: o.Column,
		Method: o.Method, URL: o.URL,
		Operation: o.Operation, Status: o.Status, Pointer: o.Pointer,
		Resource: o.Resource, Found: o.Found, Allowed: o.Allowed,
	}
	if o.Excerpt != nil {
		one.Excerpt = &Excerpt{o.Excerpt.Text, o.Excerpt.Column, o.Excerpt.Width}
	}
	return one
}
