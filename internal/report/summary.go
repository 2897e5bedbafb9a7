package report

import (
	"strconv"
	"strings"
)

// summary says what was read, what was not checked and why, what was found,
// and what to do next.
func (t *text) summary(r *Report) {
	s := r.Summary
	read := readText(s)
	if s.Errors+s.Warnings+s.Infos == 0 && s.Checked > 0 {
		none := "no findings:"
		if s.Suppressed > 0 {
			none = "no new findings:"
		}
		t.line(t.style.good(none) + " " + read)
		t.skipped(r.Skipped)
		t.suppressed(s)
		return
	}
	t.line(read)
	t.skipped(r.Skipped)
	if s.Errors+s.Warnings+s.Infos > 0 {
		t.line(t.totals(s))
	}
	t.suppressed(s)
	t.line(wrap(nextStep(r), t.view.Width, 0))
}

func readText(s Summary) string {
	read := plural(s.Exchanges, "exchange") + " read, " + plural(s.Checked, "body") + " checked"
	if s.Skipped > 0 {
		read += ", " + number(s.Skipped) + " skipped"
	}
	return read
}

func (t *text) skipped(skipped []Skipped) {
	width := 0
	for _, s := range skipped {
		width = max(width, len(number(s.Count)))
	}
	for _, s := range skipped {
		count := number(s.Count)
		lead := "  " + strings.Repeat(" ", width-len(count)) + count + " "
		t.line(wrap(lead+"skipped: "+Printable(s.Reason), t.view.Width, len(lead)))
	}
}

func (t *text) totals(s Summary) string {
	count := func(n int, severity string) string {
		text := plural(n, severity)
		if n == 0 {
			return text
		}
		return t.style.severity(severity, text)
	}
	line := count(s.Errors, "error") + ", " + count(s.Warnings, "warning") + ", " + count(s.Infos, "info") +
		", found " + times(s.Occurrences)
	if s.Omitted > 0 {
		line += "; " + number(s.Omitted) + " of them not shown (--max-findings)"
	}
	return line
}

// nextStep says what the reader can do with this outcome.
func nextStep(r *Report) string {
	s := r.Summary
	switch {
	case s.Exchanges == 0:
		return "Nothing was checked: no exchange was read."
	case s.Errors+s.Warnings+s.Infos == 0:
		return "Nothing was checked: no response belongs to the description; give the right one with --spec FILE, or the schema of bare bodies with --schema NAME."
	case len(r.Findings) == 0:
		return "Raise --max-findings to see them."
	}
	rule := Printable(r.Findings[0].Rule)
	advice := "\"plumb explain " + rule + "\" says more about a rule; --rule " + rule + "=off turns it off."
	if s.Errors == 0 {
		return "No errors. " + advice
	}
	return advice
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return number(n) + " times"
}

func plural(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y"):
		return number(n) + " " + strings.TrimSuffix(noun, "y") + "ies"
	}
	return number(n) + " " + noun + "s"
}

// number writes n with its thousands apart.
func number(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
