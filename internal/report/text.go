package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

const defaultWidth = 100

// writeText writes the report for people: each finding with the place in the
// recording, the line itself and what is allowed there, then the totals.
func writeText(w io.Writer, r *Report, view View) error {
	if view.Width == 0 {
		view.Width = defaultWidth
	}
	buf := bufio.NewWriter(w)
	t := &text{buf: buf, view: view, style: style(view.Color)}
	for i := range r.Findings {
		t.finding(&r.Findings[i])
		if i < len(r.Findings)-1 || !view.Quiet {
			t.line("")
		}
	}
	if !view.Quiet {
		t.summary(r)
	}
	return buf.Flush()
}

// text writes a report. Everything from outside goes through [Printable].
type text struct {
	buf    *bufio.Writer
	view   View
	style  style
	gutter int // columns before the bar of the current finding
}

func (t *text) line(s string) {
	t.buf.WriteString(s)
	t.buf.WriteByte('\n')
}

func (t *text) finding(f *Finding) {
	t.gutter = 3
	for _, o := range f.Occurrences {
		t.gutter = max(t.gutter, len(strconv.Itoa(o.Line))+1)
	}
	rule := f.Severity + "[" + Printable(f.Rule) + "]"
	head := ": " + Printable(f.Message)
	if f.Pointer != "" {
		head = " " + Printable(f.Pointer) + head
	}
	head = strings.TrimPrefix(wrap(rule+head, t.view.Width, 2), rule)
	t.line(t.style.severity(f.Severity, rule) + t.style.bold(head))

	shown := 0 // occurrences that are shown in full
	for i := range f.Occurrences {
		if i > 0 && !t.view.Verbose {
			break
		}
		t.occurrence(f, &f.Occurrences[i])
		shown++
	}
	t.described(f)
	t.more(f, shown)
}

// occurrence shows where the fault is, the line there, and what differs
// between occurrences.
func (t *text) occurrence(f *Finding, o *Occurrence) {
	place := placeText(o)
	if o.Line != 0 && o.Entry != 0 {
		place += " (entry " + strconv.Itoa(o.Entry) + ")"
	}
	t.line(strings.Repeat(" ", t.gutter-1) + t.style.frame("-->") + " " + place)
	if o.Excerpt != nil {
		t.excerpt(f.Severity, o)
	}
	if o.Found != "" {
		t.note("found: " + Printable(o.Found))
	}
	if o.Allowed != "" {
		t.note("allowed: " + Printable(o.Allowed))
	}
	if in := context(f, o); in != "" {
		t.note(in)
	}
}

// context says of what an occurrence is: "in cancelBatch, status 200, of batch_1".
func context(f *Finding, o *Occurrence) string {
	var parts []string
	if operation := f.Operation + o.Operation; operation != "" {
		parts = append(parts, "in "+Printable(operation))
	}
	if status := f.Status + o.Status; status != 0 {
		parts = append(parts, "status "+strconv.Itoa(status))
	}
	if o.Resource != "" {
		parts = append(parts, "of "+Printable(o.Resource))
	}
	return strings.Join(parts, ", ")
}

func (t *text) described(f *Finding) {
	d := f.Description
	if d.File == "" {
		return
	}
	where := "described in " + Printable(d.File)
	if d.Line != 0 {
		where += ":" + strconv.Itoa(d.Line)
	}
	if d.Pointer != "" {
		where += " (" + Printable(d.Pointer) + ")"
	}
	t.note(where)
}

// more names the next few of the occurrences that are not shown in full; a
// place without a file is in the file before it.
func (t *text) more(f *Finding, shown int) {
	rest := f.Count - shown
	if rest <= 0 || shown == 0 {
		return
	}
	note := fmt.Sprintf("and %s more", number(rest))
	if f.Files > 1 {
		note += fmt.Sprintf(", in %s files in all", number(f.Files))
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
	wrapped := wrap(lead+s, t.view.Width, indent)
	t.line(strings.Repeat(" ", t.gutter) + t.style.frame("=") + strings.TrimPrefix(wrapped, lead[:len(lead)-1]))
}

// placeText returns where an occurrence is, in the spelling that editors and
// terminals make a link of.
func placeText(o *Occurrence) string {
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
	return Printable(name)
}
