// Package drift reports how observed responses and the description differ,
// summed over all responses, and writes overlays that make the description
// match.
package drift

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/spec"
)

// Report is how the description and the responses differ. Its JSON form is
// described in docs/drift.md; no slice in it is nil, unless the field says so.
type Report struct {
	SchemaVersion int                `json:"schemaVersion"`
	Tool          report.Tool        `json:"tool"`
	Description   report.Description `json:"description"`
	Summary       Summary            `json:"summary"`
	Drift         []Item             `json:"drift"` // the most serious kinds first
	NeverSeen     NeverSeen          `json:"neverSeen"`
	Faults        []Fault            `json:"faults"`
	Skipped       []report.Skipped   `json:"skipped"`
	Trend         []Run              `json:"trend,omitempty"` // earlier runs, the oldest first; nil if there is no history

	states []engine.StateMember
}

// Summary holds the totals.
type Summary struct {
	Exchanges int `json:"exchanges"` // exchanges that were read
	Checked   int `json:"checked"`   // bodies that were validated
	Skipped   int `json:"skipped"`   // exchanges and files without a validated body
	Omitted   int `json:"omitted"`   // differences that are not in the report
	outcome.Span
}

// Item is one way in which responses differ from the description, at one place.
type Item struct {
	Kind        string       `json:"kind"` // see docs/drift.md
	Rule        string       `json:"rule"`
	Severity    string       `json:"severity"`
	Message     string       `json:"message"`
	Fingerprint string       `json:"fingerprint"` // of the finding
	Operation   string       `json:"operation"`
	Status      int          `json:"status"`
	Pointer     string       `json:"pointer"`
	Allowed     string       `json:"allowed"`
	Found       []Value      `json:"found"` // the values that are not described, the most frequent first; empty if there are too many, or if it is not known which they are
	Description report.Place `json:"description"`
	Count       int          `json:"count"` // how often it occurred
	Of          int          `json:"of"`    // how often it could have occurred
	outcome.Span
	Examples []outcome.Example `json:"examples"`
	History  *History          `json:"history,omitempty"` // nil if there is no history

	Suppressed *report.Acceptance `json:"suppressed,omitempty"` // by the baseline
	Expired    *report.Acceptance `json:"expired,omitempty"`    // its acceptance by the baseline, which has expired

	finding *outcome.Finding
	places  []*outcome.Observed // the places of the values that differ
	types   []string            // of the examples
}

// Share returns the fraction of those that could have differed that did.
func (i *Item) Share() float64 {
	if i.Of == 0 {
		return 0
	}
	return float64(i.Count) / float64(i.Of)
}

// Value is a value that was found, and how often.
type Value struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Fault counts the findings of a rule that is not about drift: responses that
// contradict themselves, or of which the description knows nothing.
type Fault struct {
	Rule  string `json:"rule"`
	Count int    `json:"count"`
}

// kind is a way to differ. The most serious kinds come first.
type kind struct {
	name, title string
	rules       []string
}

var kinds = []kind{
	{"undocumented-member", "members that are not documented", []string{"drift-undocumented-member", "schema-additional-member", "schema-write-only"}},
	{"undocumented-value", "values that are not documented", []string{"schema-enum", "schema-const", "schema-discriminator"}},
	{"undocumented-status", "statuses that are not documented", []string{"http-status"}},
	{"undocumented-operation", "operations that are not documented", []string{"http-operation"}},
	{"undocumented-media-type", "media types that are not documented", []string{"http-media-type"}},
	{"type", "types that differ", []string{"schema-type", "schema-combination"}},
	{"null", "null where it is not allowed", []string{"drift-null"}},
	{"bound", "documented bounds that are exceeded", []string{"schema-limit", "schema-pattern", "schema-format", "time-bound"}},
	{"required", "required members that are missing", []string{"schema-required"}},
}

func kindOf(rule string) int {
	return slices.IndexFunc(kinds, func(k kind) bool { return slices.Contains(k.rules, rule) })
}

