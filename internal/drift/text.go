package drift

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/validator"
)

// WriteJSON writes the report as one JSON object.
func WriteJSON(w io.Writer, r *Report) error {
	return report.EncodeJSON(w, r)
}

// WriteText writes the report for people.
func WriteText(w io.Writer, r *Report) error {
	t := text{bufio.NewWriter(w)}
	t.head(r)
	for _, k := range kinds {
		heading := false
		for i := range r.Drift {
			if item := &r.Drift[i]; item.Kind == k.name {
				if !heading {
					t.line("\n%s", k.title)
					heading = true
				}
				t.item(item)
			}
		}
	}
	if len(r.Drift) == 0 && r.Summary.Checked > 0 {
		t.line("\nno drift: all that was seen is described")
	}
	t.neverSeen(&r.NeverSeen)
	t.tail(r)
	return t.Flush()
}

// text writes lines; what comes from outside goes through [report.Printable].
type text struct{ *bufio.Writer }

func (t text) line(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = report.Printable(s)
		}
	}
	fmt.Fprintf(t, format+"\n", args...)
}

func (t text) head(r *Report) {
	s := r.Summary
	t.line("%s: %s, %s checked%s%s", strings.TrimSpace(r.Description.Title+" "+r.Description.Version),
		count(s.Exchanges, "exchange"), count(s.Checked, "body"), skippedText(s.Skipped), spanText(s.Span))
	for _, skipped := range r.Skipped {
		t.line("  %d skipped: %s", skipped.Count, skipped.Reason)
	}
}

func skippedText(n int) string {
	if n == 0 {
		return ""
	}
	return ", " + number(n) + " skipped"
}

func (t text) item(i *Item) {
	place := i.Pointer
	if i.Operation != "" {
		place = strings.TrimSpace(i.Operation + " " + number(i.Status) + " " + place)
	}
	t.line("  %s: %s%s", place, ofText(i), spanText(i.Span))
	if len(i.Found) > 0 {
		var found []string
		for _, v := range i.Found {
			found = append(found, v.Value+" ("+number(v.Count)+")")
		}
		t.line("      found: %s", strings.Join(found, ", "))
	} else if len(i.Examples) > 0 && i.Examples[0].Found != "" {
		t.line("      found: %s", i.Examples[0].Found)
	}
	if i.Allowed != "" {
		t.line("      described: %s", i.Allowed)
	}
	for _, e := range i.Examples[:min(1, len(i.Examples))] {
		t.line("      seen in %s", exampleText(e))
	}
	if i.Description.File != "" {
		t.line("      described in %s:%d", i.Description.File, i.Description.Line)
	}
	if i.History != nil {
		t.line("      %s", i.History.String())
	}
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

// spanText says from when to when; nothing where no recording says.
func spanText(s validator.Span) string {
	if s.First.IsZero() {
		return ""
	}
	first, last := s.First.Format(time.DateOnly), s.Last.Format(time.DateOnly)
	if first == last {
		return ", on " + first
	}
	return ", " + first + " to " + last
}

func exampleText(e validator.Example) string {
	place := e.File
	if e.Line != 0 {
		place += ":" + number(e.Line)
	}
	if e.Column != 0 {
		place += ":" + number(e.Column)
	}
	if e.Entry != 0 {
		place += " (entry " + number(e.Entry) + ")"
	}
	return place
}

// neverSeen lists what is described and was not there.
func (t text) neverSeen(n *NeverSeen) {
	var lines []string
	list := func(what string, all []string) {
		if len(all) > 0 {
			lines = append(lines, what+": "+strings.Join(all, ", "))
		}
	}
	list("operations", n.Operations)
	var answers []string
	for _, a := range n.Responses {
		answers = append(answers, a.Operation+" "+a.Status)
	}
	list("responses", answers)
	list("schemas", n.Schemas)
	members := func(all []Member) []string {
		var names []string
		for _, m := range all {
			names = append(names, m.Schema+" "+m.Pointer)
		}
		return names
	}
	list("members", members(n.Members))
	list("members with a value other than null", members(n.OnlyNull))
	var values []string
	for _, v := range n.Values {
		values = append(values, v.Schema+" "+v.Pointer+" "+string(v.Value))
	}
	list("values", values)
	if len(lines) > 0 {
		t.line("\ndescribed, and never seen")
	}
	for _, line := range lines {
		t.line("  %s", line)
	}
}

func (t text) tail(r *Report) {
	var faults []string
	for _, f := range r.Faults {
		faults = append(faults, f.Rule+" ("+number(f.Count)+")")
	}
	if len(faults) > 0 {
		t.line("\nfaults, which are no drift (plumb check shows them): %s", strings.Join(faults, ", "))
	}
	for _, run := range r.Trend {
		for _, g := range run.Gone {
			t.line("\ngone since %s: %s %s", run.Name, g.Rule, g.Pointer)
		}
	}
}

func count(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y"):
		return number(n) + " " + strings.TrimSuffix(noun, "y") + "ies"
	}
	return number(n) + " " + noun + "s"
}
