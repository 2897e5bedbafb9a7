package recording

import (
	"bytes"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// plainNode returns the node of a plain scalar at p.pos.
func (p *itemReader) plainNode(text []byte, path []string) *yaml.Node {
	tag := "!!str"
	switch string(text) {
	case "", "~", "null", "Null", "NULL":
		tag = "!!null"
	}
	n := p.add(yaml.ScalarNode, 0, tag)
	p.setValue(n, text, path, false)
	return n
}

// plain reads a plain scalar. Lines that are indented further continue it.
func (p *itemReader) plain(column int, path []string) *yaml.Node {
	text, ok := p.plainLine()
	n := p.plainNode(text, path)
	line, lines := p.line, 1
	for p.pos = p.lineEnd(); ok; lines++ {
		if p.endLine(); p.indent <= column {
			if lines > 1 {
				n.Tag, p.value = "!!str", text
				p.setValue(n, text, path, true)
			}
			return n
		}
		if p.line != line+lines { // there is a blank line
			break
		}
		if lines == 1 {
			text = append(p.value[:0], text...)
		}
		var more []byte
		more, ok = p.plainLine()
		text = append(append(text, ' '), more...)
		p.pos = p.lineEnd()
	}
	p.fail()
	return n
}

// plainLine returns what is on the rest of a line, without blanks at its end. It
// returns false if not all of that belongs to a plain scalar.
func (p *itemReader) plainLine() ([]byte, bool) {
	line := p.data[p.pos:p.lineEnd()]
	ok := bytes.IndexByte(line, '\t') < 0
	for i, c := range line {
		last := i+1 == len(line)
		if c == ':' && (last || line[i+1] == ' ') || c == ' ' && !last && line[i+1] == '#' {
			ok = false
		}
	}
	return bytes.TrimRight(line, " "), ok
}

func (p *itemReader) lineEnd() int {
	return p.pos + bytes.IndexByte(p.data[p.pos:], '\n')
}

// literal reads a literal block within a collection in a column.
func (p *itemReader) literal(column int, path []string) *yaml.Node {
	n := p.add(yaml.ScalarNode, yaml.LiteralStyle, "!!str")
	p.pos++
	chomping := p.data[p.pos]
	if chomping == '-' || chomping == '+' {
		p.pos++
	}
	p.skipSpaces()
	if p.data[p.pos] != '\n' {
		p.fail()
		return n
	}
	p.pos++
	p.line++
	value, indent, breaks := p.value[:0], -1, 0
	for p.pos < len(p.data) {
		line := p.data[p.pos:p.lineEnd()]
		content := bytes.TrimLeft(line, " ")
		spaces := len(line) - len(content)
		if indent < 0 && len(content) > 0 {
			if indent = spaces; content[0] == '\t' {
				p.fail()
				return n
			}
		}
		if indent <= column && (indent >= 0 || spaces > 0) {
			p.fail()
			return n
		}
		if len(content) > 0 && spaces < indent {
			break
		}
		if indent >= 0 && len(line) > indent {
			for ; breaks > 0; breaks-- {
				value = append(value, '\n')
			}
			value = append(value, line[indent:]...)
		}
		breaks++
		p.pos += len(line) + 1
		p.line++
	}
	switch {
	case indent < 0:
		p.fail()
		return n
	case chomping == '-':
		breaks = 0
	case chomping != '+':
		breaks = 1
	}
	for ; breaks > 0; breaks-- {
		value = append(value, '\n')
	}
	p.value = value
	p.setValue(n, value, path, true)
	p.nextLine()
	return n
}

// quoted reads a quoted scalar and goes to the next line.
func (p *itemReader) quoted(quote byte, path []string) *yaml.Node {
	style := yaml.DoubleQuotedStyle
	if quote == '\'' {
		style = yaml.SingleQuotedStyle
	}
	n := p.add(yaml.ScalarNode, style, "!!str")
	p.pos++
	if end := p.pos + quotedRun(p.data[p.pos:], quote); end+1 < len(p.data) && p.data[end] == quote && p.data[end+1] != quote {
		p.setValue(n, p.data[p.pos:end], path, false) // as it is written: the usual case
		p.pos = end + 1
	} else {
		p.setValue(n, p.quotedText(quote), path, true)
	}
	p.endLine()
	return n
}

// quotedRun returns how many bytes stand for themselves.
func quotedRun(text []byte, quote byte) int {
	for i, c := range text {
		if c == quote || c == '\n' || c == '\\' && quote == '"' {
			return i
		}
	}
	return len(text)
}

// quotedText reads the text of a quoted scalar, with its closing quote.
func (p *itemReader) quotedText(quote byte) []byte {
	value := p.value[:0]
	solid := 0 // what blanks at the end of a line may be removed after
	for {
		run := quotedRun(p.data[p.pos:], quote)
		value = append(value, p.data[p.pos:p.pos+run]...)
		p.pos += run
		rest := p.data[p.pos:]
		switch {
		case len(rest) < 2: // the closing quote is followed by a line feed
			p.fail()
			return nil
		case rest[0] == '\n':
			end := len(value)
			for end > solid && (value[end-1] == ' ' || value[end-1] == '\t') {
				end--
			}
			value = p.fold(value[:end])
		case rest[0] == '\\':
			var ok bool
			if value, ok = p.escape(value); !ok {
				p.fail()
				return nil
			}
		case rest[1] == quote && quote == '\'':
			value = append(value, quote)
			p.pos += 2
		default:
			p.pos++
			p.value = value
			return value
		}
		solid = len(value)
	}
}

// fold reads line breaks and the blanks around them: one break stands for a
// space, and several for one fewer.
func (p *itemReader) fold(value []byte) []byte {
	breaks := 0
	for ; p.pos < len(p.data); p.pos++ {
		switch p.data[p.pos] {
		case '\n':
			breaks++
			p.line++
			p.start = p.pos + 1
			continue
		case ' ', '\t':
			continue
		}
		break
	}
	if breaks == 1 {
		return append(value, ' ')
	}
	return append(value, bytes.Repeat([]byte("\n"), breaks-1)...)
}

// escapes is what the character after a backslash denotes, where that is one
// byte other than 0.
var escapes = [256]byte{
	'a': '\a', 'b': '\b', 't': '\t', '\t': '\t', 'n': '\n', 'v': '\v', 'f': '\f', 'r': '\r', 'e': '\x1b',
	' ': ' ', '"': '"', '\'': '\'', '\\': '\\',
}

// escape reads an escape. It returns false if it does not know it.
func (p *itemReader) escape(value []byte) ([]byte, bool) {
	c := p.data[p.pos+1]
	if plain := escapes[c]; plain != 0 {
		p.pos += 2
		return append(value, plain), true
	}
	p.pos += 2
	digits := 0
	switch c {
	case '\n': // the text goes on after the blanks of the next line
		p.line++
		p.start = p.pos
		for p.pos < len(p.data) && (p.data[p.pos] == ' ' || p.data[p.pos] == '\t') {
			p.pos++
		}
		return value, p.pos < len(p.data) && p.data[p.pos] != '\n'
	case '0':
		return append(value, 0), true
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		return value, false
	}
	r := rune(0)
	for range digits {
		if p.pos == len(p.data) || !isHexadecimal(p.data[p.pos]) || r > utf8.MaxRune {
			return value, false
		}
		r = r<<4 | hexadecimal(p.data[p.pos])
		p.pos++
	}
	return utf8.AppendRune(value, r), utf8.ValidRune(r)
}

func isHexadecimal(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
