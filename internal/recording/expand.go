package recording

import (
	"bytes"

	"github.com/plumbapi/plumb/internal/jsonscan"
)

// canExpand reports whether the body of an entry may be compressed or in a
// separate file, so that its size is known only once the entry is parsed.
func canExpand(text []byte) bool {
	i := 0
	for ; i+9 <= len(text); i += 8 {
		// Eight bytes, and those after each of them. The test is rarely wrong.
		these, next := jsonscan.Word(text, i), jsonscan.Word(text, i+1)
		mayBegin := (jsonscan.Matches(these, '"')|jsonscan.Matches(these, 'w'))&jsonscan.Matches(next, '_') |
			jsonscan.Matches(these, '\\')&jsonscan.Matches(next, 'u') |
			jsonscan.Matches(these, '-')&jsonscan.Matches(next|lowerCase, 'e')
		if mayBegin != 0 && hasSign(text, i, i+8) {
			return true
		}
	}
	return hasSign(text, i, len(text))
}

// lowerCase makes eight letters lower case.
const lowerCase = 0x2020202020202020

// hasSign reports whether one of the bytes between two offsets begins a sign
// that a body can expand.
func hasSign(text []byte, from, to int) bool {
	for i := from; i < to; i++ {
		switch rest := text[i:]; rest[0] {
		case '"':
			if bytes.HasPrefix(rest, []byte(`"_file"`)) {
				return true
			}
		case 'w':
			if bytes.HasPrefix(rest, []byte("w_gzip")) { // raw_gzip
				return true
			}
		case '\\':
			if isEscapedName(rest) {
				return true
			}
		case '-':
			const before, after = "content", "-encoding"
			if len(rest) >= len(after) && i >= len(before) && bytes.EqualFold(text[i-len(before):i+len(after)], []byte(before+after)) {
				return true
			}
		}
	}
	return false
}

// isEscapedName reports whether text begins with the escape of a letter, a dash
// or an underscore: the name that is a sign can be written with such escapes.
func isEscapedName(text []byte) bool {
	unit := jsonscan.CodeUnit(text, 0)
	return unit == '-' || '@' < unit && unit < 0x7f
}
