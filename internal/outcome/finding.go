package outcome

import (
	"cmp"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
)

// What is kept of findings. Of more, a report would say no more.
const (
	mostPlaces = engine.MostPlaces // of each rule
	mostFiles  = 1000              // of a finding, to count them
)

// Finding is a rule that was not satisfied at a place.
type Finding struct {
	Rule        string        `json:"rule"`
	Subject     plumb.Subject `json:"subject"`
	Severity    string        `json:"severity"` // the highest
	Message     string        `json:"message"`
	Fingerprint string        `json:"fingerprint"`
	Operation   string        `json:"operation"`
	Status      int           `json:"status"`
	Pointer     string        `json:"pointer"`
	Allowed     string        `json:"allowed,omitempty"`
	Description plumb.Source  `json:"description"`
	Count       int           `json:"count"`
	Lasted      *Range        `json:"lasted,omitempty"` // seconds, of states that last longer than documented
	Files       Files         `json:"files"`            // with occurrences
	Span
	Occurrences []Occurrence `json:"occurrences"` // the first by place

	dropped bool // it is one of too many
}

// Occurrence is where a finding is.
type Occurrence struct {
	File      string         `json:"file"`
	Entry     int            `json:"entry"`
	Line      int            `json:"line"`
	Column    int            `json:"column"`
	Offset    int            `json:"offset,omitempty"` // in the body: the order of those that have no line
	Operation string         `json:"operation,omitempty"`
	Status    int            `json:"status,omitempty"`
	Pointer   string         `json:"pointer"`
	Resource  string         `json:"resource,omitempty"`
	Found     string         `json:"found,omitempty"`
	Allowed   string         `json:"allowed,omitempty"`
	Excerpt   *plumb.Excerpt `json:"excerpt,omitempty"`
}

// newOccurrence takes down what differs from one finding of a place to the next.
func newOccurrence(f *plumb.Finding) Occurrence {
	o := Occurrence{
		File: f.File, Entry: f.Entry, Line: f.Line, Column: f.Column, Offset: f.Offset,
		Operation: f.Operation, Status: f.Status, Pointer: f.Pointer,
		Resource: f.Resource, Found: f.Found, Allowed: f.Occurrence.Allowed,
	}
	if f.Excerpt.Text != "" {
		o.Excerpt = &f.Excerpt
	}
	return o
}

func compareOccurrences(a, b Occurrence) int {
	excerpt := func(o Occurrence) plumb.Excerpt {
		if o.Excerpt == nil {
			return plumb.Excerpt{}
		}
		return *o.Excerpt
	}
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Offset, b.Offset),
		cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status),
		cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Found, b.Found), cmp.Compare(a.Allowed, b.Allowed),
		cmp.Compare(excerpt(a).Text, excerpt(b).Text), cmp.Compare(excerpt(a).Column, excerpt(b).Column), cmp.Compare(excerpt(a).Width, excerpt(b).Width))
}

// AddOccurrence puts one where it belongs by its place.
func AddOccurrence(list []Occurrence, o Occurrence) []Occurrence {
	return addOccurrence(list, o, neutralKeep)
}

// addOccurrence puts one where it belongs by its place, if it is among the first.
func addOccurrence(list []Occurrence, o Occurrence, most int) []Occurrence {
	i, _ := slices.BinarySearchFunc(list, o, compareOccurrences)
	if i >= most {
		return list
	}
	list = slices.Insert(list, i, o)
	return list[:min(len(list), most)]
}

// newFinding takes down a finding, which is clean.
func newFinding(f *plumb.Finding) *Finding {
	return &Finding{
		Rule: f.Rule, Subject: f.Subject, Severity: f.Severity.String(), Message: f.Message, Fingerprint: f.Fingerprint(),
		Operation: f.Operation, Status: f.Status, Pointer: f.Pointer, Allowed: f.Allowed, Description: f.Description,
	}
}

// Examples returns the first few occurrences.
func (f *Finding) Examples() []Example {
	examples := []Example{}
	for _, o := range f.Occurrences[:min(len(f.Occurrences), mostExamples)] {
		examples = append(examples, Example{o.File, o.Entry, o.Line, o.Column, o.Found})
	}
	return examples
}

// Key is what tells findings apart.
func (f *Finding) Key() engine.FindingKey {
	return engine.KeyOf(&plumb.Finding{Rule: f.Rule, Subject: f.Subject, Operation: f.Operation, Status: f.Status, Pointer: f.Pointer, Description: f.Description})
}

// wants reports whether one of an exchange at the place can be among the first.
func (f *Finding) wants(at plumb.Place, most int) bool {
	if len(f.Occurrences) < most {
		return true
	}
	last := &f.Occurrences[len(f.Occurrences)-1]
	return cmp.Or(strings.Compare(at.File, last.File), cmp.Compare(at.Entry, last.Entry)) <= 0
}

// Merge adds what g says of the same rule and subject.
func (f *Finding) Merge(g *Finding) { f.merge(g, neutralKeep) }

// merge takes over what g says of the same place. Of texts that differ the
// least counts, and of severities the highest, so that order does not matter.
func (f *Finding) merge(g *Finding, most int) {
	f.Message, f.Allowed = min(f.Message, g.Message), min(f.Allowed, g.Allowed)
	if compareSources(g.Description, f.Description) < 0 {
		f.Description = g.Description
	}
	f.Severity = higher(f.Severity, g.Severity)
	f.Count += g.Count
	f.Lasted = f.Lasted.merge(g.Lasted)
	f.Span.Extend(g.Span)
	f.Files.Merge(&g.Files)
	for _, o := range g.Occurrences {
		f.Occurrences = addOccurrence(f.Occurrences, o, most)
	}
}