// New compares what was observed with the description. The outcome must be one
// of v, whose description is desc.
func New(desc *spec.Description, v *engine.Validator, s *outcome.Outcome, version string) *Report {
	r := &Report{
		SchemaVersion: 1,
		Tool:          report.Tool{Name: "plumb", Version: version},
		Description:   report.Description{Title: desc.Title, Version: desc.Version, Digest: desc.Digest, Overlays: append([]string{}, desc.Overlays...)},
		Summary:       Summary{Exchanges: s.Exchanges, Checked: s.Bodies},
		Drift:         []Item{},
		Faults:        []Fault{},
		Skipped:       []report.Skipped{},
		states:        v.StateMembers(),
	}
	for reason, n := range s.Skipped() {
		r.Skipped = append(r.Skipped, report.Skipped{Reason: reason, Count: n})
		r.Summary.Skipped += n
	}
	slices.SortFunc(r.Skipped, func(a, b report.Skipped) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	for _, status := range s.Statuses() {
		r.Summary.Extend(status.Span)
	}
	found, unlisted := findingsOf(s)
	o := newObserved(v, s, found)
	for _, p := range o.places {
		r.Summary.Extend(p.Span)
	}
	faults := map[string]int{}
	for _, f := range found {
		if kindOf(f.Rule) < 0 {
			faults[f.Rule] += f.Count
			continue
		}
		item := o.item(f)
		item.Description = report.NewPlace(desc.Shown(f.Description))
		r.Drift = append(r.Drift, item)
	}
	slices.SortStableFunc(r.Drift, func(a, b Item) int {
		return cmp.Or(cmp.Compare(kindOf(a.Rule), kindOf(b.Rule)), cmp.Compare(b.Share(), a.Share()), cmp.Compare(a.Pointer, b.Pointer),
			cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status))
	})
	for _, b := range unlisted {
		if kindOf(b.Rule) < 0 {
			faults[b.Rule] += b.Count
			continue
		}
		r.Drift = append(r.Drift, beyond(b))
	}
	for _, rule := range slices.Sorted(maps.Keys(faults)) {
		r.Faults = append(r.Faults, Fault{rule, faults[rule]})
	}
	r.NeverSeen = o.neverSeen(desc)
	return r
}

// findingsOf returns the findings, sorted, and those at too many places. Findings of
// rules that concern all responses together have neither operation nor status.
func findingsOf(s *outcome.Outcome) (all []*outcome.Finding, unlisted []outcome.Beyond) {
	found, unlisted := s.Findings()
	known := map[engine.FindingKey]*outcome.Finding{}
	for _, f := range found {
		switch f.Rule {
		case "drift-null", "drift-undocumented-member", "time-bound":
			f.Operation, f.Status = "", 0
		}
		key := f.Key()
		if own := known[key]; own != nil {
			own.Merge(f)
			continue
		}
		known[key] = f
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *outcome.Finding) int { return a.Key().Compare(b.Key()) })
	return all, unlisted
}

// beyond counts the drift of a rule at places beyond those that are kept.
func beyond(b outcome.Beyond) Item {
	f := plumb.Finding{Rule: b.Rule}
	unlisted := &outcome.Finding{Rule: b.Rule, Fingerprint: f.Fingerprint()}
	return Item{
		Kind: kinds[kindOf(b.Rule)].name, Rule: b.Rule, Severity: b.Severity, Fingerprint: f.Fingerprint(),
		Message: "and " + strconv.Itoa(b.Count) + " more at other places, of which only the first " + strconv.Itoa(engine.MostPlaces) + " are listed",
		Count:   b.Count, Of: b.Count, Found: []Value{}, Examples: []outcome.Example{}, finding: unlisted,
	}
}

// isBeyond reports whether the item is for places that are not kept.
func (i *Item) isBeyond() bool { return i.finding.Count == 0 }

// observed looks up what else was seen at the place of a finding.
type observed struct {
	v        *engine.Validator
	places   []*outcome.Observed
	statuses []*outcome.ObservedStatus
	known    map[at]*engine.Described

	picksNone     map[picksNone]bool // by the findings
	valueFindings map[answersAt]int  // how many are about values that are not documented

	at map[string][]int // indexes of the places, by pointer
}

