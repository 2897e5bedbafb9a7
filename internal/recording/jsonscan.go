package recording

import (
	"bytes"
	"iter"
)

// valueScanner takes one JSON value, by its brackets and quotes alone: whatever
// parses the value finds the faults in between. The first byte must be that of
// the value.
type valueScanner struct {
	depth    int
	inString bool // within a string
	escaped  bool // after a backslash
	scalar   bool // within a number or a literal
}

func (v *valueScanner) scan(window []byte) (int, bool) {
	for i := 0; i < len(window); i++ {
		if v.inString {
			i += v.string(window[i:])
			if !v.inString && v.depth == 0 {
				return i, true
			}
			if i == len(window) {
				return i, false
			}
		}
		switch c := window[i]; {
		case v.scalar:
			if delimits(c) {
				return i, true
			}
		case c == '"':
			v.inString = true
		case c == '{' || c == '[':
			v.depth++
		case c == '}' || c == ']':
			if v.depth--; v.depth <= 0 {
				return i + 1, true
			}
		case v.depth == 0:
			v.scalar = true
		}
	}
	return len(window), false
}

// string takes the rest of a string, with its closing quote, and returns how
// many bytes it takes.
func (v *valueScanner) string(text []byte) int {
	from := 0
	if v.escaped {
		from, v.escaped = 1, false
	}
	for at := from; ; at++ {
		i := bytes.IndexByte(text[at:], '"')
		end := len(text)
		if i >= 0 {
			end = at + i
		}
		slash := end
		for slash > from && text[slash-1] == '\\' {
			slash--
		}
		switch isEscaped := (end-slash)%2 == 1; {
		case i < 0:
			v.escaped = isEscaped
			return end
		case !isEscaped:
			v.inString = false
			return end + 1
		}
		at = end
	}
}

// delimits reports whether a byte ends a number or a literal.
func delimits(c byte) bool {
	return bytes.IndexByte([]byte(" \t\r\n,:]}\""), c) >= 0
}

// textScanner takes one JSON value that begins on a line of its own, and any
// bytes that follow the value on its last line, which checking the body will
// find. If there are such bytes, nobody knows what they are, so the text
// extends to the next line that begins with a bracket.
type textScanner struct {
	value   valueScanner
	closed  bool // the value is complete
	more    bool // there are bytes after it
	newLine bool // the byte before was a line feed
}

func (t *textScanner) scan(window []byte) (int, bool) {
	i := 0
	if !t.closed {
		if i, t.closed = t.value.scan(window); !t.closed {
			return i, false
		}
	}
	for ; i < len(window); i++ {
		c := window[i]
		if t.newLine && (c == '{' || c == '[') {
			return i, true
		}
		t.more = t.more || notSpace(rune(c))
		t.newLine = c == '\n'
		if t.newLine && !t.more {
			return i + 1, true
		}
	}
	return len(window), false
}

// members returns the raw names and values of the object that text begins
// with, as far as it can be read.
func members(text []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		rest, ok := bytes.CutPrefix(text, []byte("{"))
		for ok {
			rest = trimSpace(rest)
			if len(rest) == 0 || rest[0] != '"' {
				return
			}
			var name, value valueScanner
			n, done := name.scan(rest)
			if !done {
				return
			}
			key := string(rest[1 : n-1])
			if rest, ok = bytes.CutPrefix(trimSpace(rest[n:]), []byte(":")); !ok {
				return
			}
			rest = trimSpace(rest)
			n, _ = value.scan(rest)
			if !yield(key, rest[:n]) {
				return
			}
			rest, ok = bytes.CutPrefix(trimSpace(rest[n:]), []byte(","))
		}
	}
}

func trimSpace(b []byte) []byte { return bytes.TrimLeft(b, " \t\r\n") }
