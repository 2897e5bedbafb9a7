package recording

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// itemReader reads an item of a cassette into nodes as yaml.v3 does, but
// only what recorders write nearly always: block mappings and sequences, and
// scalars that are plain, quoted or literal blocks. It gives up on everything
// else, such as comments, tags, anchors, tabs that indent, and errors. Tags say
// only whether a scalar is null. Its zero value is ready for use.
//
// Nodes are valid until the next item is read; their strings may be kept.
type itemReader struct {
	data  []byte
	text  string // data as a string, if it is short
	nodes []yaml.Node
	lists []*yaml.Node // contents of nodes
	open  []*yaml.Node // contents of the nodes that are being read
	value []byte       // buffer for a scalar with escapes or line breaks

	pos, line, start int  // start is the offset of the line, which is numbered from 1
	indent           int  // of the line; -1 at the end
	failed           bool // gave up
}

// read reads the item that a text consists of. It returns nil if it gives up.
func (p *itemReader) read(data []byte) *yaml.Node {
	if !bytes.HasSuffix(data, []byte("\n")) || !isOrdinary(data) {
		return nil
	}
	if cap(p.nodes) > mostMemory || cap(p.lists) > mostMemory {
		*p = itemReader{}
	}
	*p = itemReader{data: data, nodes: p.nodes[:0], lists: p.lists[:0], open: p.open[:0], value: p.value[:0], line: 1}
	if len(data) <= sharedText {
		p.text = string(data)
	}
	if p.nextLine(); p.indent < 0 || !isItem(data[p.pos:]) {
		return nil
	}
	list := p.sequence(p.indent)
	if p.failed || p.indent >= 0 || len(list.Content) != 1 {
		return nil
	}
	return list.Content[0]
}

// isOrdinary reports whether a text has only characters that need no care: no
// control characters, and no line breaks but line feeds.
func isOrdinary(text []byte) bool {
	ascii := true
	for _, c := range text {
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	if ascii {
		return true
	}
	for _, r := range string(text) {
		if r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfeff || r >= 0xfff0 && r <= 0xffff {
			return false // also U+FFFD, which stands for what is not UTF-8
		}
	}
	return true
}

// fail gives up, and ends the item.
func (p *itemReader) fail() {
	p.failed, p.indent, p.pos = true, -1, len(p.data)
}

// nextLine goes to the next line that is not blank, from the start of a line.
func (p *itemReader) nextLine() {
	for p.pos < len(p.data) {
		p.start = p.pos
		for p.data[p.pos] == ' ' {
			p.pos++
		}
		switch p.data[p.pos] {
		case '\n':
			p.pos++
			p.line++
			continue
		case '#', '\t':
			p.fail()
			return
		}
		p.indent = p.pos - p.start
		return
	}
	p.indent = -1
}

// endLine goes to the next line that is not blank, if nothing comes on this one.
func (p *itemReader) endLine() {
	p.skipSpaces()
	if p.pos == len(p.data) || p.data[p.pos] != '\n' {
		p.fail()
		return
	}
	p.pos++
	p.line++
	p.nextLine()
}

func (p *itemReader) skipSpaces() {
	for p.pos < len(p.data) && p.data[p.pos] == ' ' {
		p.pos++
	}
}

// add returns memory for the node at p.pos.
func (p *itemReader) add(kind yaml.Kind, style yaml.Style, tag string) *yaml.Node {
	if len(p.nodes) == cap(p.nodes) {
		p.nodes = make([]yaml.Node, 0, max(64, 2*cap(p.nodes)))
	}
	p.nodes = append(p.nodes, yaml.Node{
		Kind: kind, Style: style, Tag: tag,
		Line: p.line, Column: 1 + utf8.RuneCount(p.data[p.start:p.pos]),
	})
	return &p.nodes[len(p.nodes)-1]
}

func (p *itemReader) slice(start, end int) string {
	if p.text != "" {
		return p.text[start:end]
	}
	return string(p.data[start:end])
}

// collection reads what is in a column at p.pos: a sequence or a mapping.
func (p *itemReader) collection(column int) *yaml.Node {
	if isItem(p.data[p.pos:]) {
		return p.sequence(column)
	}
	return p.mapping(column)
}

// mapping reads a mapping whose keys are in a column.
func (p *itemReader) mapping(column int) *yaml.Node {
	n := p.add(yaml.MappingNode, 0, "!!map")
	mark := len(p.open)
	for {
		key := p.key()
		if key == nil {
			p.fail()
			return n
		}
		p.open = append(p.open, key)
		value := p.mapped(column)
		p.open = append(p.open, value)
		if p.indent < column {
			break
		}
		if p.indent > column || isItem(p.data[p.pos:]) {
			p.fail()
			return n
		}
	}
	p.close(n, mark)
	return n
}

// close gives a node what was read since the mark.
func (p *itemReader) close(n *yaml.Node, mark int) {
	n.Content = kept(&p.lists, p.open[mark:])
	p.open = p.open[:mark]
}

// key reads a key and the colon after it; nil if there is none.
func (p *itemReader) key() *yaml.Node {
	end := p.pos
	for isKeyByte(p.data[end]) {
		end++
	}
	if end == p.pos || p.data[p.pos] == '-' || p.data[end] != ':' || p.data[end+1] != ' ' && p.data[end+1] != '\n' || end-p.pos > 1000 {
		return nil
	}
	n := p.plainNode(p.slice(p.pos, end))
	p.pos = end + 1
	return n
}

func isKeyByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.'
}

