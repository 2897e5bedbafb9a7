package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/spec"
)

// Run is what a report says of the run besides its outcome.
type Run struct {
	Description *spec.Description
	Documented  engine.Documented // what of it can be seen
	Version     string            // of the tool
	Occurrences int               // of each finding that are shown
	Date        time.Time         // of today; zero if the report is to have none
	Inputs      []string          // the recordings
	Target      string            // URL of the server that live traffic went to

	// Amendments are the built-in overlays that are not applied to the description.
	// There are none where findings are not to name them.
	Amendments []Amendment
}

// mostNames is how many recordings a report names.
const mostNames = 20

// input says what was read.
func (run *Run) input(o *outcome.Outcome) Input {
	clean := redact.New(redact.Credentials(run.Target, nil, nil))
	in := Input{Files: len(run.Inputs), Names: []string{}, Target: clean.URL(run.Target, func(string) bool { return false })}
	for _, name := range slices.Sorted(slices.Values(run.Inputs)) {
		if len(in.Names) < mostNames {
			in.Names = append(in.Names, valid(clean.Text(name)))
		}
	}
	for _, status := range o.Statuses() {
		in.Extend(status.Span)
	}
	return in
}

// New returns the report of an outcome.
func New(run Run, o *outcome.Outcome) *Report {
	desc := run.Description
	found, beyond := o.Findings()
	r := &Report{
		SchemaVersion: Version,
		Tool:          Tool{"plumb", run.Version},
		Date:          dateOf(run.Date),
		Description:   NewDescription(desc),
		Input:         run.input(o),
		Summary:       Summary{Exchanges: o.Exchanges, Checked: o.Bodies, Masked: o.Masked},
		Findings:      newFindings(run, found, beyond),
		Coverage:      newCoverage(desc, run.Documented, o).report(),
		Skipped:       []Skipped{},
		Resources:     []Resource{},
	}
	for _, w := range run.Documented.Warnings {
		r.Description.Unchecked = append(r.Description.Unchecked, Unchecked{NewPlace(w.Place), w.Message})
	}
	r.Sum()
	r.Rules = newRules(run.Documented.Rules, r.Findings, o.HasHistory())
	for reason, count := range o.Skipped() {
		r.Skipped = append(r.Skipped, Skipped{reason, count})
		r.Summary.Skipped += count
	}
	slices.SortFunc(r.Skipped, func(a, b Skipped) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	for _, life := range o.Resources(found) {
		r.Resources = append(r.Resources, newResource(life, r.Findings))
	}
	return r
}

// NewDescription returns what reports say of a description that can be used.
func NewDescription(d *spec.Description) Description {
	return Description{Title: d.Title, Version: d.Version, Digest: d.Digest, Overlays: append([]string{}, d.Overlays...)}
}

// NewComparison returns a report without findings on two descriptions, whose files
// have been named as before and after.
func NewComparison(before, after string, older, newer *spec.Description, version string, date time.Time) *Report {
	clean := redact.New(nil)
	compared := func(file string, d *spec.Description) Compared {
		return Compared{valid(clean.Text(file)), NewDescription(d)}
	}
	c := &Comparison{compared(before, older), compared(after, newer)}
	return &Report{
		SchemaVersion: Version,
		Tool:          Tool{"plumb", version},
		Date:          dateOf(date),
		Description:   c.New.Description,
		Input:         Input{Names: []string{}},
		Findings:      []Finding{},
		Coverage:      Coverage{Operations: []OperationCoverage{}, Members: []MemberCoverage{}, Values: []ValueCoverage{}},
		Skipped:       []Skipped{},
		Rules:         []Rule{},
		Resources:     []Resource{},
		Comparison:    c,
	}
}

// dateOf returns the day as reports have it; empty for no time.
func dateOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// Sum counts the findings.
func (r *Report) Sum() {
	s := &r.Summary
	s.Errors, s.Warnings, s.Infos, s.Occurrences, s.Suppressed = 0, 0, 0, 0, 0
	for i := range r.Findings {
		f := &r.Findings[i]
		s.Occurrences += f.Count
		switch {
		case f.Suppressed != nil:
			s.Suppressed++
		case f.Severity == plumb.Error.String():
			s.Errors++
		case f.Severity == plumb.Warning.String():
			s.Warnings++
		case f.Severity == plumb.Info.String():
			s.Infos++
		}
	}
}

// newFindings returns the findings, the worst first, and of each rule with too many
// places one finding for all that are beyond.
func newFindings(run Run, found []*outcome.Finding, beyond []outcome.Beyond) []Finding {
	type key struct {
		rule    string
		subject plumb.Subject
	}
	groups := map[key]*group{}
	var order []*group // by rule and subject
	for _, f := range found {
		of := key{f.Rule, f.Subject}
		if groups[of] == nil {
			groups[of] = &group{}
			order = append(order, groups[of])
		}
		groups[of].add(f)
	}
	all := []Finding{}
	for _, g := range order {
		all = append(all, g.finding(run.Description, run.Occurrences))
	}
	suggestOverlays(all, order, run.Amendments)
	for _, b := range beyond {
		all = append(all, newBeyond(b))
	}
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(rank(b.Severity), rank(a.Severity)), cmp.Compare(a.Rule, b.Rule))
	})
	return all
}

