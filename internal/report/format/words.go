package format

import (
	"strings"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// times says how often: "once", "1,200 times".
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return textfmt.Number(n) + " times"
}

// printableLines is [textfmt.Printable], but keeps line feeds.
func printableLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = textfmt.Printable(line)
	}
	return strings.Join(lines, "\n")
}

// headline says in one line what is wrong and where in the object.
func headline(f *report.Finding) string {
	if f.Pointer == "" {
		return textfmt.Printable(f.Rule + ": " + f.Message)
	}
	return textfmt.Printable(f.Rule + " " + f.Pointer + ": " + f.Message)
}

// uncheckedText says how much of the description checks nothing; empty where
// all of it is used.
func uncheckedText(d report.Description) string {
	n := len(d.Unchecked)
	if n == 0 {
		return ""
	}
	first := d.Unchecked[0].Description
	first.Pointer = ""
	return textfmt.Count(n, "part") + " of the description cannot be used as written, the first at " + textfmt.Printable(first.String())
}
