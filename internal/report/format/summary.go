package format

import (
	"strings"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// summary says what was read, what was not checked and why, what was found,
// and what to do next.
func (t *text) summary(r *report.Report) {
	s := r.Summary
	read := r.Read()
	if s.Errors+s.Warnings+s.Infos == 0 && (s.Checked > 0 || r.Comparison != nil) {
		none := "no findings"
		if s.Suppressed > 0 {
			none = "no new findings"
		}
		if read != "" {
			none += ":"
		}
		t.line(strings.TrimSpace(t.style.good(none) + " " + read))
		t.skipped(r.Skipped)
		t.unchecked(r.Description)
		t.masked(s)
		t.suppressed(s)
		return
	}
	if read != "" {
		t.line(read)
	}
	t.skipped(r.Skipped)
	t.unchecked(r.Description)
	t.masked(s)
	if s.Errors+s.Warnings+s.Infos > 0 {
		t.line(t.totals(s))
	}
	t.suppressed(s)
	if next := nextStep(r, t.view); next != "" {
		t.line(textfmt.Wrap(next, t.view.Width, 0))
	}
}

func (t *text) skipped(skipped []report.Skipped) {
	for _, line := range report.SkippedLines(skipped, t.view.Width) {
		t.line(line)
	}
}

func (t *text) unchecked(d report.Description) {
	if text := uncheckedText(d); text != "" {
		t.line(textfmt.Wrap(text, t.view.Width, 0))
	}
}

// masked says how many values could not be checked because they were taken out.
func (t *text) masked(s report.Summary) {
	if s.Masked > 0 {
		t.line(textfmt.Count(s.Masked, "value") + " taken out of the recordings ([redacted]): only presence and type checked")
	}
}

func (t *text) totals(s report.Summary) string {
	count := func(n int, severity string) string {
		text := textfmt.Count(n, severity)
		if n == 0 {
			return text
		}
		return t.style.severity(severity, text)
	}
	line := count(s.Errors, "error") + ", " + count(s.Warnings, "warning") + ", " + count(s.Infos, "info") +
		", found " + times(s.Occurrences)
	if s.Omitted > 0 {
		line += "; " + textfmt.Number(s.Omitted) + " of them not shown (--max-findings)"
	}
	return line
}

// nextStep says what the reader can do with this outcome.
func nextStep(r *report.Report, view View) string {
	s := r.Summary
	switch {
	case r.Comparison != nil:
		return ""
	case s.Exchanges == 0 && r.Input.Target != "":
		return "Nothing was checked: no answer of " + textfmt.Printable(r.Input.Target) + " was seen."
	case s.Exchanges == 0:
		return "Nothing was checked: no exchange was read. Name recordings that have at least one."
	case s.Errors+s.Warnings+s.Infos == 0:
		return "Nothing was checked, for the reasons above. Where no response belongs to the description, give the right one with --spec FILE, its server with --server URL, or the schema of bare bodies with --schema NAME."
	case len(r.Findings) == 0:
		return "Raise --max-findings to see them."
	}
	if advice := overlayAdvice(r); advice != "" && s.Errors == 0 {
		return "No errors. " + advice
	}
	rule := textfmt.Printable(r.Findings[0].Rule)
	advice := "--rule " + rule + "=off turns this rule off."
	if command := view.explain(rule); command != "" {
		advice = "\"" + textfmt.Printable(command) + "\" says more about a rule; --rule " + rule + "=off turns it off."
	}
	switch {
	case s.Checked == 0:
		return "Nothing was checked. " + advice
	case s.Errors == 0:
		return "No errors. " + advice
	}
	return advice
}

// overlayAdvice says which overlay describes most of what was found; empty where
// none describes anything.
func overlayAdvice(r *report.Report) string {
	described, best := map[string]int{}, ""
	for i := range r.Findings {
		for _, name := range r.Findings[i].Overlays {
			described[name]++
			if n := described[name]; n > described[best] || n == described[best] && name < best {
				best = name
			}
		}
	}
	if best == "" {
		return ""
	}
	what := textfmt.Number(described[best]) + " of the " + textfmt.Count(len(r.Findings), "finding")
	switch {
	case len(r.Findings) == 1:
		what = "the finding"
	case described[best] == len(r.Findings):
		what = "all " + textfmt.Count(len(r.Findings), "finding")
	}
	return "--overlay " + textfmt.Printable(best) + " describes " + what + "."
}
