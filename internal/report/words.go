package report

import (
	"strings"

	"github.com/plumbapi/plumb/internal/textfmt"
)

// ReadText says how much was read: "3 exchanges read, 2 bodies checked, 1 skipped".
func ReadText(exchanges, bodies, skipped int) string {
	read := textfmt.Count(exchanges, "exchange") + " read, " + textfmt.Count(bodies, "body") + " checked"
	if skipped > 0 {
		read += ", " + textfmt.Number(skipped) + " skipped"
	}
	return read
}

// Read says what was read, and how much of it was checked. Where descriptions are
// compared, that is about the recordings that weigh the changes; empty without any.
func (r *Report) Read() string {
	s := r.Summary
	text := ReadText(s.Exchanges, s.Checked, s.Skipped)
	switch {
	case r.Comparison == nil:
		return text
	case s.Exchanges+s.Skipped == 0:
		return ""
	}
	return "recordings, checked against both descriptions: " + text
}

// SkippedLines says why exchanges and files were not checked, a reason a line,
// wrapped to so many columns.
func SkippedLines(skipped []Skipped, width int) []string {
	digits := 0
	for _, s := range skipped {
		digits = max(digits, len(textfmt.Number(s.Count)))
	}
	var lines []string
	for _, s := range skipped {
		count := textfmt.Number(s.Count)
		lead := "  " + strings.Repeat(" ", digits-len(count)) + count + " "
		lines = append(lines, textfmt.Wrap(lead+"skipped: "+textfmt.Printable(s.Reason), width, len(lead)))
	}
	return lines
}
