package engine

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// The cells of an observation are packed one after the other: half a byte for
// the kind of each, and then what the kinds leave open. Equal cells are packed
// to equal bytes. These are the kinds, further than those of cells; integers
// take 1, 2, 4 or 8 bytes.
const (
	named     byte = 6  // text: a state, by its number in the lifecycle
	integer1  byte = 8  // and integer2, integer4 and integer8
	nearFirst byte = 12 // likewise, of the difference to the first integer of the observation
)

// packedSize is how many bytes follow for each kind; of text it is the length,
// which further bytes follow.
var packedSize = [16]uint8{real: 8, text: 1, digested: 4, named: 1, 8: 1, 9: 2, 10: 4, 11: 8, 12: 1, 13: 2, 14: 4, 15: 8}

// packer packs cells.
type packer struct {
	b     []byte
	kinds int // where they begin
	n     int // cells so far
	first int64
	has   bool // a first integer
}

// pack begins an observation of so many cells, after what is in b.
func pack(b []byte, cells int) packer {
	return packer{b: append(b, make([]byte, (cells+1)/2)...), kinds: len(b)}
}

func (p *packer) kind(kind byte) {
	p.b[p.kinds+p.n/2] |= kind << (4 * (p.n & 1))
	p.n++
}

func (p *packer) integer(n int64) {
	kind := integer1
	if p.has {
		if near := n - p.first; width(near) < width(n) {
			kind, n = nearFirst, near
		}
	} else {
		p.first, p.has = n, true
	}
	width := width(n)
	p.kind(kind + width)
	p.b = binary.LittleEndian.AppendUint64(p.b, uint64(n))
	p.b = p.b[:len(p.b)-8+1<<width]
}

// width is the binary logarithm of how many bytes a number takes.
func width(n int64) byte {
	return widths[bits.Len64(uint64(n^n>>63))]
}

// widths are by the bits of a number without its sign.
var widths = func() (all [64]byte) {
	for n := range all {
		switch {
		case n > 31:
			all[n] = 3
		case n > 15:
			all[n] = 2
		case n > 7:
			all[n] = 1
		}
	}
	return all
}()

func (p *packer) text(s []byte) {
	p.kind(text)
	p.b = append(append(p.b, byte(len(s))), s...)
}

func (p *packer) named(state byte) {
	p.kind(named)
	p.b = append(p.b, state)
}

func (p *packer) digested(d digest) {
	p.kind(digested)
	p.b = binary.LittleEndian.AppendUint32(p.b, uint32(d))
}

// cell packs any cell but the state.
func (p *packer) cell(c cell) {
	switch c.kind {
	case integer:
		p.integer(int64(c.bits))
	case real:
		p.kind(real)
		p.b = binary.LittleEndian.AppendUint64(p.b, c.bits)
	case text:
		p.text([]byte(c.short))
	case digested:
		p.digested(digest(c.bits))
	default:
		p.kind(c.kind)
	}
}

// unpacker reads packed cells one after the other.
type unpacker struct {
	kinds []byte
	b     []byte
	n     int
	first int64
	has   bool
}

func unpack(packed []byte, cells int) unpacker {
	return unpacker{kinds: packed[:(cells+1)/2], b: packed[(cells+1)/2:]}
}

// next returns the next cell as it is packed.
func (u *unpacker) next() (kind byte, value []byte) {
	kind = u.kinds[u.n/2] >> (4 * (u.n & 1)) & 0xf
	u.n++
	size := int(packedSize[kind])
	if kind == text {
		size += int(u.b[0])
	}
	value, u.b = u.b[:size], u.b[size:]
	if kind >= integer1 && !u.has {
		u.first, u.has = number(value), true
	}
	return kind, value
}

// number reads an integer.
func number(b []byte) int64 {
	switch len(b) {
	case 1:
		return int64(int8(b[0]))
	case 2:
		return int64(int16(binary.LittleEndian.Uint16(b)))
	case 4:
		return int64(int32(binary.LittleEndian.Uint32(b)))
	}
	return int64(binary.LittleEndian.Uint64(b))
}

// cell returns the cell that next has returned.
func (u *unpacker) cell(w *tracked, kind byte, value []byte) cell {
	switch {
	case kind >= nearFirst:
		return cell{kind: integer, bits: uint64(number(value) + u.first)}
	case kind >= integer1:
		return cell{kind: integer, bits: uint64(number(value))}
	case kind == named:
		return cell{kind: text, short: w.life.States()[value[0]].Name}
	case kind == text:
		return cell{kind: text, short: string(value[1:])}
	case kind == real:
		return cell{kind: real, bits: binary.LittleEndian.Uint64(value)}
	case kind == digested:
		return cell{kind: digested, bits: uint64(binary.LittleEndian.Uint32(value))}
	}
	return cell{kind: kind}
}

// pack appends cells to b, packed.
func (w *tracked) pack(b []byte, cells []cell) []byte {
	p := pack(b, len(cells))
	for i, c := range cells {
		if i == 0 && c.kind == text {
			if n, ok := w.stateNumber(c.short); ok {
				p.named(n)
				continue
			}
		}
		p.cell(c)
	}
	return p.b
}

// stateNumber returns the number by which a state is packed.
func (w *tracked) stateNumber(name string) (byte, bool) {
	for i, s := range w.life.States() {
		if s.Name == name {
			return byte(i), i <= math.MaxUint8
		}
	}
	return 0, false
}

// unpack returns the cells that were packed.
func (w *tracked) unpack(packed []byte) []cell {
	cells := make([]cell, len(w.members))
	u := unpack(packed, len(cells))
	for i := range cells {
		kind, value := u.next()
		cells[i] = u.cell(w, kind, value)
	}
	return cells
}

// changes returns which cells differ between two packed observations, in a
// slice that is given.
func (w *tracked) changes(before, after []byte, into []change) []change {
	u, v := unpack(before, len(w.members)), unpack(after, len(w.members))
	for u.n < len(w.members) {
		if pair := u.kinds[u.n/2]; u.n&1 == 0 && pair == v.kinds[v.n/2] && pair&^0x11 == 0 {
			u.n, v.n = u.n+2, v.n+2 // two that are absent or null
			continue
		}
		i := u.n
		kind, value := u.next()
		otherKind, other := v.next()
		if kind == otherKind && string(value) == string(other) && (kind < nearFirst || u.first == v.first) {
			continue
		}
		if b, a := u.cell(w, kind, value), v.cell(w, otherKind, other); a != b {
			into = append(into, change{i, b, a})
		}
	}
	return into
}
