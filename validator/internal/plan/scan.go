package plan

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// names are hashed with a seed of this process.
var nameSeed = maphash.MakeSeed()

func random() uint64 { return maphash.Bytes(maphash.MakeSeed(), nil) }

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// space goes over white space.
func (r *Reader) space() {
	for r.pos < len(r.data) {
		switch r.data[r.pos] {
		case ' ', '\n', '\r', '\t':
			r.pos++
		default:
			return
		}
	}
}

// stringEnd returns the offset of the quote that ends the string whose text
// begins at start, and whether the text has escapes. It is -1 where the string
// is not good JSON. The reference engine says what is wrong with it.
func stringEnd(data []byte, start int) (end int, escaped bool) {
	i := start
	var all uint64 // has the high bits of all bytes so far
	for {
		for i+8 <= len(data) {
			w := binary.LittleEndian.Uint64(data[i:])
			quote := w ^ '"'*ones
			slash := w ^ '\\'*ones
			stop := ((quote-ones)&^quote | (slash-ones)&^slash | (w-' '*ones)&^w) & highs
			if stop != 0 {
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

// number reads the number at the position.
func (r *Reader) number() (n number, ok bool) {
	data, i := r.data, r.pos
	if i < len(data) && data[i] == '-' {
		n.negative = true
		i++
	}
	start := i
	if i+8 <= len(data) {
		if w := binary.LittleEndian.Uint64(data[i:]); eightDigits(w) {
			n.whole = digitsValue(w)
			i += 8
		}
	}
	for i < len(data) && data[i]-'0' <= 9 {
		n.whole = n.whole*10 + int64(data[i]-'0')
		i++
	}
	if i == start || data[start] == '0' && i > start+1 {
		return n, false
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
			return n, false
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
			return n, false
		}
	}
	r.pos = i
	return n, true
}

// eightDigits tells whether all bytes of w are decimal digits.
func eightDigits(w uint64) bool {
	return (w&0xf0f0f0f0f0f0f0f0)|((w+0x0606060606060606)&0xf0f0f0f0f0f0f0f0)>>4 == 0x3333333333333333
}

// digitsValue returns the number that eight digits stand for.
func digitsValue(w uint64) int64 {
	w = (w & 0x0f0f0f0f0f0f0f0f) * (10<<8 + 1) >> 8
	w = (w & 0x00ff00ff00ff00ff) * (100<<16 + 1) >> 16
	return int64((w & 0x0000ffff0000ffff) * (10000<<32 + 1) >> 32)
}

// literal goes over a word that the text must continue with.
func (r *Reader) literal(word string) bool {
	if rest := r.data[r.pos:]; len(rest) < len(word) || string(rest[:len(word)]) != word {
		return false
	}
	r.pos += len(word)
	return true
}

// skip goes over a value that nothing describes. It still must be good JSON
// without repeated names.
func (r *Reader) skip() bool {
	if r.pos >= len(r.data) {
		return false
	}
	switch r.data[r.pos] {
	case '"':
		end, _ := stringEnd(r.data, r.pos+1)
		r.pos = end + 1
		return end >= 0
	case '{':
		return r.object(anything)
	case '[':
		return r.array(anything)
	case 't':
		return r.literal("true")
	case 'f':
		return r.literal("false")
	case 'n':
		return r.literal("null")
	}
	_, ok := r.number()
	return ok
}
