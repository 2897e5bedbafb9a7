// Package textfmt formats text for terminals and messages.
package textfmt

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Width is the number of columns that text is wrapped to if it is not known how
// wide the terminal is.
const Width = 100

// Number returns n in decimal with commas between thousands: "12,345".
func Number(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Count returns a number of things: "1 body", "2 bodies".
func Count(n int, noun string) string { return Number(n) + " " + Noun(n, noun) }

// Noun returns a noun as it is after a number: "body" after 1, else "bodies".
func Noun(n int, noun string) string {
	if n != 1 {
		return Plural(noun)
	}
	return noun
}

// Plural returns the plural of a noun that is regular: "parts", "bodies",
// "keys". It does not know nouns with -es.
func Plural(noun string) string {
	stem, ok := strings.CutSuffix(noun, "y")
	if ok && strings.TrimRight(stem, "aeou") == stem {
		return stem + "ies"
	}
	return noun + "s"
}

// Shorten returns s if it has at most so many bytes, and otherwise as many
// characters as fit into them, followed by an ellipsis.
func Shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// Columns returns how many columns of a terminal s takes.
func Columns(s string) int {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return uniseg.StringWidth(s)
		}
	}
	return len(s)
}

// Wrap breaks s at spaces into lines of at most width columns, all but the
// first indented. A longer word is not broken, so that paths can be copied.
func Wrap(s string, width, indent int) string {
	if Columns(s) <= width {
		return s
	}
	var b strings.Builder
	lead := len(s) - len(strings.TrimLeft(s, " "))
	b.WriteString(s[:lead])
	column := lead
	for i, word := range strings.Split(s[lead:], " ") {
		w := Columns(word)
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
