package jsonvalue

import (
	"bytes"
	"sync"
	"unsafe"
)

// Parser parses one text after another in the same memory: the value of a text,
// and everything in it, is valid until the next text is parsed; strings may be
// kept. A Parser is not safe for concurrent use.
type Parser struct {
	values  []Value
	members []Member
	items   []*Value
	text    []byte // buffer for a string with escapes
	open    open   // of ParseAt
}

// Parse does what [Parse] does.
func (m *Parser) Parse(data []byte, maxDepth int) (*Value, []Fault) {
	m.Reset()
	if n := countValues(data); cap(m.values) < n {
		m.values = make([]Value, 0, n)
	}
	return parse(data, maxDepth, m)
}

// ParseAt parses the value at an offset of a text, and returns the offset after it; -1
// where it has any fault. What was parsed since the last Reset stays valid. The strings
// of the value are parts of the text, and change with it.
func (m *Parser) ParseAt(data []byte, pos, maxDepth int) (v *Value, end int) {
	p := parser{data: data, text: unsafe.String(unsafe.SliceData(data), len(data)), pos: pos, maxDepth: maxDepth, memory: m, open: &m.open}
	p.open.reset()
	if v = p.value(); v == nil || len(p.faults) > 0 {
		return nil, -1
	}
	return v, v.End
}

// Reset makes the memory of all values that were parsed free for others.
func (m *Parser) Reset() {
	if cap(m.values) > mostPerBlock || cap(m.members) > mostPerBlock || cap(m.items) > mostPerBlock || cap(m.text) > 64*mostPerBlock {
		*m = Parser{} // One large text must not keep its memory forever.
	}
	m.values, m.members, m.items = m.values[:0], m.members[:0], m.items[:0]
}

// mostPerBlock bounds how many values are allocated at once.
const mostPerBlock = 512

// countValues estimates how many values a text has, up to the size of a block.
func countValues(text []byte) int {
	text = text[:min(len(text), 64*mostPerBlock)]
	return min(1+bytes.Count(text, []byte{','})+bytes.Count(text, []byte{'{'})+bytes.Count(text, []byte{'['}), mostPerBlock)
}

// value returns memory for the value at the beginning of a text.
func (m *Parser) value(text []byte) *Value {
	if len(m.values) == cap(m.values) {
		m.values = make([]Value, 0, countValues(text))
	}
	m.values = m.values[:len(m.values)+1]
	return &m.values[len(m.values)-1]
}

// keep copies a part into memory that it shares with other parts.
func keep[T any](memory *[]T, part []T) []T {
	from := len(*memory)
	if cap(*memory)-from < len(part) {
		from = 0
		*memory = make([]T, 0, max(len(part), 2*cap(*memory)))
	}
	*memory = append(*memory, part...)
	return (*memory)[from:len(*memory):len(*memory)]
}

// open holds the members and elements of the objects and arrays that are being
// read.
type open struct {
	members []Member
	items   []*Value
	path    []step // to the value that is being read
}

// step leads from an object to a member, or from an array to an element.
type step struct {
	name  string
	index int // -1 for a member
}

var opens = sync.Pool{New: func() any { return new(open) }}

// release returns what was borrowed from opens.
func (o *open) release() {
	const most = 1 << 10
	if cap(o.members) <= most && cap(o.items) <= most {
		clear(o.members[:cap(o.members)])
		clear(o.items[:cap(o.items)])
		clear(o.path[:cap(o.path)])
		o.reset()
		opens.Put(o)
	}
}

func (o *open) reset() { o.members, o.items, o.path = o.members[:0], o.items[:0], o.path[:0] }
