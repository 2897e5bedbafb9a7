package redact

import (
	"strconv"
	"strings"
)

// coding is a way to escape characters of a text, which can hide names and the
// beginning or end of credentials.
type coding struct {
	escape byte // that each escape begins with
	// char returns the ASCII character that the escape at the beginning of text
	// stands for, and the length of the escape; 0 if it is not an escape.
	char func(text string) (byte, int)
}

var (
	jsonEscapes = coding{'\\', func(text string) (byte, int) {
		switch {
		case len(text) < 2:
			return 0, 0
		case text[1] != 'u':
			return escaped(text[1]), 2
		}
		return hexByte(text, 2, 4)
	}}
	pointerEscapes = coding{'~', func(text string) (byte, int) {
		switch {
		case strings.HasPrefix(text, "~1"):
			return '/', 2
		case strings.HasPrefix(text, "~0"):
			return '~', 2
		}
		return 0, 0
	}}
	percentEscapes = coding{'%', func(text string) (byte, int) { return hexByte(text, 1, 2) }}
)

func escaped(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// hexByte returns the ASCII character whose code is written in hexadecimal
// digits from at on, and where these end.
func hexByte(text string, at, digits int) (byte, int) {
	if len(text) < at+digits {
		return 0, 0
	}
	code, err := strconv.ParseUint(text[at:at+digits], 16, 7)
	if err != nil {
		return 0, 0
	}
	return byte(code), at + digits
}

// spans returns where in s the spans are that find returns for s without
// escapes; nil if s has no escapes.
func (c coding) spans(s string, find func(plain string) []span) []span {
	if strings.IndexByte(s, c.escape) < 0 {
		return nil
	}
	plain := make([]byte, 0, len(s))
	c.walk(s, func(_ int, char byte) { plain = append(plain, char) })
	if len(plain) == len(s) {
		return nil
	}
	found := find(string(plain))
	if len(found) == 0 {
		return nil
	}
	offsets := make([]int, 0, len(plain)+1)
	c.walk(s, func(at int, _ byte) { offsets = append(offsets, at) })
	offsets = append(offsets, len(s))
	for i, sp := range found {
		found[i] = span{offsets[sp.start], offsets[sp.end]}
	}
	return found
}

// walk calls visit for each byte of s without escapes, with the place where the
// byte is written.
func (c coding) walk(s string, visit func(at int, char byte)) {
	for i := 0; i < len(s); {
		char, width := s[i], 0
		if char == c.escape {
			char, width = c.char(s[i:])
		}
		if width == 0 {
			char, width = s[i], 1
		}
		visit(i, char)
		i += width
	}
}
