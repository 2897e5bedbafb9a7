package format

import (
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// writeSARIF writes a SARIF 2.1.0 log with one result for each finding: its
// location is the first occurrence, the description and the other occurrences
// are related locations. Columns are bytes, which for lines of ASCII are the
// characters that SARIF counts.
func writeSARIF(w io.Writer, r *report.Report, view View) error {
	run := sarifRun{
		Tool:       sarifTool{sarifComponent{Name: r.Tool.Name, Version: textfmt.Printable(r.Tool.Version)}},
		ColumnKind: "unicodeCodePoints",
		Properties: map[string]any{
			"exchanges": r.Summary.Exchanges,
			"checked":   r.Summary.Checked,
			"skipped":   r.Summary.Skipped,
			"omitted":   r.Summary.Omitted,
		},
		Results: []sarifResult{},
	}
	index := map[string]int{}
	rules := r.Rules
	for i := range r.Findings { // of a report without its rules
		rules = append(rules[:len(rules):len(rules)], ruleOf(r, &r.Findings[i]))
	}
	for _, rule := range rules {
		if _, known := index[rule.ID]; !known {
			index[rule.ID] = len(index)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, newSARIFRule(rule))
		}
	}
	for i := range r.Findings {
		result := newSARIFResult(&r.Findings[i], view)
		result.RuleIndex = index[r.Findings[i].Rule]
		run.Results = append(run.Results, result)
	}
	return report.EncodeJSON(w, sarifLog{Schema: SARIFSchema, Version: "2.1.0", Runs: []sarifRun{run}}, "  ")
}

var sarifLevels = map[string]string{"error": "error", "warning": "warning", "info": "note", "off": "none"}

func newSARIFRule(rule report.Rule) sarifRule {
	d := sarifRule{
		ID:         textfmt.Printable(rule.ID),
		Properties: map[string]any{"tags": []string{groupOf(rule.ID)}},
	}
	if level := sarifLevels[rule.Severity]; level != "" {
		d.DefaultConfiguration = &sarifConfiguration{level}
	}
	if rule.Title != "" {
		d.ShortDescription = newSARIFText(rule.Title)
	}
	if rule.Text == "" {
		return d
	}
	text := strings.TrimSpace(rule.Text)
	d.FullDescription = newSARIFText(text)
	if rule.Fix != "" {
		text += "\n\n" + rule.Fix
	}
	d.Help = newSARIFText(text)
	d.Help.Markdown = d.Help.Text
	return d
}

func newSARIFText(text string) *sarifText { return &sarifText{Text: printableLines(text)} }

func newSARIFResult(f *report.Finding, view View) sarifResult {
	result := sarifResult{
		RuleID:              textfmt.Printable(f.Rule),
		Level:               sarifLevels[f.Severity],
		OccurrenceCount:     f.Count,
		PartialFingerprints: map[string]string{"plumb/v2": f.Fingerprint},
		Properties: map[string]any{
			"operations": printableOperations(f.Operations),
			"pointers":   printablePointers(f.Pointers),
			"files":      f.Files,
		},
	}
	lines := []string{headline(f)}
	if len(f.Occurrences) > 0 {
		lines = append(lines, details(f, &f.Occurrences[0])...)
	}
	lines = append(lines, spreadLines(f)...)
	if f.Expired != nil {
		lines = append(lines, acceptanceNotes(f)...)
	}
	// What looks like a link in a message is one.
	result.Message.Text = strings.ReplaceAll(strings.Join(lines, "\n"), "](", "] (")
	for i := range f.Occurrences {
		location := occurrenceLocation(&f.Occurrences[i], view)
		if i == 0 {
			result.Locations = append(result.Locations, location)
		} else {
			location.Message = &sarifText{Text: "another occurrence"}
			result.RelatedLocations = append(result.RelatedLocations, location)
		}
	}
	if d := f.Description; d.File != "" {
		result.RelatedLocations = append(result.RelatedLocations, sarifLocation{
			PhysicalLocation: physical(view.fromRoot(d.File), d.Line, 0, nil),
			Message:          &sarifText{Text: "described here: " + textfmt.Printable(d.Pointer)},
		})
	}
	if f.Suppressed != nil {
		result.Suppressions = append(result.Suppressions, sarifSuppression{
			Kind: "external", Status: "accepted", Justification: strings.Join(acceptanceNotes(f), "\n"),
		})
	}
	return result
}

func printableOperations(all []report.OperationCount) []report.OperationCount {
	all = slices.Clone(all)
	for i := range all {
		all[i].Operation = textfmt.Printable(all[i].Operation)
	}
	return all
}

func printablePointers(all []report.PointerCount) []report.PointerCount {
	all = slices.Clone(all)
	for i := range all {
		all[i].Pointer = textfmt.Printable(all[i].Pointer)
	}
	return all
}

func occurrenceLocation(o *report.Occurrence, view View) sarifLocation {
	var location sarifLocation
	if o.File != "-" {
		location.PhysicalLocation = physical(view.fromRoot(o.File), o.Line, o.Column, o.Excerpt)
	}
	if o.Pointer != "" {
		location.LogicalLocations = append(location.LogicalLocations, sarifLogical{FullyQualifiedName: textfmt.Printable(o.Pointer), Kind: "member"})
	}
	return location
}

func physical(file string, line, column int, e *report.Excerpt) *sarifPhysical {
	p := &sarifPhysical{ArtifactLocation: sarifArtifact{fileURI(file)}}
	if line == 0 {
		return p
	}
	p.Region = &sarifRegion{StartLine: line, StartColumn: max(column, 0)}
	if e != nil && column > 0 {
		if _, marked, _ := split(e); marked != "" {
			p.Region.EndColumn = column + e.Width
			p.Region.Snippet = &sarifText{Text: marked}
		}
	}
	return p
}

// fileURI returns the name of a file as a URI reference.
func fileURI(name string) string {
	name = textfmt.Printable(strings.ReplaceAll(name, `\`, "/"))
	u := url.URL{Path: name}
	if path.IsAbs(name) {
		u.Scheme = "file"
	}
	return u.String()
}