// mapped reads the value after the colon of a key in a column.
func (p *itemReader) mapped(column int) *yaml.Node {
	colon := p.pos
	if p.skipSpaces(); p.data[p.pos] != '\n' {
		return p.scalar(column)
	}
	p.pos = colon
	n := p.plainNode("")
	p.endLine()
	if p.indent > column || p.indent == column && isItem(p.data[p.pos:]) {
		return p.collection(p.indent)
	}
	return n
}

// sequence reads a sequence whose dashes are in a column.
func (p *itemReader) sequence(column int) *yaml.Node {
	n := p.add(yaml.SequenceNode, 0, "!!seq")
	mark := len(p.open)
	for p.indent == column && isItem(p.data[p.pos:]) {
		p.pos++
		if p.skipSpaces(); p.data[p.pos] == '\n' {
			p.fail()
			return n
		}
		inner, pos, used := p.pos-p.start, p.pos, len(p.nodes)
		var item *yaml.Node
		switch {
		case isItem(p.data[p.pos:]):
			p.indent = inner
			item = p.sequence(inner)
		case p.key() != nil:
			p.pos, p.nodes = pos, p.nodes[:used] // mapping reads it again
			item = p.mapping(inner)
		default:
			item = p.scalar(column)
		}
		p.open = append(p.open, item)
	}
	if p.indent > column {
		p.fail()
	}
	p.close(n, mark)
	return n
}

// scalar reads a scalar, or an empty collection, within a collection in a
// column, and goes to the next line.
func (p *itemReader) scalar(column int) *yaml.Node {
	switch c, next := p.data[p.pos], p.data[p.pos+1]; {
	case c == '\'', c == '"':
		return p.quoted(c)
	case c == '|':
		return p.literal(column)
	case c == '[' && next == ']':
		return p.empty(yaml.SequenceNode, "!!seq")
	case c == '{' && next == '}':
		return p.empty(yaml.MappingNode, "!!map")
	case strings.IndexByte("-?:", c) >= 0 && next != ' ' && next != '\n' && next != '\t', strings.IndexByte("-?:,[]{}#&*!|>'\"%@`\t", c) < 0:
		return p.plain(column)
	}
	p.fail()
	return nil
}

func (p *itemReader) empty(kind yaml.Kind, tag string) *yaml.Node {
	n := p.add(kind, yaml.FlowStyle, tag)
	p.pos += len("[]")
	p.endLine()
	return n
}

// plainNode returns the node of a plain scalar at p.pos.
func (p *itemReader) plainNode(value string) *yaml.Node {
	tag := "!!str"
	switch value {
	case "", "~", "null", "Null", "NULL":
		tag = "!!null"
	}
	n := p.add(yaml.ScalarNode, 0, tag)
	n.Value = value
	return n
}

// plain reads a plain scalar. Lines that are indented further continue it.
func (p *itemReader) plain(column int) *yaml.Node {
	text, ok := p.plainLine()
	n := p.plainNode(text)
	line := p.line
	for p.pos = p.lineEnd(); ok; {
		p.endLine()
		if p.indent <= column {
			return n
		}
		if line++; p.line != line {
			break
		}
		text, ok = p.plainLine()
		n.Value, n.Tag = n.Value+" "+text, "!!str"
		p.pos = p.lineEnd()
	}
	p.fail()
	return n
}

// plainLine returns what is on the rest of a line, without blanks at its end. It
// returns false if not all of that belongs to a plain scalar.
func (p *itemReader) plainLine() (string, bool) {
	line := p.data[p.pos:p.lineEnd()]
	ok := bytes.IndexByte(line, '\t') < 0
	for i, c := range line {
		last := i+1 == len(line)
		if c == ':' && (last || line[i+1] == ' ') || c == ' ' && !last && line[i+1] == '#' {
			ok = false
		}
	}
	return p.slice(p.pos, p.pos+len(bytes.TrimRight(line, " "))), ok
}

func (p *itemReader) lineEnd() int {
	return p.pos + bytes.IndexByte(p.data[p.pos:], '\n')
}

// literal reads a literal block within a collection in a column.
func (p *itemReader) literal(column int) *yaml.Node {
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
	p.value, n.Value = value, string(value)
	p.nextLine()
	return n
}