func newObserved(v *engine.Validator, s *outcome.Outcome, found []*outcome.Finding) *observed {
	o := &observed{v: v, places: s.Places(), statuses: s.Statuses(), known: map[at]*engine.Described{}, at: map[string][]int{}, picksNone: map[picksNone]bool{}, valueFindings: map[answersAt]int{}}
	for _, f := range found {
		if k := kindOf(f.Rule); k >= 0 && kinds[k].name == "undocumented-value" {
			o.valueFindings[answersAt{f.Operation, f.Status, f.Pointer}]++
		}
		if f.Rule == "schema-discriminator" {
			o.picksNone[picksNone{f.Operation, f.Status, f.Pointer, f.Description}] = true
		}
	}
	for i, p := range o.places {
		o.at[p.Pointer] = append(o.at[p.Pointer], i)
	}
	return o
}

// around returns the places that a finding can concern, in order.
func (o *observed) around(f *outcome.Finding) []*outcome.Observed {
	indexes := slices.Concat(o.at[parentOf(f.Pointer)], o.at[f.Pointer])
	slices.Sort(indexes)
	var all []*outcome.Observed
	for _, i := range slices.Compact(indexes) {
		all = append(all, o.places[i])
	}
	return all
}

// at is a place in bodies of one schema.
type at struct{ schema, pointer string }

// described returns what the description says of a place; it is empty if that
// is nothing.
func (o *observed) described(schema, pointer string) *engine.Described {
	d := o.known[at{schema, pointer}]
	if d == nil {
		if d = o.v.Described(schema, pointer); d == nil {
			d = &engine.Described{}
		}
		o.known[at{schema, pointer}] = d
	}
	return d
}

func (o *observed) item(f *outcome.Finding) Item {
	i := Item{
		Kind: kinds[kindOf(f.Rule)].name, Rule: f.Rule, Severity: f.Severity, Message: f.Message, Fingerprint: f.Fingerprint,
		Operation: f.Operation, Status: f.Status, Pointer: f.Pointer, Allowed: f.Allowed,
		Count: f.Count, Span: f.Span, Examples: f.Examples(), Found: []Value{}, finding: f,
	}
	switch i.Kind {
	case "undocumented-status", "undocumented-operation", "undocumented-media-type":
		for _, s := range o.statuses {
			if s.Operation == f.Operation && (i.Kind == "undocumented-status" || s.Status == f.Status) {
				i.Of += s.Count
			}
		}
		return i
	}
	for _, e := range i.Examples {
		i.types = append(i.types, typeOfShown(e.Found))
	}
	values := 0
	for _, p := range o.around(f) {
		if o.holds(p, f, parentOf(f.Pointer)) {
			i.Of += p.Types["object"]
		}
		if o.holds(p, f, f.Pointer) {
			i.places = append(i.places, p)
			values += p.Count - p.Null()
		}
	}
	switch i.Kind { // only what was present could have differed
	case "undocumented-value", "bound":
		i.Of = values
	case "type":
		i.Of = max(i.Of, values)
	}
	i.Of = max(i.Of, i.Count)
	i.Found = o.found(&i)
	return i
}

// isElsewhereDescribed reports whether more values were at the item's places than
// are undocumented: the others belong to an alternative that describes them.
func (i *Item) isElsewhereDescribed() bool {
	present := 0
	for _, p := range i.places {
		present += p.Count
	}
	return present > i.Count
}

// holds reports whether a place has the pointer, and the finding could concern
// it: it is described there, or in something that the place is part of.
func (o *observed) holds(p *outcome.Observed, f *outcome.Finding, pointer string) bool {
	if p.Pointer != pointer || !sameAnswers(p, f) {
		return false
	}
	return slices.ContainsFunc(slices.Concat(o.described(p.Schema, parentOf(f.Pointer)).Places, o.described(p.Schema, f.Pointer).Places), func(described plumb.Source) bool {
		return described.File == f.Description.File && strings.HasPrefix(f.Description.Pointer+"/", described.Pointer+"/")
	})
}

