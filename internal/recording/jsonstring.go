package recording

import (
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/jsonscan"
)

// stringSpelling returns the spelling of a JSON string, given what follows its
// opening quote. A byte of the text is found at the first byte of its character
// or escape.
func stringSpelling(written []byte) *spelling {
	return &spelling{written: written, next: stringCharacter}
}

// stringCharacter returns how many bytes the first character of text takes as
// written, and how many decoded. The size is 0 at the closing quote.
func stringCharacter(text []byte) (size, width int) {
	if text[0] == '"' {
		return 0, 0
	}
	if text[0] < utf8.RuneSelf && text[0] != '\\' {
		return 1, 1
	}
	if text[0] != '\\' {
		r, size := utf8.DecodeRune(text)
		return size, utf8.RuneLen(r)
	}
	if len(text) < 6 || text[1] != 'u' {
		return min(2, len(text)), 1
	}
	r := jsonscan.CodeUnit(text, 0)
	switch {
	case r < 0x80:
		return 6, 1
	case r < 0x800:
		return 6, 2
	case 0xd800 <= r && r < 0xdc00 && len(text) >= 12 && text[6] == '\\' && text[7] == 'u':
		if low := jsonscan.CodeUnit(text, 6); 0xdc00 <= low && low < 0xe000 {
			return 12, 4
		}
	}
	return 6, 3 // also half of a surrogate pair, which becomes U+FFFD
}
