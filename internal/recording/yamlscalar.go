package recording

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb/validator"
)

// locate finds the bytes of a scalar in the recording. Where the exact place
// cannot be had, as in base64 or a folded scalar, it gives the line on which
// the scalar begins.
func (n yamlNode) locate() func(int) (int, int) {
	line := n.Line - n.prefix // in the entry, from 1
	if line < 1 {
		return onLine(n.e.start.Line) // an alias to an earlier item
	}
	e, column, style, value := n.e, n.Column, n.Style, n.Value
	if n.isBinary() {
		return onLine(e.start.Line + line - 1)
	}
	return func(offset int) (int, int) {
		start := lineStart(e.data, line)
		start += characters(e.data[start:], column-1)
		start += properties(e.data[start:])
		at, ok := scalarOffset(e.data[start:], style, value, offset)
		if !ok {
			return e.start.Line + line - 1, 0
		}
		p := e.lineAndColumn(start + at)
		return p.Line, p.Column
	}
}

// lineAndColumn is the place of a byte of an entry that is made of whole lines.
func (e *entry) lineAndColumn(offset int) validator.Place {
	before := e.data[:min(offset, len(e.data))]
	return validator.Place{
		Line:   e.start.Line + bytes.Count(before, []byte("\n")),
		Column: len(before) - bytes.LastIndexByte(before, '\n'),
	}
}

// lineStart is the offset of a line, from 1.
func lineStart(text []byte, line int) int {
	at := 0
	for ; line > 1; line-- {
		i := bytes.IndexByte(text[at:], '\n')
		if i < 0 {
			return len(text)
		}
		at += i + 1
	}
	return at
}

// characters is how many bytes n characters take; the YAML library counts
// columns in characters.
func characters(text []byte, n int) int {
	at := 0
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	return at
}

// properties is how many bytes the tag and the anchor before a scalar take.
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

// scalarOffset returns where in a scalar, as written, the byte at an offset of
// its value comes from; false where it cannot tell.
func scalarOffset(written []byte, style yaml.Style, value string, offset int) (int, bool) {
	at, quote := 0, byte(0)
	switch {
	case style&yaml.LiteralStyle != 0:
		at = literalOffset(written, value, offset)
	case style&yaml.FoldedStyle != 0:
		return 0, false
	case style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 && len(written) > 0:
		quote = written[0]
		at = 1 + flowOffset(written[1:], quote, offset)
	default:
		at = flowOffset(written, 0, offset)
	}
	if at < 0 || at > len(written) {
		return 0, false
	}
	// The library has the last word on what the value is. Where the byte that
	// was found is another one, and no escape or fold explains it, our reading
	// of the scalar went astray.
	if offset < len(value) && at < len(written) {
		c, want := written[at], value[offset]
		isEscape := quote == '"' && c == '\\' || quote == '\'' && c == '\''
		isFold := want == ' ' || want == '\n'
		inCharacter := want >= utf8.RuneSelf && c >= utf8.RuneSelf
		if c != want && !isEscape && !isFold && !inCharacter {
			return 0, false
		}
	}
	return at, true
}

// literalOffset finds a byte of a literal block scalar, whose lines stand as
// they are, indented; -1 where it cannot.
func literalOffset(written []byte, value string, offset int) int {
	at := bytes.IndexByte(written, '\n') + 1
	first := bytes.TrimLeft(written[at:], "\r\n \t")
	inValue := strings.TrimLeft(value, "\n \t")
	if len(first) == 0 || len(inValue) == 0 {
		return -1
	}
	// How much the lines are indented shows in the first one that is not blank.
	indent := leadingBlanks(written[:len(written)-len(first)]) - leadingBlanks([]byte(value[:len(value)-len(inValue)]))
	before := value[:min(offset, len(value))]
	at += lineStart(written[at:], 1+strings.Count(before, "\n"))
	column := len(before) - strings.LastIndexByte(before, '\n') - 1
	if line := len(written[at:]) - len(bytes.TrimLeft(written[at:], " ")); line < indent {
		return at + line // a blank line
	}
	return at + indent + column
}

// leadingBlanks is how many bytes follow the last line feed.
func leadingBlanks(text []byte) int { return len(text) - bytes.LastIndexByte(text, '\n') - 1 }

// flowOffset finds a byte of a quoted scalar, as written after its opening
// quote, or of a plain one (quote 0). A line break in it stands for a space,
// several for one less than they are; blanks around it count for nothing.
func flowOffset(written []byte, quote byte, offset int) int {
	i, decoded := 0, 0
	for i < len(written) {
		size, width := flowCharacter(written[i:], quote)
		if size == 0 || decoded+width > offset {
			return i
		}
		i += size
		decoded += width
	}
	return i
}

// flowCharacter returns how many bytes the character that text begins with
// takes as written, and how many decoded. The size is 0 at the closing quote.
func flowCharacter(text []byte, quote byte) (size, width int) {
	switch c := text[0]; {
	case c == '\\' && quote == '"':
		return doubleQuotedEscape(text)
	case c == '\'' && quote == '\'' && len(text) > 1 && text[1] == '\'':
		return 2, 1
	case c == quote && quote != 0:
		return 0, 0
	case bytes.IndexByte([]byte(" \t\r\n"), c) >= 0:
		blanks := text[:len(text)-len(trimSpace(text))]
		switch breaks := bytes.Count(blanks, []byte("\n")); {
		case breaks == 0:
			return 1, 1
		case breaks == 1:
			return len(blanks), 1
		default:
			return len(blanks), breaks - 1
		}
	}
	_, size = utf8.DecodeRune(text)
	return size, size
}

// doubleQuotedEscape is flowCharacter for a backslash in a double-quoted scalar.
func doubleQuotedEscape(text []byte) (size, width int) {
	if len(text) == 1 {
		return 1, 0
	}
	digits := 0
	switch text[1] {
	case '\r', '\n': // the line goes on after the blanks of the next one
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
