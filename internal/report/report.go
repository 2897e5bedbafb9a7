// Package report makes the report of a run from its outcome, and reads it back
// from JSON. Package format writes it. Here are also the words and lines that
// all texts for people have in common, those of contracttest, too.
package report

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/outcome"
)

// Report is what a run has to say: the JSON report, of which the other formats
// are views. Its JSON form is fixed by docs/report.schema.json; no slice in it
// is nil.
type Report struct {
	SchemaVersion int         `json:"schemaVersion"`
	Tool          Tool        `json:"tool"`
	Date          string      `json:"date,omitempty"` // on which it was made, such as 2026-11-26
	Description   Description `json:"description"`
	Input         Input       `json:"input"`
	Summary       Summary     `json:"summary"`
	Findings      []Finding   `json:"findings"`
	Coverage      Coverage    `json:"coverage"`
	Skipped       []Skipped   `json:"skipped"`
	Rules         []Rule      `json:"rules"`
	Resources     []Resource  `json:"resources"`

	// Comparison names the two descriptions where the findings are changes of one,
	// which need no exchanges; else it is nil.
	Comparison *Comparison `json:"-"`
}

// Comparison is the descriptions that are compared with each other.
type Comparison struct{ Old, New Compared }

// Compared is a description that is compared.
type Compared struct {
	File string `json:"file"` // as it was named
	Description
}

// Tool is the program that made the report.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Description is what the exchanges were checked against.
type Description struct {
	Title    string   `json:"title"`
	Version  string   `json:"version"`
	Digest   string   `json:"digest"`
	Overlays []string `json:"overlays"`

	// Unchecked are the parts of the description that cannot be used, and what
	// else is surely not meant as it is written.
	Unchecked []Unchecked `json:"unchecked,omitempty"`
}

// Input is what the exchanges were read from, and when they took place.
type Input struct {
	Files        int      `json:"files"`            // recordings
	Names        []string `json:"names"`            // of the recordings, sorted; of many, the first
	Target       string   `json:"target,omitempty"` // URL of the server that live traffic went to
	outcome.Span          // of the exchanges that were checked; zero if no recording says when they were
}

// Unchecked is a part of the description that checks nothing.
type Unchecked struct {
	Description Place  `json:"description"`
	Message     string `json:"message"`
}

// Summary holds the totals of the run.
type Summary struct {
	Exchanges   int `json:"exchanges"`        // read
	Checked     int `json:"checked"`          // bodies that were validated, and described responses without one
	Skipped     int `json:"skipped"`          // exchanges of which nothing was checked, and files that are no recordings
	Errors      int `json:"errors"`           // findings
	Warnings    int `json:"warnings"`         // findings
	Infos       int `json:"infos"`            // findings
	Occurrences int `json:"occurrences"`      // what the findings group
	Omitted     int `json:"omitted"`          // findings that were counted but are not in the report
	Masked      int `json:"masked,omitempty"` // values of checked bodies in whose place is [redacted]: only their presence and type were checked
	Suppressed  int `json:"suppressed"`       // findings that the baseline accepts: no errors, warnings or infos
}

// Finding groups the occurrences of one rule at one place of the description.
type Finding struct {
	Rule        string           `json:"rule"`
	Severity    string           `json:"severity"` // the worst of the occurrences
	Message     string           `json:"message"`
	Fingerprint string           `json:"fingerprint"`
	Operations  []OperationCount `json:"operations"`        // that it occurs in, the most frequent first; none where none is known
	Pointer     string           `json:"pointer"`           // the first of the pointers
	Pointers    []PointerCount   `json:"pointers"`          // that it occurs at, the most frequent first
	Count       int              `json:"count"`             // of all occurrences
	Files       int              `json:"files"`             // that the occurrences are in
	Allowed     string           `json:"allowed,omitempty"` // if all occurrences agree
	Description Place            `json:"description"`
	Occurrences []Occurrence     `json:"occurrences"` // the first of them

	Overlays []string `json:"overlays,omitempty"` // that are built in, not applied, and describe what was found

	Suppressed *Acceptance `json:"suppressed,omitempty"` // by the baseline
	Expired    *Acceptance `json:"expired,omitempty"`    // its acceptance by the baseline, which has expired
}

// OperationCount is how often a finding occurs in the answers of an operation with
// a status.
type OperationCount struct {
	Operation string `json:"operation"`
	Status    int    `json:"status"` // 0 where it is unknown
	Count     int    `json:"count"`
}

// PointerCount is how often a finding occurs at a pointer.
type PointerCount struct {
	Pointer string `json:"pointer"`
	Count   int    `json:"count"`
}

// Operation is the one operation that the finding occurs in; empty where there
// are several, or none is known.
func (f *Finding) Operation() string {
	name := ""
	for i, o := range f.Operations {
		if i > 0 && o.Operation != name {
			return ""
		}
		name = o.Operation
	}
	return name
}

// Status is the one status that the finding occurs with; 0 where there are
// several, or none is known.
func (f *Finding) Status() int {
	status := 0
	for i, o := range f.Operations {
		if i > 0 && o.Status != status {
			return 0
		}
		status = o.Status
	}
	return status
}

// Place is a place in the description. Its zero value means that no part of
// the description is concerned.
type Place struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Pointer string `json:"pointer"`
}

// NewPlace returns the place of the description as reports have it.
func NewPlace(p plumb.Source) Place { return Place{p.Path(), p.Line, p.Pointer} }

