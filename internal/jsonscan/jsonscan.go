// Package jsonscan goes over the bytes of JSON texts: white space, strings,
// escapes, numbers and whole values. Its functions take an offset and return the
// one after what they went over. Nothing is allocated.
//
// [StringEnd], [NumberEnd], [Literal] and [Value] accept exactly what RFC 8259 does. [Quoted],
// [Scalar] and [Skip] are for texts that are known to be JSON.
package jsonscan

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// Space skips white space and returns the offset of what follows it.
func Space(data []byte, pos int) int {
	for pos < len(data) {
		switch data[pos] {
		case ' ', '\n', '\r', '\t':
			pos++
		default:
			return pos
		}
	}
	return pos
}

// Word returns the eight bytes at an offset, in little-endian order.
func Word(data []byte, pos int) uint64 { return binary.LittleEndian.Uint64(data[pos:]) }

// Common returns how many bytes two texts have in common at their beginnings.
func Common(a, b []byte) int {
	i, n := 0, min(len(a), len(b))
	for ; i+8 <= n; i += 8 {
		if differ := Word(a, i) ^ Word(b, i); differ != 0 {
			return i + bits.TrailingZeros64(differ)/8
		}
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

// StringEnd returns the offset of the quote that ends the string whose text
// begins at start, and whether the text has escapes. It is -1 where the string
// is not JSON or not Unicode.
func StringEnd(data []byte, start int) (end int, escaped bool) {
	i := start
	var all uint64 // the union of all bytes so far, whose high bits tell whether one is not ASCII
	for {
		for i+8 <= len(data) {
			w := Word(data, i)
			if stop := stops(w); stop != 0 {
				n := bits.TrailingZeros64(stop)
				all |= w & (1<<(n&^7) - 1)
				i += n / 8
				break
			}
			all |= w
			i += 8
		}
		for i < len(data) {
			c := data[i]
			if c == '"' {
				if all&highs != 0 && !utf8.Valid(data[start:i]) {
					return -1, false
				}
				return i, escaped
			}
			if c == '\\' {
				break
			}
			if c < ' ' {
				return -1, false
			}
			all |= uint64(c)
			i++
		}
		if i = escapeEnd(data, i); i < 0 {
			return -1, false
		}
		escaped = true
	}
}

// Matches returns a word with a high bit where w has a byte. Only the first of
// the bits is certain to be right.
func Matches(w uint64, b byte) uint64 {
	w ^= uint64(b) * ones
	return (w - ones) &^ w & highs
}

// stops returns a word with a high bit where w has a quote, a backslash or a
// control character. Only the first of the bits is certain to be right.
func stops(w uint64) uint64 {
	return Matches(w, '"') | Matches(w, '\\') | (w-' '*ones)&^w&highs
}

// escapeEnd returns the offset after the escape at i, or -1 if it is not an
// escape or is half of a surrogate pair.
func escapeEnd(data []byte, i int) int {
	if i+1 >= len(data) {
		return -1
	}
	switch data[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		unit := CodeUnit(data, i)
		switch {
		case unit < 0:
			return -1
		case !utf16.IsSurrogate(unit):
			return i + 6
		case utf16.DecodeRune(unit, CodeUnit(data, i+6)) != utf8.RuneError:
			return i + 12
		}
	}
	return -1
}

// CodeUnit returns the code unit that the \u escape at i denotes, or -1 if
// there is no such escape.
func CodeUnit(data []byte, i int) rune {
	if i+6 > len(data) || data[i] != '\\' || data[i+1] != 'u' {
		return -1
	}
	unit := rune(0)
	for _, c := range data[i+2 : i+6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		unit = unit<<4 | rune(c)
	}
	return unit
}

// Unescape appends the text of a string with its escapes, which must be valid,
// decoded.
func Unescape(to, text []byte) []byte {
	to = slices.Grow(to, len(text)+8) // words are copied whole, also beyond what counts
	n, out := len(to), to[:cap(to)]
	for i := 0; ; {
		for i+8 <= len(text) {
			w := Word(text, i)
			binary.LittleEndian.PutUint64(out[n:], w)
			if stop := Matches(w, '\\'); stop != 0 {
				plain := bits.TrailingZeros64(stop) / 8
				i, n = i+plain, n+plain
				break
			}
			i, n = i+8, n+8
		}
		for i < len(text) && text[i] != '\\' {
			out[n] = text[i]
			i, n = i+1, n+1
		}
		if i == len(text) {
			return out[:n]
		}
		if c := text[i+1]; c != 'u' {
			out[n] = unescaped[c]
			i, n = i+2, n+1
			continue
		}
		unit := CodeUnit(text, i)
		i += 6
		if utf16.IsSurrogate(unit) {
			unit = utf16.DecodeRune(unit, CodeUnit(text, i))
			i += 6
		}
		n = len(utf8.AppendRune(out[:n], unit))
	}
}

// unescaped is what the letter of an escape denotes.
var unescaped = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// Literal skips a word that the text must continue with. It returns -1 if the
// text does not.
func Literal(data []byte, pos int, word string) int {
	if rest := data[pos:]; len(rest) < len(word) || string(rest[:len(word)]) != word {
		return -1
	}
	return pos + len(word)
}