func compareSources(a, b plumb.Source) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Pointer, b.Pointer), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Overlay, b.Overlay))
}

// higher returns the higher of two severities, of which one may be empty.
func higher(a, b string) string {
	x, _ := plumb.ParseSeverity(a)
	y, _ := plumb.ParseSeverity(b)
	return max(x, y).String()
}

// Files counts files: exactly, unless there are too many to tell apart.
type Files struct {
	Hashes []uint64 `json:"hashes"` // of their names, sorted; of too many the smallest
	Many   bool     `json:"many,omitempty"`

	last string // that was added last
}

// Len is how many there are; where they are many, at least.
func (f *Files) Len() int { return len(f.Hashes) }

func (f *Files) add(name string) {
	if name == f.last && len(f.Hashes) > 0 {
		return
	}
	f.last = name
	h := fnv.New64a()
	h.Write([]byte(name))
	f.hash(h.Sum64())
}

func (f *Files) hash(hash uint64) {
	i, known := slices.BinarySearch(f.Hashes, hash)
	if known {
		return
	}
	if i < mostFiles {
		f.Hashes = slices.Insert(f.Hashes, i, hash)
	}
	if i >= mostFiles || len(f.Hashes) > mostFiles {
		f.Hashes, f.Many = f.Hashes[:mostFiles], true
	}
}

// Merge adds other files.
func (f *Files) Merge(g *Files) {
	for _, hash := range g.Hashes {
		f.hash(hash)
	}
	f.Many = f.Many || g.Many
}

// Beyond counts the findings of a rule at places that are not kept: at those after
// the first in the order of places.
type Beyond struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"` // the highest
	Count    int    `json:"count"`
}

// findings are those of all rules: of each, those at the first places.
type findings struct {
	byRule map[string]*smallest[engine.FindingKey, *Finding]
	beyond map[string]*Beyond
}

func newFindings() findings {
	return findings{map[string]*smallest[engine.FindingKey, *Finding]{}, map[string]*Beyond{}}
}

func (s *findings) get(key engine.FindingKey) *Finding {
	if of := s.byRule[key.Rule]; of != nil {
		f, _ := of.get(key)
		return f
	}
	return nil
}

// add adds a finding with its occurrences, and returns what it was added to; nil
// where it is one of too many.
func (s *findings) add(f *Finding, most int) *Finding {
	key := f.Key()
	of := s.byRule[f.Rule]
	if of == nil {
		of = newSmallest[engine.FindingKey, *Finding](mostPlaces, engine.FindingKey.Compare)
		s.byRule[f.Rule] = of
	}
	if known, ok := of.get(key); ok {
		known.merge(f, most)
		return known
	}
	if !of.takes(key) {
		s.count(f.Rule, f.Severity, f.Count)
		return nil
	}
	if dropped, ok := of.set(key, f); ok {
		dropped.dropped = true
		s.count(dropped.Rule, dropped.Severity, dropped.Count)
	}
	return f
}

// count counts findings at places that are not kept.
func (s *findings) count(rule, severity string, n int) {
	b := s.beyond[rule]
	if b == nil {
		b = &Beyond{Rule: rule, Severity: severity}
		s.beyond[rule] = b
	}
	b.Severity = higher(b.Severity, severity)
	b.Count += n
}

func (s *findings) merge(o *findings, most int) {
	for _, of := range o.byRule {
		for _, f := range of.values {
			s.add(f.clone(), most)
		}
	}
	for _, b := range o.beyond {
		s.count(b.Rule, b.Severity, b.Count)
	}
}

// truncate leaves the first occurrences of each finding.
func (s *findings) truncate(most int) {
	for _, of := range s.byRule {
		for _, f := range of.values {
			f.Occurrences = f.Occurrences[:min(len(f.Occurrences), most)]
		}
	}
}

func (f *Finding) clone() *Finding {
	c := *f
	c.Occurrences, c.Lasted, c.Files.Hashes = slices.Clone(f.Occurrences), (*Range)(nil).merge(f.Lasted), slices.Clone(f.Files.Hashes)
	return &c
}

// all returns the findings, sorted by rule and place.
func (s *findings) all() []*Finding {
	all := []*Finding{}
	for _, of := range s.byRule {
		all = append(all, of.all()...)
	}
	slices.SortFunc(all, func(a, b *Finding) int { return a.Key().Compare(b.Key()) })
	return all
}

func (s *findings) allBeyond() []Beyond {
	all := []Beyond{}
	for _, b := range s.beyond {
		all = append(all, *b)
	}
	slices.SortFunc(all, func(a, b Beyond) int { return cmp.Compare(a.Rule, b.Rule) })
	return all
}

// repeat counts one more occurrence.
func (f *Finding) repeat(one *plumb.Finding, at time.Time) {
	f.Count++
	f.Files.add(one.File)
	f.add(at)
	f.lasted(one.Lasted)
}

func (f *Finding) lasted(d time.Duration) {
	if d != 0 {
		f.Lasted = f.Lasted.add(d.Seconds())
	}
}
