package report

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// isPrintable reports whether r can be shown as it is: it is not a control or format
// character (which move the cursor, turn the direction of the text or have no
// width), and it is assigned.
func isPrintable(r rune) bool {
	return unicode.IsGraphic(r)
}

// Printable returns s with all that is not printable escaped as in Go, so that
// text from outside cannot act on the terminal or hide itself.
func Printable(s string) string {
	var b strings.Builder
	done := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !isPrintable(r) || r == utf8.RuneError && size == 1 {
			b.WriteString(s[done:i])
			b.WriteString(strings.Trim(strconv.QuoteToGraphic(s[i:i+size]), `"`))
			done = i + size
		}
		i += size
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}
