package format

import (
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// writeSARIF writes a SARIF 2.1.0 log with one result for each finding: its
// location is the first occurrence, the description and the other occurrences
// are related locations. Columns are bytes, which for lines of ASCII are the
// characters that SARIF counts.
func writeSARIF(w io.Writer, r *report.Report, _ View) error {
	run := sarif.NewRun().WithTool(sarif.NewTool()).WithColumnKind("unicodeCodePoints")
	run.Tool.Driver = sarif.NewToolComponent().WithName(r.Tool.Name).WithVersion(textfmt.Printable(r.Tool.Version))
	run.Properties = sarif.NewPropertyBag().
		Add("exchanges", r.Summary.Exchanges).
		Add("checked", r.Summary.Checked).
		Add("skipped", r.Summary.Skipped).
		Add("omitted", r.Summary.Omitted)
	index := map[string]int{}
	rules := r.Rules
	for i := range r.Findings { // of a report without its rules
		rules = append(rules[:len(rules):len(rules)], ruleOf(r, &r.Findings[i]))
	}
	for _, rule := range rules {
		if _, known := index[rule.ID]; !known {
			index[rule.ID] = len(index)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule(rule))
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		run.AddResult(sarifResult(f).WithRuleIndex(index[f.Rule]))
	}
	log := sarif.NewReport().AddRun(run)
	return report.EncodeJSON(w, log, "  ")
}

var sarifLevels = map[string]string{"error": "error", "warning": "warning", "info": "note", "off": "none"}

func sarifRule(rule report.Rule) *sarif.ReportingDescriptor {
	d := sarif.NewRule(textfmt.Printable(rule.ID))
	d.Properties = sarif.NewPropertyBag().WithTags([]string{groupOf(rule.ID)})
	if level := sarifLevels[rule.Severity]; level != "" {
		d.DefaultConfiguration = sarif.NewReportingConfiguration().WithLevel(level)
	}
	if rule.Title != "" {
		d.ShortDescription = sarifText(rule.Title)
	}
	if rule.Text == "" {
		return d
	}
	text := strings.TrimSpace(rule.Text)
	d.FullDescription = sarifText(text)
	if rule.Fix != "" {
		text += "\n\n" + rule.Fix
	}
	d.Help = sarifText(text).WithMarkdown(printableLines(text))
	return d
}

func sarifText(text string) *sarif.MultiformatMessageString {
	return sarif.NewMultiformatMessageString().WithText(printableLines(text))
}

func sarifResult(f *report.Finding) *sarif.Result {
	result := sarif.NewRuleResult(textfmt.Printable(f.Rule)).
		WithLevel(sarifLevels[f.Severity]).
		WithOccurrenceCount(f.Count).
		WithPartialFingerprints(map[string]string{"plumb/v2": f.Fingerprint})
	result.Properties = sarif.NewPropertyBag().
		Add("operations", printableOperations(f.Operations)).
		Add("pointers", printablePointers(f.Pointers)).
		Add("files", f.Files)
	lines := []string{headline(f)}
	if len(f.Occurrences) > 0 {
		lines = append(lines, details(f, &f.Occurrences[0])...)
	}
	lines = append(lines, spreadLines(f)...)
	if f.Expired != nil {
		lines = append(lines, acceptanceNotes(f)...)
	}
	// What looks like a link in a message is one.
	text := strings.ReplaceAll(strings.Join(lines, "\n"), "](", "] (")
	result.Message = sarif.NewTextMessage(text)
	for i := range f.Occurrences {
		location := occurrenceLocation(&f.Occurrences[i])
		if i == 0 {
			result.AddLocation(location)
		} else {
			result.AddRelatedLocation(location.WithMessage(sarif.NewTextMessage("another occurrence")))
		}
	}
	if d := f.Description; d.File != "" {
		location := sarif.NewLocation().WithPhysicalLocation(physical(d.File, d.Line, 0, nil)).
			WithMessage(sarif.NewTextMessage("described here: " + textfmt.Printable(d.Pointer)))
		result.AddRelatedLocation(location)
	}
	if a := f.Suppressed; a != nil {
		result.AddSuppression(sarif.NewSuppression().WithKind("external").WithStatus("accepted").
			WithJustification(strings.Join(acceptanceNotes(f), "\n")))
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

func occurrenceLocation(o *report.Occurrence) *sarif.Location {
	location := sarif.NewLocation()
	if o.File != "-" {
		location.WithPhysicalLocation(physical(o.File, o.Line, o.Column, o.Excerpt))
	}
	if o.Pointer != "" {
		location.AddLogicalLocation(sarif.NewLogicalLocation().WithFullyQualifiedName(textfmt.Printable(o.Pointer)).WithKind("member"))
	}
	return location
}

func physical(file string, line, column int, e *report.Excerpt) *sarif.PhysicalLocation {
	p := sarif.NewPhysicalLocation().WithArtifactLocation(sarif.NewSimpleArtifactLocation(fileURI(file)))
	if line == 0 {
		return p
	}
	p.Region = sarif.NewRegion().WithStartLine(line)
	if column > 0 {
		p.Region.WithStartColumn(column)
	}
	if e != nil && column > 0 {
		if _, marked, _ := split(e); marked != "" {
			p.Region.WithEndColumn(column + e.Width).WithSnippet(sarif.NewArtifactContent().WithText(marked))
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
