package recording

import (
	"bytes"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb"
)

// locate finds the bytes of a scalar in the recording. If the exact place is
// not known, as in base64 or in a folded scalar, it returns the line on which
// the scalar begins.
func (n yamlNode) locate() func(int) (int, int) {
	line := n.Line - n.prefix // in the entry, from 1
	if line < 1 {
		return onLine(n.e.start.Line) // an alias to an earlier item
	}
	e, column, style, value := n.e, n.Column, n.Style, n.Value // not n itself, whose memory is used again
	if n.isBinary() {
		return onLine(e.start.Line + line - 1)
	}
	e.indexed()
	scalar := sync.OnceValue(func() *scalar {
		start := e.lines.start(e.data, line-1)
		start += characters(e.data[start:], column-1)
		start += properties(e.data[start:])
		return newScalar(e.data[start:], start, style, value)
	})
	return func(offset int) (int, int) {
		s := scalar()
		at, ok := s.offset(offset)
		if !ok {
			return e.start.Line + line - 1, 0
		}
		p := e.lineAndColumn(s.start + at)
		return p.Line, p.Column
	}
}

// lineAndColumn returns the place of a byte of an entry that consists of whole
// lines.
func (e *entry) lineAndColumn(offset int) plumb.Place {
	breaks, last := e.lines.before(e.data, offset)
	return plumb.Place{Line: e.start.Line + breaks, Column: min(offset, len(e.data)) - last}
}

// characters returns how many bytes n characters take. The YAML library counts
// columns in characters.
func characters(text []byte, n int) int {
	at := 0
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	return at
}

// properties returns how many bytes the tag and the anchor before a scalar
// take.
func properties(text []byte) int {
	at := 0
	for at < len(text) && (text[at] == '!' || text[at] == '&') {
		word := bytes.IndexAny(text[at:], " \t\r\n")
		if word < 0 {
			return at
		}
		at += word
		at += len(text[at:]) - len(trimSpace(text[at:]))
	}
	return at
}

// scalar is a scalar as it is written. It finds where a byte of its value is
// written.
type scalar struct {
	written []byte // what is written, beginning with the scalar
	start   int    // offset of the scalar in its entry
	value   string
	quote   byte      // around it; 0 if there is none
	flow    *spelling // after the opening quote; nil for a block scalar

	// Of a literal block, whose lines are written as they are, but indented.
	literal   bool
	first     int // offset at which its first line begins
	indent    int
	lines     lineIndex // index of the lines as written
	inValue   lineIndex // index of the lines of the value
	valueText []byte
}

func newScalar(written []byte, start int, style yaml.Style, value string) *scalar {
	s := &scalar{written: written, start: start, value: value}
	switch {
	case style&yaml.LiteralStyle != 0:
		s.literal = s.setIndent()
	case style&yaml.FoldedStyle != 0: // its lines are joined: the place of a byte is not known
	case style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 && len(written) > 0:
		s.quote = written[0]
		s.flow = flowSpelling(written[1:], s.quote)
	default:
		s.flow = flowSpelling(written, 0)
	}
	return s
}

// offset returns where in the scalar, as written, the byte at an offset of its
// value comes from; false if that is not known.
func (s *scalar) offset(offset int) (int, bool) {
	at := -1
	switch {
	case s.literal:
		at = s.literalOffset(offset)
	case s.flow != nil:
		at = flowOffset(s.flow, offset)
		if s.quote != 0 {
			at++
		}
	}
	if at < 0 || at > len(s.written) {
		return 0, false
	}
	// The value is what the library says it is. If the byte that was found is
	// another one, and neither an escape nor folding explains it, then this
	// code has misread the scalar.
	if offset < len(s.value) && at < len(s.written) {
		c, want := s.written[at], s.value[offset]
		isEscape := s.quote == '"' && c == '\\' || s.quote == '\'' && c == '\''
		isFold := want == ' ' || want == '\n'
		inCharacter := want >= utf8.RuneSelf && c >= utf8.RuneSelf
		if c != want && !isEscape && !isFold && !inCharacter {
			return 0, false
		}
	}
	return at, true
}

