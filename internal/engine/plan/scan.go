package plan

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// space returns the offset of what follows white space.
func space(data []byte, pos int) int {
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

// word returns the 8 bytes at an offset.
func word(data []byte, pos int) uint64 { return binary.LittleEndian.Uint64(data[pos:]) }

// stringEnd returns the offset of the quote that ends the string whose text
// begins at start, and whether the text has escapes. It is -1 where the string
// is not good JSON. The reference engine says what is wrong with it.
func stringEnd(data []byte, start int) (end int, escaped bool) {
	i := start
	var all uint64 // has the high bits of all bytes so far
	for {
		for i+8 <= len(data) {
			w := word(data, i)
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

// stops returns a word with a high bit where w has a quote, a backslash or a
// control; of the bits beyond the first not all are right.
func stops(w uint64) uint64 {
	quote := w ^ '"'*ones
	slash := w ^ '\\'*ones
	return ((quote-ones)&^quote | (slash-ones)&^slash | (w-' '*ones)&^w) & highs
}

// escapeEnd returns the offset after the escape at i; -1 where it is none, or
// stands for half of a surrogate pair.
func escapeEnd(data []byte, i int) int {
	if i+1 >= len(data) {
		return -1
	}
	switch data[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		unit := codeUnit(data, i)
		switch {
		case unit < 0:
			return -1
		case !utf16.IsSurrogate(unit):
			return i + 6
		case utf16.DecodeRune(unit, codeUnit(data, i+6)) != utf8.RuneError:
			return i + 12
		}
	}
	return -1
}

// codeUnit returns what the \u escape at i stands for; -1 where there is none.
func codeUnit(data []byte, i int) rune {
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

// unescape appends the text of a string without its escapes, which are good.
func unescape(to, text []byte) []byte {
	for i := 0; i < len(text); {
		c := text[i]
		if c != '\\' {
			to = append(to, c)
			i++
			continue
		}
		switch c = text[i+1]; c {
		case 'u':
			unit := codeUnit(text, i)
			i += 6
			if utf16.IsSurrogate(unit) {
				unit = utf16.DecodeRune(unit, codeUnit(text, i))
				i += 6
			}
			to = utf8.AppendRune(to, unit)
			continue
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		}
		to = append(to, c)
		i += 2
	}
	return to
}

// number is a JSON number as far as plans look at it.
type number struct {
	whole    int64 // what stands before the fraction, without the sign
	exact    bool  // whole holds it
	negative bool
	fraction bool // there is one, and it is not 0
	pointed  bool // there is one
	exponent bool
}

// integer tells whether the number is a plain integer that value returns.
func (n number) integer() bool { return n.exact && !n.pointed && !n.exponent }

func (n number) value() int64 {
	if n.negative {
		return -n.whole
	}
	return n.whole
}

// floor and ceiling return the integers around a number without an exponent.
func (n number) floor() int64 {
	if n.fraction && n.negative {
		return n.value() - 1
	}
	return n.value()
}

func (n number) ceiling() int64 {
	if n.fraction && !n.negative {
		return n.value() + 1
	}
	return n.value()
}

// readNumber reads a number, and returns the offset after it.
func readNumber(data []byte, i int) (n number, end int) {
	if i < len(data) && data[i] == '-' {
		n.negative = true
		i++
	}
	start := i
	for i < len(data) && data[i]-'0' <= 9 {
		n.whole = n.whole*10 + int64(data[i]-'0')
		i++
	}
	if i == start || data[start] == '0' && i > start+1 {
		return n, declined
	}
	n.exact = i-start <= 18
	if i < len(data) && data[i] == '.' {
		n.pointed = true
		i++
		from := i
		for i < len(data) && data[i]-'0' <= 9 {
			n.fraction = n.fraction || data[i] != '0'
			i++
		}
		if i == from {
			return n, declined
		}
	}
	if i < len(data) && data[i]|0x20 == 'e' {
		n.exponent = true
		i++
		if i < len(data) && (data[i] == '+' || data[i] == '-') {
			i++
		}
		from := i
		for i < len(data) && data[i]-'0' <= 9 {
			i++
		}
		if i == from {
			return n, declined
		}
	}
	return n, i
}

// natural reads a number of at most 15 digits and nothing else, which is what
// most are. For another the end is declined: readNumber knows.
func natural(data []byte, pos int) (n int64, end int) {
	if pos+17 > len(data) {
		return 0, declined
	}
	w := word(data, pos) ^ '0'*ones
	digits := countDigits(w)
	if digits < 8 {
		if digits == 0 {
			return 0, declined
		}
		n = digitsValue(w << (64 - 8*digits))
	} else {
		w2 := word(data, pos+8) ^ '0'*ones
		more := countDigits(w2)
		if more == 8 {
			return 0, declined
		}
		n = digitsValue(w)*powers[more] + digitsValue(w2<<(64-8*more))
		digits += more
	}
	end = pos + digits
	if c := data[end]; c == '.' || c|0x20 == 'e' || w&0xff == 0 && digits > 1 {
		return 0, declined
	}
	return n, end
}

var powers = [8]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7}

// countDigits tells how many of the first bytes of w, from the least, are less
// than 10.
func countDigits(w uint64) int {
	return bits.TrailingZeros64((w+0x7676767676767676|w)&highs) / 8
}

// digitsValue returns the number that eight digits stand for, as values from 0
// to 9.
func digitsValue(w uint64) int64 {
	w = w * (10<<8 + 1) >> 8 & 0x00ff00ff00ff00ff
	w = w * (100<<16 + 1) >> 16 & 0x0000ffff0000ffff
	return int64(w * (10000<<32 + 1) >> 32)
}

// literal goes over a word that the text must continue with.
func literal(data []byte, pos int, word string) int {
	if rest := data[pos:]; len(rest) < len(word) || string(rest[:len(word)]) != word {
		return declined
	}
	return pos + len(word)
}

// skip goes over a value that nothing describes. It still must be good JSON
// without repeated names.
func (r *Reader) skip(pos int) int {
	if pos >= len(r.data) {
		return declined
	}
	switch r.data[pos] {
	case '"':
		end, _ := stringEnd(r.data, pos+1)
		if end < 0 {
			return declined
		}
		return end + 1
	case '{':
		return r.object(anything, pos)
	case '[':
		return r.array(anything, pos)
	case 't':
		return literal(r.data, pos, "true")
	case 'f':
		return literal(r.data, pos, "false")
	case 'n':
		return literal(r.data, pos, "null")
	}
	_, end := readNumber(r.data, pos)
	return end
}
