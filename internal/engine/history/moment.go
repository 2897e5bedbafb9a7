package history

import "encoding/binary"

// Moment is when and where a response said something of a resource.
type Moment struct {
	Time   int64 // Unix milliseconds; 0 where unknown
	Own    int64 // the response's own time: that of its Date header, or else of the recorder; 0 where unknown
	File   string
	Entry  int64
	Line   int64
	Index  int64 // of the resource among those of the exchange
	Origin Origin
}

// Origin is what answered.
type Origin struct {
	Operation string
	Status    int
	Within    string // pointer of the resource in the body, or the element, that it was in
}

// moment is a Moment with the numbers that a store gives to files and origins.
type moment struct {
	time, own, file, entry, line, index, origin int64
}

// append writes the moment to the end of b.
func (m moment) append(b []byte) []byte {
	b = binary.AppendVarint(b, m.time)
	b = binary.AppendVarint(b, m.own-m.time) // most often they are near
	b = binary.AppendVarint(b, m.file)
	b = binary.AppendVarint(b, m.entry)
	b = binary.AppendVarint(b, m.line-m.entry) // most often they are near
	b = binary.AppendVarint(b, m.index)
	return binary.AppendVarint(b, m.origin)
}

func readMoment(b []byte) (m moment, rest []byte) {
	for _, n := range []*int64{&m.time, &m.own, &m.file, &m.entry, &m.line, &m.index, &m.origin} {
		var size int
		*n, size = binary.Varint(b)
		b = b[size:]
	}
	m.own += m.time
	m.line += m.entry
	return m, b
}

// appendBefore writes an earlier moment as its difference to m.
func (m moment) appendBefore(b []byte, before moment) []byte { return m.minus(before).append(b) }

func (m moment) readBefore(b []byte) (before moment, rest []byte) {
	difference, rest := readMoment(b)
	return m.minus(difference), rest
}

func (m moment) minus(other moment) moment {
	return moment{m.time - other.time, m.own - other.own, m.file - other.file, m.entry - other.entry, m.line - other.line, m.index - other.index, m.origin - other.origin}
}

// numbering gives values numbers, in the order in which it sees them first.
type numbering[T comparable] struct {
	values  []T
	numbers map[T]int64
	latest  int64 // that was asked for
}

// of returns the number of a value.
func (n *numbering[T]) of(value T) int64 {
	if int(n.latest) < len(n.values) && n.values[n.latest] == value {
		return n.latest
	}
	number, known := n.numbers[value]
	if !known {
		if n.numbers == nil {
			n.numbers = map[T]int64{}
		}
		number = int64(len(n.values))
		n.values = append(n.values, value)
		n.numbers[value] = number
	}
	n.latest = number
	return number
}