func rank(severity string) plumb.Severity {
	s, _ := plumb.ParseSeverity(severity)
	return s
}

// newBeyond says how often a rule was not satisfied at places that are not listed.
func newBeyond(b outcome.Beyond) Finding {
	f := plumb.Finding{Rule: b.Rule}
	return Finding{
		Rule: b.Rule, Severity: b.Severity, Fingerprint: f.Fingerprint(),
		Message:     fmt.Sprintf("and %d more at other places, of which only the first %d are listed", b.Count, engine.MostPlaces),
		Count:       b.Count,
		Operations:  []OperationCount{},
		Pointers:    []PointerCount{},
		Occurrences: []Occurrence{},
	}
}

// newRules returns the rules that are applied; their texts where there are findings
// to explain.
func newRules(all []plumb.Rule, findings []Finding, history bool) []Rule {
	rules := []Rule{}
	for _, r := range all {
		broken := slices.ContainsFunc(findings, func(f Finding) bool { return f.Rule == r.ID })
		applied := r.Severity != plumb.Off && (history || !strings.HasPrefix(r.ID, "history-")) &&
			!strings.HasPrefix(r.ID, "scenario-") // nobody says whether there was one
		if !applied && !broken {
			continue
		}
		rule := Rule{ID: r.ID, Severity: r.Severity.String(), Title: r.Title}
		if broken {
			rule.Text, rule.Fix = r.Text, r.Fix
		}
		rules = append(rules, rule)
	}
	return rules
}

// newResource tells the life of a resource. Its findings are in the order of the
// report's.
func newResource(life outcome.Resource, findings []Finding) Resource {
	r := Resource{ID: life.ID, Findings: []string{}, Timestamps: []Timestamp{}, Observations: []Observation{}}
	for i := range findings {
		if _, its := slices.BinarySearch(life.Findings, findings[i].Fingerprint); its {
			r.Findings = append(r.Findings, findings[i].Fingerprint)
		}
	}
	clean := redact.New(nil)
	for _, o := range life.Observations {
		file := valid(clean.Text(o.Place.File))
		r.Observations = append(r.Observations, Observation{File: file, Entry: o.Place.Entry, Line: o.Place.Line, State: o.State, Time: o.Time})
		for _, t := range o.Timestamps {
			stamp := Timestamp(t)
			if !slices.Contains(r.Timestamps, stamp) {
				r.Timestamps = append(r.Timestamps, stamp)
			}
		}
	}
	slices.SortStableFunc(r.Timestamps, func(a, b Timestamp) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Pointer, b.Pointer))
	})
	return r
}

func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
