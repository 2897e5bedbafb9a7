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
	all := blocks(shownFindings(r, view), view)
	for i, b := range all {
		t.block(b)
		if i < len(all)-1 || !view.Quiet {
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
	t.setGutter(f)
	t.head(f, textfmt.Printable(f.Pointer))

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
	t.remedy(block{f})
}

// block shows findings together: the first occurrence of the first of them, then a
// line for each.
func (t *text) block(b block) {
	first := b[0]
	if len(b) == 1 {
		t.finding(first)
		return
	}
	t.setGutter(first)
	t.head(first, textfmt.Count(len(b), "finding"))
	t.place(first, &first.Occurrences[0])
	for _, line := range b.shared() {
		t.note(line)
	}
	rows := b.rows()
	widest := 0
	for _, row := range rows {
		widest = max(widest, min(textfmt.Columns(row.Label), 40))
	}
	for _, row := range rows {
		t.note(row.Label + strings.Repeat(" ", max(widest-textfmt.Columns(row.Label), 0)) + "  " + row.Text)
	}
	for _, s := range b.spread() {
		t.note(s.String())
	}
	for _, note := range acceptanceNotes(first) {
		t.note(note)
	}
	t.remedy(b)
	t.note("--full shows each of the " + textfmt.Count(len(b), "finding"))
}

func (t *text) setGutter(f *report.Finding) {
	t.gutter = 3
	for _, o := range f.Occurrences {
		t.gutter = max(t.gutter, len(strconv.Itoa(o.Line))+1)
	}
}

// head writes what is wrong, and with what.
func (t *text) head(f *report.Finding, what string) {
	rule := f.Severity + "[" + textfmt.Printable(f.Rule) + "]"
	head := ": " + textfmt.Printable(f.Message)
	if what != "" {
		head = " " + what + head
	}
	head = strings.TrimPrefix(textfmt.Wrap(rule+head, t.view.Width, 2), rule)
	t.line(t.style.severity(f.Severity, rule) + t.style.bold(head))
}

// remedy says what to change.
func (t *text) remedy(b block) {
	if remedy := b.remedy(t.fixes[b[0].Rule]); remedy != "" {
		t.note("fix: " + remedy)
	}
}

// occurrence shows where the fault is, the line there, and what differs
// between occurrences.
func (t *text) occurrence(f *report.Finding, o *report.Occurrence) {
	t.place(f, o)
	for _, line := range differences(f, o) {
		t.note(line)
	}
}

// place shows where the fault is, and the line there.
func (t *text) place(f *report.Finding, o *report.Occurrence) {
	place := placeText(o)
	if o.Line != 0 && o.Entry != 0 {
		place += " (entry " + strconv.Itoa(o.Entry) + ")"
	}
	t.line(strings.Repeat(" ", t.gutter-1) + t.style.frame("-->") + " " + place)
	if o.Excerpt != nil {
		t.excerpt(f.Severity, o)
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

// origin says of what an occurrence is: "in POST https://example.com/v1/batches/batch_1/cancel
// (cancelBatch), status 200, at /errors, of batch_1".
func origin(f *report.Finding, o *report.Occurrence) string {
	var parts []string
	operation, request := textfmt.Printable(o.Operation), requestText(o)
	switch {
	case request != "" && operation != "" && request != operation: // one without an id is named by its request
		parts = append(parts, "in "+request+" ("+operation+")")
	case request+operation != "":
		parts = append(parts, "in "+cmp.Or(request, operation))
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

// requestText returns the method and the URL of an occurrence.
func requestText(o *report.Occurrence) string {
	return textfmt.Printable(strings.TrimSpace(o.Method + " " + o.URL))
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