// setIndent finds out how far the lines of a literal block are indented, from
// the first one that is not blank; it returns false if there is none.
func (s *scalar) setIndent() bool {
	s.first = bytes.IndexByte(s.written, '\n') + 1
	rest := bytes.TrimLeft(s.written[s.first:], "\r\n \t")
	inValue := strings.TrimLeft(s.value, "\n \t")
	if len(rest) == 0 || len(inValue) == 0 {
		return false
	}
	s.indent = leadingBlanks(s.written[:len(s.written)-len(rest)]) - leadingBlanks([]byte(s.value[:len(s.value)-len(inValue)]))
	s.valueText = []byte(s.value)
	return true
}

// literalOffset finds a byte of a literal block.
func (s *scalar) literalOffset(offset int) int {
	breaks, last := s.inValue.before(s.valueText, offset)
	column := min(offset, len(s.value)) - last - 1
	written := s.written[s.first:]
	at := s.lines.start(written, breaks)
	for end := at + s.indent; at < end; at++ {
		if at == len(written) || written[at] != ' ' {
			return s.first + at // a blank line
		}
	}
	return s.first + at + column
}

// leadingBlanks returns how many bytes follow the last line feed.
func leadingBlanks(text []byte) int { return len(text) - bytes.LastIndexByte(text, '\n') - 1 }

// flowSpelling returns the spelling of a quoted scalar, given what follows its
// opening quote, or of a plain one (quote 0).
func flowSpelling(written []byte, quote byte) *spelling {
	return &spelling{written: written, next: func(text []byte) (int, int) { return flowCharacter(text, quote) }}
}

// flowOffset finds a byte of a quoted or plain scalar. In it, a line break
// stands for a space, and several line breaks for one fewer; blanks around them
// are dropped.
func flowOffset(s *spelling, offset int) int {
	m := s.find(offset)
	if m.at < len(s.written) && m.decoded < offset && isBlank(s.written[m.at]) {
		if size, width := s.next(s.written[m.at:]); size == width { // blanks within a line stand for themselves
			return m.at + offset - m.decoded
		}
	}
	return m.at
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// flowCharacter returns how many bytes the first character of text takes as
// written, and how many decoded; consecutive blanks count as one character. The
// size is 0 at the closing quote.
func flowCharacter(text []byte, quote byte) (size, width int) {
	switch c := text[0]; {
	case c == '\\' && quote == '"':
		return doubleQuotedEscape(text)
	case c == '\'' && quote == '\'' && len(text) > 1 && text[1] == '\'':
		return 2, 1
	case c == quote && quote != 0:
		return 0, 0
	case isBlank(c):
		blanks := text[:len(text)-len(trimSpace(text))]
		switch breaks := bytes.Count(blanks, []byte("\n")); {
		case breaks == 0:
			return len(blanks), len(blanks)
		case breaks == 1:
			return len(blanks), 1
		default:
			return len(blanks), breaks - 1
		}
	}
	_, size = utf8.DecodeRune(text)
	return size, size
}

// doubleQuotedEscape does what flowCharacter does, for a backslash in a
// double-quoted scalar.
func doubleQuotedEscape(text []byte) (size, width int) {
	if len(text) == 1 {
		return 1, 0
	}
	digits := 0
	switch text[1] {
	case '\r', '\n': // the line continues after the blanks of the next one
		blanks := text[1 : len(text)-len(trimSpace(text[1:]))]
		return 1 + len(blanks), bytes.Count(blanks, []byte("\n")) - 1
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	case 'N', '_':
		return 2, 2
	case 'L', 'P':
		return 2, 3
	default:
		return 2, 1
	}
	var r rune
	for _, c := range text[2:min(2+digits, len(text))] {
		r = r<<4 | hexadecimal(c)
	}
	return min(2+digits, len(text)), max(1, utf8.RuneLen(r))
}

// hexadecimal returns the value of a digit. Its argument must be one.
func hexadecimal(c byte) rune {
	switch {
	case c >= 'a':
		return rune(c - 'a' + 10)
	case c >= 'A':
		return rune(c - 'A' + 10)
	}
	return rune(c - '0')
}