// String shows the place: "schemas/batch.json:40 (/properties/status)". It is
// empty for the zero value.
func (p Place) String() string {
	if p.File == "" {
		return ""
	}
	text := p.File
	if p.Line != 0 {
		text += ":" + strconv.Itoa(p.Line)
	}
	if p.Pointer != "" {
		text += " (" + p.Pointer + ")"
	}
	return text
}

// Occurrence is one exchange that has the finding's fault.
type Occurrence struct {
	File      string   `json:"file"`
	Entry     int      `json:"entry"`
	Line      int      `json:"line"`
	Column    int      `json:"column"`
	Method    string   `json:"method"`    // of the request; empty where unknown
	URL       string   `json:"url"`       // of the request, without credentials; empty where unknown
	Operation string   `json:"operation"` // empty where unknown
	Status    int      `json:"status"`    // 0 where unknown
	Pointer   string   `json:"pointer"`
	Resource  string   `json:"resource"`
	Found     string   `json:"found"`
	Allowed   string   `json:"allowed"`
	Excerpt   *Excerpt `json:"excerpt,omitempty"`
}

// Excerpt is a part of one line of a body, with a mark on what is wrong. The
// mark's column (from 0) and width are in bytes of the text.
type Excerpt struct {
	Text   string `json:"text"`
	Column int    `json:"column"`
	Width  int    `json:"width"`
}

// Coverage is what of the description the run has seen.
type Coverage struct {
	Operations []OperationCoverage `json:"operations"` // in the order of the description
	Members    []MemberCoverage    `json:"members"`
	Values     []ValueCoverage     `json:"values"`
}

// OperationCoverage counts the exchanges of an operation.
type OperationCoverage struct {
	Operation string           `json:"operation"`
	Method    string           `json:"method"`
	Path      string           `json:"path"`
	Count     int              `json:"count"`
	Statuses  []StatusCoverage `json:"statuses"`
}

// StatusCoverage counts the responses with a status.
type StatusCoverage struct {
	Status    string `json:"status"`    // as seen ("unknown" where the recording does not say); of a response never seen, as described
	Described string `json:"described"` // the response of the description that applies; empty without one
	Count     int    `json:"count"`
}

// MemberCoverage counts how often a documented member was seen, wherever the
// schema is used.
type MemberCoverage struct {
	Schema  string `json:"schema"`  // that the member is in: its name, else file#pointer
	Pointer string `json:"pointer"` // from a value of the schema
	Count   int    `json:"count"`
	Null    int    `json:"null"` // how many of them were null

	Unreached bool `json:"unreached,omitempty"` // only operations that were never seen respond with it
}

// ValueCoverage counts how often a documented value was seen.
type ValueCoverage struct {
	Schema  string          `json:"schema"`
	Pointer string          `json:"pointer"`
	Value   json.RawMessage `json:"value"` // as the description has it, of any type
	Count   int             `json:"count"`

	Unreached bool `json:"unreached,omitempty"` // as of a member
}

// Skipped says why exchanges or files were not validated.
type Skipped struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

// Rule is a rule that responses were checked against.
type Rule struct {
	ID       string `json:"id"`
	Severity string `json:"severity"` // as configured
	Title    string `json:"title"`
	Text     string `json:"text,omitempty"` // Markdown; only of rules with findings
	Fix      string `json:"fix,omitempty"`  // what to change; likewise
}

// Resource is the life of a resource, as far as the run has seen it.
type Resource struct {
	ID           string        `json:"id"`
	Findings     []string      `json:"findings"`     // the fingerprints of those that it is an occurrence of
	Timestamps   []Timestamp   `json:"timestamps"`   // in the order of time; a member that changed is there for each of its times
	Observations []Observation `json:"observations"` // in the order of time; of many, a part
}

// Timestamp is a time that a resource tells of itself.
type Timestamp struct {
	Pointer string    `json:"pointer"`
	State   string    `json:"state"` // whose beginning it records; empty where it is not a state's
	Time    time.Time `json:"time"`
}

// Observation is what one response said of a resource.
type Observation struct {
	File  string `json:"file"`
	Entry int    `json:"entry"`
	Line  int    `json:"line"`
	State string `json:"state"` // empty where it is none that the description has

	Time time.Time `json:"time,omitzero"` // of the response
}

// Join adds the findings of another report on other things, and its totals.
func (r *Report) Join(other *Report) {
	r.Findings = append(r.Findings, other.Findings...)
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return cmp.Compare(rank(b.Severity), rank(a.Severity)) })
	r.Rules = append(r.Rules, other.Rules...)
	slices.SortStableFunc(r.Rules, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	r.Coverage, r.Skipped, r.Resources = other.Coverage, other.Skipped, other.Resources
	r.Input, r.Summary = other.Input, other.Summary
	r.Sum()
}

// Limit leaves out all findings but the first n; the totals still count them.
func (r *Report) Limit(n int) {
	if n < len(r.Findings) {
		r.Summary.Omitted += len(r.Findings) - n
		r.Findings = r.Findings[:n]
	}
}

// Only leaves out the findings that are not kept, in the totals, too.
func (r *Report) Only(keep func(*Finding) bool) {
	kept := []Finding{}
	known := map[string]bool{}
	for i := range r.Findings {
		if f := &r.Findings[i]; keep(f) {
			kept, known[f.Fingerprint] = append(kept, *f), true
		}
	}
	r.Findings = kept
	for i := range r.Resources {
		r.Resources[i].Findings = slices.DeleteFunc(r.Resources[i].Findings, func(id string) bool { return !known[id] })
	}
	r.Sum()
}
