package report

import (
	"strconv"
	"strings"

	"github.com/rivo/uniseg"
)

// Width is how many columns text is fitted into where no terminal says.
const Width = 100

// ReadText says how much was read: "3 exchanges read, 2 bodies checked, 1 skipped".
func ReadText(exchanges, bodies, skipped int) string {
	read := Plural(exchanges, "exchange") + " read, " + Plural(bodies, "body") + " checked"
	if skipped > 0 {
		read += ", " + Number(skipped) + " skipped"
	}
	return read
}

// SkippedLines says why exchanges and files were not checked, a reason a line,
// wrapped to so many columns.
func SkippedLines(skipped []Skipped, width int) []string {
	digits := 0
	for _, s := range skipped {
		digits = max(digits, len(Number(s.Count)))
	}
	var lines []string
	for _, s := range skipped {
		count := Number(s.Count)
		lead := "  " + strings.Repeat(" ", digits-len(count)) + count + " "
		lines = append(lines, Wrap(lead+"skipped: "+Printable(s.Reason), width, len(lead)))
	}
	return lines
}

// Plural counts things: "1 body", "2 bodies".
func Plural(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y"):
		return Number(n) + " " + strings.TrimSuffix(noun, "y") + "ies"
	}
	return Number(n) + " " + noun + "s"
}

// Number writes n with its thousands apart.
func Number(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Wrap breaks s at spaces into lines of at most width columns, all but the
// first indented. A word that is longer stays whole, so that paths can be
// copied.
func Wrap(s string, width, indent int) string {
	if uniseg.StringWidth(s) <= width {
		return s
	}
	var b strings.Builder
	lead := len(s) - len(strings.TrimLeft(s, " "))
	b.WriteString(s[:lead])
	column := lead
	for i, word := range strings.Split(s[lead:], " ") {
		w := uniseg.StringWidth(word)
		switch {
		case i == 0:
		case column+1+w <= width:
			b.WriteByte(' ')
			column++
		default:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column = indent
		}
		b.WriteString(word)
		column += w
	}
	return b.String()
}
