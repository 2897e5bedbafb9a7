package jsonvalue

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/jsonscan"
)

// str reads the string whose opening quote is at p.pos.
func (p *parser) str() (string, bool) {
	open, start := p.pos, p.pos+1
	end, escaped := jsonscan.StringEnd(p.data, start)
	if end < 0 {
		return p.faultyString(open)
	}
	p.pos = end + 1
	if !escaped {
		return p.slice(start, end), true
	}
	p.memory.text = jsonscan.Unescape(p.memory.text[:0], p.data[start:end])
	return string(p.memory.text), true
}

// faultyString reads a string that is not valid JSON or Unicode, and goes on if
// it can.
func (p *parser) faultyString(open int) (string, bool) {
	buf := p.memory.text[:0]
	defer func() { p.memory.text = buf }()
	p.pos = open + 1
	reported := false // report at most one fault for each string
	bad := func(offset int, message string) {
		if !reported {
			p.fault(InvalidUTF8, offset, message)
			reported = true
		}
	}
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		switch {
		case c == '"':
			p.pos++
			return string(buf), true
		case c < ' ':
			p.fault(Syntax, p.pos, "the control character 0x"+strconv.FormatUint(uint64(c), 16)+" is in a string without being escaped")
			return "", false
		case c == '\\':
			at := p.pos
			r, ok := p.escape()
			if !ok {
				return "", false
			}
			if utf16.IsSurrogate(r) {
				second := rune(-1)
				if p.pos+1 < len(p.data) && p.data[p.pos] == '\\' && p.data[p.pos+1] == 'u' {
					back := p.pos
					if second, ok = p.escape(); !ok {
						return "", false
					}
					if utf16.DecodeRune(r, second) == utf8.RuneError {
						p.pos, second = back, -1
					}
				}
				if second < 0 {
					bad(at, "an escape is half of a surrogate pair, which is not a character")
					r = utf8.RuneError
				} else {
					r = utf16.DecodeRune(r, second)
				}
			}
			buf = utf8.AppendRune(buf, r)
		case c < utf8.RuneSelf:
			end := p.pos + 1
			for end < len(p.data) && plain[p.data[end]] {
				end++
			}
			buf = append(buf, p.data[p.pos:end]...)
			p.pos = end
		default:
			r, size := utf8.DecodeRune(p.data[p.pos:])
			if r == utf8.RuneError && size == 1 {
				bad(p.pos, "byte 0x"+strconv.FormatUint(uint64(c), 16)+" in a string is not UTF-8")
			}
			buf = utf8.AppendRune(buf, r)
			p.pos += size
		}
	}
	p.fault(Truncated, p.pos, "the text ends within a string")
	return "", false
}

// plain marks the ASCII bytes that represent themselves in a string.
var plain = func() (all [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		all[c] = c != '"' && c != '\\'
	}
	return all
}()

// escape reads the escape sequence at p.pos; a \u escape gives its code unit.
func (p *parser) escape() (rune, bool) {
	at := p.pos
	p.pos++
	if p.pos == len(p.data) {
		p.fault(Truncated, p.pos, "the text ends within a string")
		return 0, false
	}
	c := p.data[p.pos]
	p.pos++
	if c == '"' { // the most frequent escape, in JSON within JSON
		return '"', true
	}
	if c != 'u' {
		if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
			return rune("\"\\/\b\f\n\r\t"[i]), true
		}
		p.fault(Syntax, at, "\\"+string(rune(c))+" is not an escape of JSON")
		return 0, false
	}
	var r rune
	for range 4 {
		if p.pos == len(p.data) {
			p.fault(Truncated, p.pos, "the text ends within a string")
			return 0, false
		}
		d := hexDigit(p.data[p.pos])
		if d < 0 {
			p.fault(Syntax, at, "\\u is not followed by four hexadecimal digits")
			return 0, false
		}
		r = r<<4 | d
		p.pos++
	}
	return r, true
}

func hexDigit(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case 'a' <= c && c <= 'f':
		return rune(c - 'a' + 10)
	case 'A' <= c && c <= 'F':
		return rune(c - 'A' + 10)
	}
	return -1
}