// sameAnswers reports whether the finding could concern the responses that the
// place is of.
func sameAnswers(p *outcome.Observed, f *outcome.Finding) bool {
	return (f.Operation == "" || f.Operation == p.Operation) && (f.Status == 0 || f.Status == p.Status)
}

// found lists the values that are not described, if all are known.
func (o *observed) found(i *Item) []Value {
	counts := map[string]int{}
	switch i.Kind {
	case "undocumented-value":
		counts = o.undocumentedValues(i)
	case "undocumented-member", "type":
		for _, p := range i.places {
			for t, n := range p.Types {
				counts[t] += n
			}
		}
	}
	values := []Value{}
	for value, n := range counts {
		values = append(values, Value{value, n})
	}
	slices.SortFunc(values, func(a, b Value) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Value, b.Value))
	})
	return values
}

// undocumentedValues counts the values of a finding about undocumented ones: those of
// its occurrences if all are kept, else those at its places that are not described. It
// is empty if these cannot be all of the finding's, which others at the place have, too.
func (o *observed) undocumentedValues(i *Item) map[string]int {
	kept := map[string]int{}
	for _, occurrence := range i.finding.Occurrences {
		if value, ok := i.valueShown(occurrence.Found); ok {
			kept[value]++
		}
	}
	if total(kept) == i.Count {
		return kept
	}
	counts := map[string]int{}
	for _, p := range i.places {
		if p.Many {
			return nil
		}
		for value, n := range p.Values {
			if o.isUndocumented(i.finding, p, value) {
				counts[value] += n
			}
		}
	}
	for value := range kept {
		if counts[value] == 0 {
			return nil
		}
	}
	if total(counts) != i.Count && o.valueFindings[answersAt{i.Operation, i.Status, i.Pointer}] > 1 {
		return nil
	}
	return counts
}

func total(counts map[string]int) int {
	sum := 0
	for _, n := range counts {
		sum += n
	}
	return sum
}

// valueShown returns the value at the item's places, as JSON text, that occurrences
// show so: a string is shown without quotes, unless that is JSON.
func (i *Item) valueShown(found string) (value string, ok bool) {
	for _, p := range i.places {
		if p.Values[found] > 0 {
			return found, true
		}
		for value := range p.Values {
			var text string
			if json.Unmarshal([]byte(value), &text) == nil && text == found && !json.Valid([]byte(found)) {
				return value, true
			}
		}
	}
	return "", false
}

// isUndocumented reports whether a finding about undocumented values is about a value
// of a place. A value that picks none of a discriminator's schemas is that of the
// finding about the discriminator alone, since no schema is applied to it.
func (o *observed) isUndocumented(f *outcome.Finding, p *outcome.Observed, value string) bool {
	d := o.described(p.Schema, p.Pointer)
	for _, picking := range d.Pickings {
		switch {
		case picking.Place == f.Description:
			return !picking.Picks(value)
		case picking.IsApart(value, f.Description) && (picking.Picks(value) || o.picksNone[picksNone{f.Operation, f.Status, f.Pointer, picking.Place}]):
			return false
		}
	}
	return !slices.ContainsFunc(d.Values, func(v engine.Seen) bool { return v.Value == value })
}

// answersAt is a pointer in the responses of an operation.
type answersAt struct {
	operation string
	status    int
	pointer   string
}

// picksNone says where values that pick no schema of a discriminator were found.
type picksNone struct {
	operation     string
	status        int
	pointer       string
	discriminator plumb.Source
}

func parentOf(pointer string) string {
	i := strings.LastIndexByte(pointer, '/')
	if i < 0 {
		return "-" // the root has no parent
	}
	return pointer[:i]
}

func lastOf(pointer string) string {
	tokens := jsonvalue.SplitPointer(pointer)
	if len(tokens) == 0 {
		return ""
	}
	return tokens[len(tokens)-1]
}

// IsDrift reports whether findings of a rule are about differences between
// responses and description, and not about responses that contradict
// themselves.
func IsDrift(rule string) bool { return kindOf(rule) >= 0 }
