package drift

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// WriteJSON writes the report as one JSON object.
func WriteJSON(w io.Writer, r *Report) error {
	return report.EncodeJSON(w, r, "  ")
}

// View is how the text is shown.
type View struct {
	Color   bool // mark headings with ANSI colours
	Verbose bool // show every example, and what the baseline accepts
	Quiet   bool // show the drift only
}

// WriteText writes the report as text for a terminal.
func WriteText(w io.Writer, r *Report, view View) error {
	t := text{bufio.NewWriter(w), view}
	if !view.Quiet {
		t.head(r)
	}
	accepted := 0
	for _, k := range kinds {
		heading := false
		for i := range r.Drift {
			item := &r.Drift[i]
			switch {
			case item.Kind != k.name:
				continue
			case item.Suppressed != nil && !view.Verbose:
				accepted++
				continue
			case !heading:
				t.heading(k.title)
				heading = true
			}
			t.item(item)
		}
	}
	if view.Quiet {
		return t.Flush()
	}
	switch {
	case accepted > 0:
		t.line("\n%s accepted by the baseline", textfmt.Count(accepted, "difference"))
	case len(r.Drift) == 0 && r.Summary.Omitted == 0 && r.Summary.Checked > 0:
		t.line("\nno drift: all that was seen is described")
	}
	if r.Summary.Omitted > 0 {
		t.line("\n%s not shown (--max-findings)", textfmt.Count(r.Summary.Omitted, "difference"))
	}
	t.neverSeen(&r.NeverSeen)
	t.tail(r)
	return t.Flush()
}

// text writes lines of text.
type text struct {
	*bufio.Writer
	view View
}

func (t text) heading(title string) {
	if t.view.Color {
		title = "\x1b[1m" + title + "\x1b[0m"
	}
	t.line("\n%s", title)
}

func (t text) line(format string, args ...any) {
	fmt.Fprintf(t, format+"\n", args...)
}

// wrapped writes wrapped lines, all but the first indented. Text from outside
// must have passed [textfmt.Printable].
func (t text) wrapped(indent int, format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = textfmt.Printable(s)
		}
	}
	t.line("%s", textfmt.Wrap(fmt.Sprintf(format, args...), textfmt.Width, indent))
}

func (t text) head(r *Report) {
	s := r.Summary
	t.wrapped(0, "%s: %s%s", strings.TrimSpace(r.Description.Title+" "+r.Description.Version),
		report.ReadText(s.Exchanges, s.Checked, s.Skipped), spanText(s.Span))
	for _, line := range report.SkippedLines(r.Skipped, textfmt.Width) {
		t.line("%s", line)
	}
}

func (t text) item(i *Item) {
	t.wrapped(6, "  %s: %s%s", i.place(), ofText(i), spanText(i.Span))
	if len(i.Found) > 0 {
		var found []string
		for _, v := range i.Found {
			found = append(found, v.Value+" ("+strconv.Itoa(v.Count)+")")
		}
		t.wrapped(10, "      found: %s", strings.Join(found, ", "))
	} else if len(i.Examples) > 0 && i.Examples[0].Found != "" {
		t.wrapped(10, "      found: %s", i.Examples[0].Found)
	}
	if i.Allowed != "" {
		t.wrapped(10, "      described: %s", i.Allowed)
	}
	examples := i.Examples
	if !t.view.Verbose {
		examples = examples[:min(1, len(examples))]
	}
	for _, e := range examples {
		t.wrapped(10, "      seen in %s", exampleText(e))
	}
	if i.Description.File != "" {
		t.wrapped(10, "      described in %s:%d", i.Description.File, i.Description.Line)
	}
	for _, note := range report.Notes(i.Suppressed, i.Expired) {
		t.wrapped(10, "      %s", note)
	}
	if i.History != nil {
		t.wrapped(10, "      %s", i.History.String())
	}
}

