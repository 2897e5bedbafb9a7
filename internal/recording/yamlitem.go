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
	nodes []yaml.Node
	lists []*yaml.Node // contents of nodes
	open  []*yaml.Node // contents of the nodes that are being read
	value []byte       // buffer for a scalar with escapes or line breaks
	body  *yaml.Node   // nil if there is none

	texts  texts
	bodies bodies

	pos, line, start int  // start is the offset of the line, which is numbered from 1
	indent           int  // of the line; -1 at the end
	failed           bool // gave up
}

// read reads the item that a text consists of. The names lead to the body, or to
// a mapping with the body under the last of them. read returns nil if it gives
// up.
func (p *itemReader) read(data []byte, body []string) *yaml.Node {
	if !bytes.HasSuffix(data, []byte("\n")) || !isOrdinary(data) {
		return nil
	}
	if cap(p.nodes) > mostMemory || cap(p.lists) > mostMemory {
		*p = itemReader{bodies: p.bodies}
	}
	if p.body != nil {
		p.body.Value, p.body = "", nil // add must not return it
	}
	p.data, p.nodes, p.lists, p.open = data, p.nodes[:0], p.lists[:0], p.open[:0]
	p.pos, p.line, p.failed = 0, 1, false
	if p.nextLine(); p.indent < 0 || !isItem(data[p.pos:]) {
		return nil
	}
	list := p.sequence(p.indent, body)
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

// add returns memory for the node at p.pos. It has the value of an earlier one.
func (p *itemReader) add(kind yaml.Kind, style yaml.Style, tag string) *yaml.Node {
	if len(p.nodes) == cap(p.nodes) {
		p.nodes = make([]yaml.Node, 0, max(64, 2*cap(p.nodes)))
	}
	p.nodes = p.nodes[:len(p.nodes)+1]
	n := &p.nodes[len(p.nodes)-1]
	n.Kind, n.Style, n.Tag = kind, style, tag
	n.Line, n.Column = p.line, 1+utf8.RuneCount(p.data[p.start:p.pos])
	n.Content = nil
	return n
}

func (p *itemReader) addCollection(kind yaml.Kind, style yaml.Style, tag string) *yaml.Node {
	n := p.add(kind, style, tag)
	n.Value = ""
	return n
}

// setValue sets the value of a node to a text, which is in the item or in a
// buffer. A body is in the item, or with others of its block.
func (p *itemReader) setValue(n *yaml.Node, text []byte, path []string, isBuffer bool) {
	switch {
	case !isBody(path):
		n.Value = p.texts.keep(text, n.Value)
		return
	case p.body != nil && p.body != n:
		p.fail() // a key is there twice
		return
	case isBuffer:
		n.Value = p.bodies.add(text)
	default:
		n.Value = asString(text)
	}
	p.body = n
}

// isBody reports whether a path leads to a scalar that is a body.
func isBody(path []string) bool { return path != nil && len(path) < 2 }

// collection reads what is in a column at p.pos: a sequence or a mapping. The
// path leads from it to the body; it is nil where the body is elsewhere.
func (p *itemReader) collection(column int, path []string) *yaml.Node {
	if isItem(p.data[p.pos:]) {
		return p.sequence(column, nil)
	}
	return p.mapping(column, path)
}

// mapping reads a mapping whose keys are in a column.
func (p *itemReader) mapping(column int, path []string) *yaml.Node {
	n := p.addCollection(yaml.MappingNode, 0, "!!map")
	mark := len(p.open)
	for {
		key := p.key()
		if key == nil {
			p.fail()
			return n
		}
		var inner []string
		if len(path) > 0 && key.Value == path[0] {
			inner = path[1:]
		}
		p.open = append(p.open, key)
		value := p.mapped(column, inner)
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
	n := p.plainNode(p.data[p.pos:end], nil)
	p.pos = end + 1
	return n
}

func isKeyByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '.'
}

// mapped reads the value after the colon of a key in a column.
func (p *itemReader) mapped(column int, path []string) *yaml.Node {
	colon := p.pos
	if p.skipSpaces(); p.data[p.pos] != '\n' {
		return p.scalar(column, path)
	}
	p.pos = colon
	n := p.plainNode(nil, nil)
	p.endLine()
	if p.indent > column || p.indent == column && isItem(p.data[p.pos:]) {
		return p.collection(p.indent, path)
	}
	return n
}

// sequence reads a sequence whose dashes are in a column. The path leads from an
// item to the body.
func (p *itemReader) sequence(column int, path []string) *yaml.Node {
	n := p.addCollection(yaml.SequenceNode, 0, "!!seq")
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
			item = p.sequence(inner, nil)
		case p.key() != nil:
			p.pos, p.nodes = pos, p.nodes[:used] // mapping reads it again
			item = p.mapping(inner, path)
		default:
			item = p.scalar(column, nil)
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
func (p *itemReader) scalar(column int, path []string) *yaml.Node {
	switch c, next := p.data[p.pos], p.data[p.pos+1]; {
	case c == '\'', c == '"':
		return p.quoted(c, path)
	case c == '|':
		return p.literal(column, path)
	case c == '[' && next == ']':
		return p.empty(yaml.SequenceNode, "!!seq")
	case c == '{' && next == '}':
		return p.empty(yaml.MappingNode, "!!map")
	case strings.IndexByte("-?:", c) >= 0 && next != ' ' && next != '\n' && next != '\t', strings.IndexByte("-?:,[]{}#&*!|>'\"%@`\t", c) < 0:
		return p.plain(column, path)
	}
	p.fail()
	return nil
}

func (p *itemReader) empty(kind yaml.Kind, tag string) *yaml.Node {
	n := p.addCollection(kind, yaml.FlowStyle, tag)
	p.pos += len("[]")
	p.endLine()
	return n
}
