package format

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// writeText writes the report for people: each finding with the place in the
// recording, the line itself and what is allowed there, then the totals.
func writeText(w io.Writer, r *report.Report, view View) error {
	t := newText(w, r, view)
	findings := shownFindings(r, view)
	for i, f := range findings {
		t.finding(f)
		if i < len(findings)-1 || !view.Quiet {
			t.line("")
		}
	}
	if !view.Quiet {
		t.summary(r)
	}
	return t.buf.Flush()
}

// text writes a report. Everything from outside goes through [textfmt.Printable].
type text struct {
	buf    *bufio.Writer
	fixes  map[string]string // by the rule
	view   View
	style  style
	gutter int // columns before the bar of the current finding
}

func newText(w io.Writer, r *report.Report, view View) *text {
	if view.Width == 0 {
		view.Width = textfmt.Width
	}
	t := &text{buf: bufio.NewWriter(w), fixes: map[string]string{}, view: view, style: style(view.Color)}
	for _, rule := range r.Rules {
		t.fixes[rule.ID] = rule.Fix
	}
	return t
}

func (t *text) line(s string) {
	t.buf.WriteString(s)
	t.buf.WriteByte('\n')
}

func (t *text) finding(f *report.Finding) {
	t.gutter = 3
	for _, o := range f.Occurrences {
		t.gutter = max(t.gutter, len(strconv.Itoa(o.Line))+1)
	}
	rule := f.Severity + "[" + textfmt.Printable(f.Rule) + "]"
	head := ": " + textfmt.Printable(f.Message)
	if f.Pointer != "" {
		head = " " + textfmt.Printable(f.Pointer) + head
	}
	head = strings.TrimPrefix(textfmt.Wrap(rule+head, t.view.Width, 2), rule)
	t.line(t.style.severity(f.Severity, rule) + t.style.bold(head))

	shown := 0 // occurrences that are shown in full
	for i := range f.Occurrences {
		if i > 0 && !t.view.Verbose {
			break
		}
		t.occurrence(f, &f.Occurrences[i])
		shown++
	}
	if where := describedAt(f); where != "" {
		t.note("described in " + textfmt.Printable(where))
	}
	t.more(f, shown)
	for _, s := range spread(f) {
		t.note(s.String())
	}
	for _, note := range acceptanceNotes(f) {
		t.note(note)
	}
	if fix := t.fixes[f.Rule]; fix != "" {
		t.note("fix: " + textfmt.Printable(fix))
	}
}

// occurrence shows where the fault is, the line there, and what differs
// between occurrences.
func (t *text) occurrence(f *report.Finding, o *report.Occurrence) {
	place := placeText(o)
	if o.Line != 0 && o.Entry != 0 {
		place += " (entry " + strconv.Itoa(o.Entry) + ")"
	}
	t.line(strings.Repeat(" ", t.gutter-1) + t.style.frame("-->") + " " + place)
	if o.Excerpt != nil {
		t.excerpt(f.Severity, o)
	}
	for _, line := range differences(f, o) {
		t.note(line)
	}
}

// differences says what was found, what is allowed, and of what.
func differences(f *report.Finding, o *report.Occurrence) []string {
	var lines []string
	if o.Found != "" {
		lines = append(lines, "found: "+textfmt.Printable(o.Found))
	}
	if o.Allowed != "" {
		lines = append(lines, "allowed: "+textfmt.Printable(o.Allowed))
	}
	if in := origin(f, o); in != "" {
		lines = append(lines, in)
	}
	return lines
}

// details are the differences and where the description says so.
func details(f *report.Finding, o *report.Occurrence) []string {
	lines := differences(f, o)
	if where := describedAt(f); where != "" {
		lines = append(lines, "described in "+textfmt.Printable(where))
	}
	return lines
}

// origin says of what an occurrence is: "in cancelBatch, status 200, at /errors, of
// batch_1".
func origin(f *report.Finding, o *report.Occurrence) string {
	var parts []string
	if o.Operation != "" {
		parts = append(parts, "in "+textfmt.Printable(o.Operation))
	}
	if o.Status != 0 {
		parts = append(parts, "status "+strconv.Itoa(o.Status))
	}
	if o.Pointer != f.Pointer { // which the title names
		parts = append(parts, "at "+textfmt.Printable(cmp.Or(o.Pointer, "the whole body")))
	}
	if o.Resource != "" {
		parts = append(parts, "of "+textfmt.Printable(o.Resource))
	}
	return strings.Join(parts, ", ")
}

// describedAt returns the place of the description, if it has one.
func describedAt(f *report.Finding) string { return f.Description.String() }

// more names the next few of the occurrences that are not shown in full; a
// place without a file is in the file before it.
func (t *text) more(f *report.Finding, shown int) {
	rest := f.Count - shown
	if rest <= 0 || shown == 0 {
		return
	}
	note := fmt.Sprintf("and %s more", textfmt.Number(rest))
	if f.Files > 1 {
		note += fmt.Sprintf(", in %s files in all", textfmt.Number(f.Files))
	}
	const few = 3
	var places []string
	last := f.Occurrences[shown-1].File
	for _, o := range f.Occurrences[shown:min(shown+few, len(f.Occurrences))] {
		place := placeText(&o)
		if o.File == last && o.Line != 0 {
			place = strings.TrimPrefix(place, fileText(o.File))
		}
		if !slices.Contains(places, place) {
			places = append(places, place)
		}
		last = o.File
	}
	if len(places) > 0 {
		note += ": " + strings.Join(places, ", ")
		if rest > len(places) {
			note += ", …"
		}
	}
	t.note(note)
}

// note writes a line of the finding's frame.
func (t *text) note(s string) {
	indent := t.gutter + 4
	lead := strings.Repeat(" ", t.gutter) + "= "
	wrapped := textfmt.Wrap(lead+s, t.view.Width, indent)[len(lead):]
	if label, rest, ok := strings.Cut(wrapped, ":"); ok {
		switch label {
		case "found", "allowed", "operations", "members", "fix":
			wrapped = t.style.bold(label+":") + rest
		}
	}
	t.line(strings.Repeat(" ", t.gutter) + t.style.frame("=") + " " + wrapped)
}

// placeText returns where an occurrence is, in the spelling that editors and
// terminals make a link of.
func placeText(o *report.Occurrence) string {
	place := fileText(o.File)
	switch {
	case o.Line != 0:
		place += ":" + strconv.Itoa(o.Line)
		if o.Column != 0 {
			place += ":" + strconv.Itoa(o.Column)
		}
	case o.Entry != 0:
		place += " entry " + strconv.Itoa(o.Entry)
	}
	return place
}

func fileText(name string) string {
	if name == "-" {
		return "<standard input>"
	}
	return textfmt.Printable(name)
}