// place says where the item is: "cancelBatch 200 /errors".
func (i *Item) place() string {
	var parts []string
	if i.Operation != "" {
		parts = append(parts, i.Operation)
	}
	if i.Status != 0 {
		parts = append(parts, strconv.Itoa(i.Status))
	}
	if i.Pointer != "" {
		parts = append(parts, i.Pointer)
	}
	if len(parts) == 0 {
		return "the whole body"
	}
	return strings.Join(parts, " ")
}

func ofText(i *Item) string {
	share := fmt.Sprintf("%.0f %%", 100*i.Share())
	switch {
	case i.Count < i.Of && 100*i.Share() < 1:
		share = "less than 1 %"
	case i.Count < i.Of && 100*i.Share() > 99:
		share = "more than 99 %"
	}
	return fmt.Sprintf("%d of %d (%s)", i.Count, i.Of, share)
}

// spanText says from when to when, or nothing if no recording says.
func spanText(s outcome.Span) string {
	if s.First.IsZero() {
		return ""
	}
	first, last := s.First.Format(time.DateOnly), s.Last.Format(time.DateOnly)
	if first == last {
		return ", on " + first
	}
	return ", " + first + " to " + last
}

func exampleText(e outcome.Example) string {
	place := e.File
	if e.Line != 0 {
		place += ":" + strconv.Itoa(e.Line)
	}
	if e.Column != 0 {
		place += ":" + strconv.Itoa(e.Column)
	}
	if e.Entry != 0 {
		place += " (entry " + strconv.Itoa(e.Entry) + ")"
	}
	return place
}

// neverSeen lists what is described and was not seen.
func (t text) neverSeen(n *NeverSeen) {
	var lines []string
	list := func(what string, all []string) {
		if len(all) > 0 {
			lines = append(lines, what+": "+strings.Join(all, ", "))
		}
	}
	var answers []string
	for _, a := range n.Responses {
		answers = append(answers, a.Operation+" "+a.Status)
	}
	list("responses", answers)
	list("schemas", n.Schemas)
	for _, schema := range schemasOf(n.Members) {
		list("members of "+schema, pointersOf(n.Members, schema))
	}
	for _, schema := range schemasOf(n.OnlyNull) {
		list("members of "+schema+" with a value other than null", pointersOf(n.OnlyNull, schema))
	}
	for from := 0; from < len(n.Values); {
		first := n.Values[from]
		var values []string
		for ; from < len(n.Values) && n.Values[from].Schema == first.Schema && n.Values[from].Pointer == first.Pointer; from++ {
			values = append(values, string(n.Values[from].Value))
		}
		list("values of "+first.Schema+" "+first.Pointer, values)
	}
	if len(lines)+len(n.Operations) > 0 {
		t.line("\ndescribed, and never seen")
	}
	for _, line := range lines {
		t.wrapped(6, "  %s", line)
	}
	if len(n.Operations) > 0 { // last, because a large API can have many of these
		t.line("  %s, and what only they respond with:", textfmt.Count(len(n.Operations), "operation"))
	}
	for _, id := range n.Operations {
		t.wrapped(6, "    %s", id)
	}
}

// schemasOf returns the schemas of members, each once.
func schemasOf(members []Member) []string {
	var names []string
	for _, m := range members {
		names = append(names, m.Schema)
	}
	return slices.Compact(names) // members are sorted by their schemas
}

func pointersOf(members []Member, schema string) []string {
	var pointers []string
	for _, m := range members {
		if m.Schema == schema {
			pointers = append(pointers, m.Pointer)
		}
	}
	return pointers
}

func (t text) tail(r *Report) {
	var faults []string
	for _, f := range r.Faults {
		faults = append(faults, f.Rule+" ("+strconv.Itoa(f.Count)+")")
	}
	if len(faults) > 0 {
		t.line("")
		t.wrapped(6, "faults, which are not drift (plumb check shows them): %s", strings.Join(faults, ", "))
	}
	for _, run := range r.Trend {
		for _, g := range run.Gone {
			t.line("")
			t.wrapped(6, "gone since %s: %s %s", run.Name, g.Rule, g.Pointer)
		}
	}
}
