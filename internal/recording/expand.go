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
		if mayBeSign(jsonscan.Word(text, i), jsonscan.Word(text, i+1)) && hasSign(text, i, i+8) {
			return true
		}
	}
	return hasSign(text, i, len(text))
}

// mayBeSign reports whether one of eight bytes, and the byte after it, may be
// the beginning of a sign that a body can expand. It is rarely wrong.
func mayBeSign(bytes, next uint64) bool {
	const lowered = 0x2020202020202020
	return (jsonscan.Matches(bytes, '"')|jsonscan.Matches(bytes, 'w'))&jsonscan.Matches(next, '_')|
		jsonscan.Matches(bytes, '\\')&jsonscan.Matches(next, 'u')|
		jsonscan.Matches(bytes, '-')&jsonscan.Matches(next|lowered, 'e') != 0
}

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
