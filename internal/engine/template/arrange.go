package template

import (
	"math/bits"
	"slices"

	"github.com/plumbapi/plumb/internal/jsonscan"
)

// Arranger writes JSON texts with the members of each object in one order, and without
// white space, so that a template recognises them whatever order they were written in.
// The order is that in which the Arranger saw the names first.
type Arranger struct {
	MaxDepth int // of arrays and objects in a text

	data    []byte
	text    []byte
	spare   []byte
	members []arranged     // of the objects that are open
	ranks   map[string]int // by name, with its quotes
	recent  [1 << slotBits]ranked
}

// arranged is a member of an object: text[start:end], which ends with a comma.
type arranged struct{ rank, start, end int }

// mostRanks bounds the number of names. Objects with others keep their order.
const mostRanks = 1 << 10

// Arrange returns the text, arranged, and where it began, after white space. It is not ok
// if the text is not JSON, or has an object with a name twice or with a name that is
// written with escapes. But it can be ok for a text that is not JSON: then what it returns
// is not JSON either. What it returns is valid until the next call.
func (a *Arranger) Arrange(data []byte) (text []byte, start int, ok bool) {
	a.data, a.text, a.members = data, a.text[:0], a.members[:0]
	start = jsonscan.Space(data, 0)
	end := a.value(start, 0)
	if end < 0 || jsonscan.Space(data, end) < len(data) {
		return nil, 0, false
	}
	return a.text, start, true
}

// value writes the value at an offset, and returns the offset after it; -1 if there is
// none.
func (a *Arranger) value(pos, depth int) int {
	if pos >= len(a.data) {
		return -1
	}
	end := pos
	switch a.data[pos] {
	case '{':
		return a.object(pos, depth+1)
	case '[':
		return a.array(pos, depth+1)
	case '"':
		if end, _ = jsonscan.StringEnd(a.data, pos+1); end < 0 {
			return -1
		}
		end++
	default:
		for end < len(a.data) && !endsScalar[a.data[end]] {
			end++
		}
		if end == pos {
			return -1
		}
	}
	a.text = append(a.text, a.data[pos:end]...)
	return end
}

// endsScalar has the bytes that can follow a number, true, false or null.
var endsScalar = [256]bool{' ': true, '\t': true, '\n': true, '\r': true, ',': true, ']': true, '}': true, ':': true, '"': true}

func (a *Arranger) array(pos, depth int) int {
	return a.list(pos, depth, ']', func(pos int) int { return a.value(pos, depth) })
}

func (a *Arranger) object(pos, depth int) int {
	first := len(a.members)
	pos = a.list(pos, depth, '}', func(pos int) int { return a.member(pos, depth) })
	if pos < 0 || !a.arrange(a.members[first:]) {
		return -1
	}
	a.members = a.members[:first]
	return pos
}

// list writes an array or object, with what writes one of its items.
func (a *Arranger) list(pos, depth int, closing byte, item func(pos int) int) int {
	if depth > a.MaxDepth {
		return -1
	}
	a.text = append(a.text, a.data[pos])
	if pos = jsonscan.Space(a.data, pos+1); pos < len(a.data) && a.data[pos] == closing {
		a.text = append(a.text, closing)
		return pos + 1
	}
	for {
		if pos = item(pos); pos < 0 {
			return -1
		}
		if pos = jsonscan.Space(a.data, pos); pos >= len(a.data) {
			return -1
		}
		a.text = append(a.text, ',')
		switch a.data[pos] {
		case closing:
			a.text[len(a.text)-1] = closing
			return pos + 1
		case ',':
			pos = jsonscan.Space(a.data, pos+1)
		default:
			return -1
		}
	}
}

// member writes a member of an object.
func (a *Arranger) member(pos, depth int) int {
	if pos >= len(a.data) || a.data[pos] != '"' {
		return -1
	}
	end, escaped := jsonscan.StringEnd(a.data, pos+1)
	if end < 0 || escaped {
		return -1
	}
	name := a.data[pos : end+1]
	if pos = jsonscan.Space(a.data, end+1); pos >= len(a.data) || a.data[pos] != ':' {
		return -1
	}
	own := len(a.members)
	a.members = append(a.members, arranged{rank: a.rank(name), start: len(a.text)})
	a.text = append(append(a.text, name...), ':')
	pos = a.value(jsonscan.Space(a.data, pos+1), depth)
	a.members[own].end = len(a.text) + 1
	return pos
}

// ranked is a name, with its quotes, and its place in the order; -1 if there are too many
// names.
type ranked struct {
	name string
	rank int
}

// rank returns the place of a name in the order.
func (a *Arranger) rank(name []byte) int {
	recent := &a.recent[slot(name)]
	if recent.name == string(name) {
		return recent.rank
	}
	rank, ok := a.ranks[string(name)]
	switch {
	case ok:
	case len(a.ranks) >= mostRanks:
		return -1
	default:
		if a.ranks == nil {
			a.ranks = map[string]int{}
		}
		rank = len(a.ranks)
		a.ranks[string(name)] = rank
	}
	*recent = ranked{string(name), rank}
	return rank
}

// slot returns where a name is looked for before a map is, which takes longer.
func slot(name []byte) int {
	h := uint64(len(name))
	if n := len(name); n >= 8 {
		h += jsonscan.Word(name, 0) ^ bits.RotateLeft64(jsonscan.Word(name, n-8), 29)
	} else {
		for _, c := range name {
			h = h<<8 + uint64(c)
		}
	}
	return int(h * 0x9e3779b97f4a7c15 >> (64 - slotBits))
}

const slotBits = 8

// arrange puts the members of an object that was written last into order. It reports
// whether no name occurs twice, as far as the names have a place in the order.
func (a *Arranger) arrange(members []arranged) bool {
	inOrder := true
	for i := range members {
		if members[i].rank < 0 {
			return true
		}
		inOrder = inOrder && (i == 0 || members[i-1].rank < members[i].rank)
	}
	if inOrder {
		return true
	}
	start, end := members[0].start, members[len(members)-1].end
	a.text[end-1] = ','
	slices.SortFunc(members, func(a, b arranged) int { return a.rank - b.rank })
	a.spare = slices.Grow(a.spare[:0], end-start)
	for i, m := range members {
		if i > 0 && members[i-1].rank == m.rank {
			return false
		}
		a.spare = append(a.spare, a.text[m.start:m.end]...)
	}
	copy(a.text[start:], a.spare)
	a.text[end-1] = '}'
	return true
}
