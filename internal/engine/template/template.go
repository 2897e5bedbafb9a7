// Package template recognises JSON texts that differ from texts seen before only in
// some of their values.
//
// A template is literal text, such as names, punctuation, null and enumerated strings,
// with holes between for values that vary. Templates of one [Set] share their
// beginnings, so that a text is compared with all of them in one pass over its bytes.
// The package knows nothing of what values mean: whoever adds a template knows which of
// them may vary, and what follows from the text matching.
package template

import (
	"encoding/binary"
	"math"

	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Kind is what a hole is filled with.
type Kind byte

// The kinds of holes.
const (
	end     Kind = iota
	Text         // a string; the hole is what is between its quotes
	Natural      // a natural number of at most 15 digits
	Number       // any number
	Value        // an array or object
)

// Hole is a value of a text that varies.
type Hole struct {
	Kind       Kind
	Start, End int // what is between the quotes of a Text
	Depth      int // of a Value: how many arrays and objects are around it
}

// Set is a set of templates, each with something of type T that follows from a text
// matching it. It is not safe for concurrent use.
type Set[T any] struct {
	root node[T]
	size int
}

// node is a place at which templates go on, by one of its edges.
type node[T any] struct {
	last  *edge[T] // that a text took last
	edges []*edge[T]

	// The edges are told apart by the masked word at an offset.
	offset int
	mask   uint64
	words  []uint64
}

// edge is literal text, and what comes after it: a hole and a node, or the end.
type edge[T any] struct {
	text    string
	kind    Kind
	depth   int
	next    *node[T]
	leaf    *T
	another *edge[T] // with the same text before another kind of hole; or nil
	kinds   byte     // of its hole and of those of the others, as bits
}

// Size returns the number of templates.
func (s *Set[T]) Size() int { return s.size }

// Add adds the template of a text with holes, which are in order and do not overlap. The
// text is valid JSON without white space around it. Add returns what follows from it,
// which is zero if the template is new.
func (s *Set[T]) Add(text []byte, holes []Hole) *T {
	at, from := &s.root, 0
	for _, h := range holes {
		e := at.edge(string(text[from:h.Start]), h.Kind, h.Depth)
		if e.next == nil {
			e.next = &node[T]{}
		}
		at, from = e.next, h.End
	}
	e := at.edge(string(text[from:]), end, 0)
	if e.leaf == nil {
		e.leaf = new(T)
		s.size++
	}
	return e.leaf
}

// edge returns the edge with a text and a kind, which it makes if there is none.
func (n *node[T]) edge(text string, kind Kind, depth int) *edge[T] {
	for _, e := range n.edges {
		if e.text != text {
			continue
		}
		for first := e; ; e = e.another {
			if e.kind == kind {
				return e
			}
			if e.another == nil {
				e.another = &edge[T]{text: text, kind: kind, depth: depth}
				first.kinds |= 1 << kind
				return e.another
			}
		}
	}
	e := &edge[T]{text: text, kind: kind, depth: depth, kinds: 1 << kind}
	n.edges = append(n.edges, e)
	n.distinguish()
	return e
}

// distinguish finds the word that tells the edges apart.
func (n *node[T]) distinguish() {
	first := n.edges[0].text
	n.offset = len(first)
	for _, e := range n.edges[1:] {
		n.offset = min(n.offset, commonPrefix(first, e.text))
	}
	width := 8
	for _, e := range n.edges {
		width = min(width, len(e.text)-n.offset)
	}
	n.mask = 0
	if width > 0 {
		n.mask = math.MaxUint64 >> (64 - 8*width)
	}
	n.words = n.words[:0]
	for _, e := range n.edges {
		var word [8]byte
		copy(word[:], e.text[n.offset:])
		n.words = append(n.words, binary.LittleEndian.Uint64(word[:])&n.mask)
	}
}

// KindOf returns the kind of hole that a number fills.
func KindOf(number string) Kind {
	if _, end := natural([]byte(number), 0); end == len(number) {
		return Natural
	}
	return Number
}

// natural reads what fills a hole of the kind Natural.
func natural(data []byte, pos int) (n int64, end int) {
	if n, end = jsonscan.Natural(data, pos); end >= 0 || pos+17 <= len(data) {
		return n, end
	}
	end, isNatural := jsonscan.NumberEnd(data, pos)
	if !isNatural || end-pos > 15 {
		return 0, -1
	}
	n = 0
	for _, c := range data[pos:end] {
		n = n*10 + int64(c-'0')
	}
	return n, end
}

func commonPrefix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// find returns the edge with the text at an offset, or nil. The last one that was taken
// has another.
func (n *node[T]) find(data []byte, pos int) *edge[T] {
	at := pos + n.offset
	if at+8 > len(data) {
		for _, e := range n.edges {
			if e.isAt(data, pos) {
				return e
			}
		}
		return nil
	}
	word := jsonscan.Word(data, at) & n.mask
	for i, own := range n.words {
		if own == word && n.edges[i].isAt(data, pos) {
			return n.edges[i]
		}
	}
	return nil
}

// isAt reports whether the text of the edge is at an offset, followed by what can fill
// its hole or that of another edge with the text: the text can also be the beginning of a
// longer one.
func (e *edge[T]) isAt(data []byte, pos int) bool {
	to := pos + len(e.text)
	if to > len(data) || string(data[pos:to]) != e.text {
		return false
	}
	return e.kind < Natural || to < len(data) && begins[data[to]]&e.kinds != 0
}

// begins has the kinds of holes whose fillings can begin with a byte, as bits.
var begins = func() (all [256]byte) {
	for c := '0'; c <= '9'; c++ {
		all[c] = 1<<Natural | 1<<Number
	}
	all['-'] = 1 << Number
	all['{'], all['['] = 1<<Value, 1<<Value
	return all
}()

// Match is what the holes of a template are filled with in a text.
type Match struct {
	Data     []byte
	Start    int // of the text, after white space
	MaxDepth int // of arrays and objects in a text
	Holes    []Filling

	values []*jsonvalue.Value
	parser jsonvalue.Parser
}

// Filling is what a hole is filled with.
type Filling struct {
	Start, End int32
	Number     int64 // of a Natural; of a Value, its index among the values
	Kind       Kind
	Escaped    bool // whether a Text has escapes
}

// Value returns what fills a hole of the kind Value. It is valid until the next text, and
// its offsets are those in Data.
func (m *Match) Value(hole int) *jsonvalue.Value { return m.values[m.Holes[hole].Number] }

// Text returns the bytes of a filling.
func (m *Match) Text(hole int) []byte {
	f := &m.Holes[hole]
	return m.Data[f.Start:f.End]
}

// Find returns what follows from a text matching a template, or nil if it matches none.
// A text that matches is valid JSON in UTF-8, and no object in it has a name twice. It
// may have white space around it.
func (s *Set[T]) Find(data []byte, m *Match) *T {
	if len(data) > math.MaxInt32 {
		return nil
	}
	m.Data, m.Holes, m.values = data, m.Holes[:0], m.values[:0]
	m.parser.Reset()
	pos := jsonscan.Space(data, 0)
	m.Start = pos
	n := &s.root
	for {
		e := n.last
		if e == nil || !e.isAt(data, pos) {
			if e = n.find(data, pos); e == nil {
				return nil
			}
			n.last = e
		}
		pos += len(e.text)
		if e.another != nil {
			if e = e.choose(data, pos); e == nil {
				return nil
			}
		}
		f := Filling{Start: int32(pos), Kind: e.kind}
		switch e.kind {
		case end:
			if pos < len(data) && jsonscan.Space(data, pos) < len(data) {
				return nil
			}
			return e.leaf
		case Text:
			pos, f.Escaped = jsonscan.StringEnd(data, pos)
		case Natural:
			f.Number, pos = natural(data, pos)
		case Number:
			pos, _ = jsonscan.NumberEnd(data, pos)
		case Value:
			var v *jsonvalue.Value
			v, pos = m.parser.ParseAt(data, pos, m.MaxDepth-e.depth)
			f.Number = int64(len(m.values))
			m.values = append(m.values, v)
		}
		if pos < 0 {
			return nil
		}
		f.End = int32(pos)
		m.Holes = append(m.Holes, f)
		n = e.next
	}
}

// choose returns the edge, of those with the same text, whose kind of hole comes next;
// nil if that is of none.
func (e *edge[T]) choose(data []byte, pos int) *edge[T] {
	if pos == len(data) {
		return nil
	}
	kind := Number
	switch c := data[pos]; {
	case c == '{' || c == '[':
		kind = Value
	case c-'0' <= 9:
		if _, end := natural(data, pos); end >= 0 {
			kind = Natural
		}
	}
	var number *edge[T]
	for ; e != nil; e = e.another {
		if e.kind == kind {
			return e
		}
		if e.kind == Number && kind == Natural {
			number = e
		}
	}
	return number
}
