package outcome

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
)

// Limits on what is kept of findings. A report would not show more.
const (
	mostPlaces = engine.MostPlaces // of each rule
	mostFiles  = 1000              // of a finding, to count them
)

// Finding is a rule that is not satisfied at a place.
type Finding struct {
	Rule        string        `json:"rule"`
	Subject     plumb.Subject `json:"subject"`
	Severity    string        `json:"severity"` // the highest of its occurrences
	Message     string        `json:"message"`
	Fingerprint string        `json:"fingerprint"`
	Operation   string        `json:"operation"`
	Status      int           `json:"status"`
	Pointer     string        `json:"pointer"`
	Allowed     string        `json:"allowed,omitempty"`
	Description plumb.Source  `json:"description"`
	Count       int           `json:"count"`
	Lasted      *Range        `json:"lasted,omitempty"` // in seconds, for states that last longer than documented
	Files       Files         `json:"files"`            // with occurrences
	Span
	Occurrences []Occurrence `json:"occurrences"` // those that come first, by place

	dropped bool // whether it was dropped because there are too many
}

// Occurrence is one exchange, and the place in it, with a finding.
type Occurrence struct {
	File      string         `json:"file"`
	Entry     int            `json:"entry"`
	Line      int            `json:"line"`
	Column    int            `json:"column"`
	Request                  // of the exchange
	Offset    int            `json:"offset,omitempty"` // in the body: sorts occurrences that have no line
	Operation string         `json:"operation,omitempty"`
	Status    int            `json:"status,omitempty"`
	Pointer   string         `json:"pointer"`
	Resource  string         `json:"resource,omitempty"`
	Found     string         `json:"found,omitempty"`
	Allowed   string         `json:"allowed,omitempty"`
	Excerpt   *plumb.Excerpt `json:"excerpt,omitempty"`

	unseen *engine.Contradiction // of which the body is not known, if it is one
}

// newOccurrence returns what differs between findings at one place.
func newOccurrence(f *plumb.Finding, request Request) Occurrence {
	o := Occurrence{
		File: f.File, Entry: f.Entry, Line: f.Line, Column: f.Column, Request: request, Offset: f.Offset,
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
		cmp.Compare(a.Method, b.Method), cmp.Compare(a.URL, b.URL),
		cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Found, b.Found), cmp.Compare(a.Allowed, b.Allowed),
		cmp.Compare(excerpt(a).Text, excerpt(b).Text), cmp.Compare(excerpt(a).Column, excerpt(b).Column), cmp.Compare(excerpt(a).Width, excerpt(b).Width))
}

// AddOccurrence inserts an occurrence into a list that is sorted by place.
func AddOccurrence(list []Occurrence, o Occurrence) []Occurrence {
	return addOccurrence(list, o, neutralKeep)
}

// addOccurrence inserts an occurrence into a list that is sorted by place, if
// it is among the first ones.
func addOccurrence(list []Occurrence, o Occurrence, most int) []Occurrence {
	i, _ := slices.BinarySearchFunc(list, o, compareOccurrences)
	if i >= most {
		return list
	}
	list = slices.Insert(list, i, o)
	return list[:min(len(list), most)]
}

// newFinding returns a finding that has been cleaned, as it is counted.
func newFinding(f *plumb.Finding) *Finding {
	return &Finding{
		Rule: f.Rule, Subject: f.Subject, Severity: f.Severity.String(), Message: f.Message, Fingerprint: f.Fingerprint(),
		Operation: f.Operation, Status: f.Status, Pointer: f.Pointer, Allowed: f.Allowed, Description: f.Description,
	}
}

// Examples returns the first few occurrences as examples.
func (f *Finding) Examples() []Example {
	examples := []Example{}
	for _, o := range f.Occurrences[:min(len(f.Occurrences), mostExamples)] {
		examples = append(examples, Example{o.File, o.Entry, o.Line, o.Column, o.Found})
	}
	return examples
}

// Key returns what distinguishes the finding from others.
func (f *Finding) Key() engine.FindingKey {
	return engine.KeyOf(&plumb.Finding{Rule: f.Rule, Subject: f.Subject, Operation: f.Operation, Status: f.Status, Pointer: f.Pointer, Description: f.Description})
}

// wants reports whether an occurrence in an exchange at this place can be among
// the first ones.
func (f *Finding) wants(at plumb.Place, most int) bool {
	if len(f.Occurrences) < most {
		return true
	}
	last := &f.Occurrences[len(f.Occurrences)-1]
	return cmp.Or(strings.Compare(at.File, last.File), cmp.Compare(at.Entry, last.Entry)) <= 0
}

// Merge adds what g says of the same rule and subject.
func (f *Finding) Merge(g *Finding) { f.merge(g, neutralKeep) }

// merge adds what g says of the same rule and subject. Of texts that differ,
// the smallest is kept, and of severities the highest, so that the order does
// not matter.
func (f *Finding) merge(g *Finding, most int) {
	f.Message, f.Allowed = min(f.Message, g.Message), min(f.Allowed, g.Allowed)
	if compareSources(g.Description, f.Description) < 0 {
		f.Description = g.Description
	}
	f.Severity = higher(f.Severity, g.Severity)
	f.Count = sum(f.Count, g.Count)
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

// higher returns the higher of two severities, either of which may be empty.
func higher(a, b string) string {
	x, _ := plumb.ParseSeverity(a)
	y, _ := plumb.ParseSeverity(b)
	return max(x, y).String()
}

// Files counts different files: exactly, unless there are more than are kept.
type Files struct {
	Hashes []uint64 `json:"hashes"` // of their names, sorted; the smallest if there are too many
	Many   bool     `json:"many,omitempty"`

	last string // the file that was added last
}

// Len returns the number of files, or a lower bound if there are too many.
func (f *Files) Len() int { return len(f.Hashes) }

func (f *Files) add(name string) {
	if name == f.last && len(f.Hashes) > 0 {
		return
	}
	f.last = name
	f.hash(hashOfName(name))
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

// Beyond counts the findings of a rule at places that are not kept because
// there are too many: those that come last in the order of places.
type Beyond struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"` // the highest of the findings
	Count    int    `json:"count"`
}

// findings holds the findings of all rules: for each rule, those at the first
// places.
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

// add adds a finding with its occurrences, and returns the finding that it was
// added to, or nil if there are too many.
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
	b.Count = sum(b.Count, n)
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

// truncate keeps only the first occurrences of each finding.
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
