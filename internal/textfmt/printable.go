package textfmt

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsPrintable reports whether r can be shown as it is: it is not a control or format
// character (which move the cursor, turn the direction of the text or have no
// width), and it is assigned.
func IsPrintable(r rune) bool {
	return unicode.IsGraphic(r)
}

// Printable returns s with all that is not printable escaped as in Go, so that
// text from outside cannot control the terminal or be invisible.
func Printable(s string) string {
	var b strings.Builder
	done := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if !IsPrintable(r) || r == utf8.RuneError && size == 1 {
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
