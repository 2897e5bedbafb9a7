package history

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// The values of a response are packed one after the other: half a byte for the
// kind of each, and then what the kinds leave open. Equal values are packed to
// equal bytes. These are the kinds, besides those of values; integers take 1, 2,
// 4 or 8 bytes.
const (
	kindState      byte = 6  // text: a state, by its number in the lifecycle
	kindInteger1   byte = 8  // and 9, 10 and 11 for more bytes
	kindDifference byte = 12 // likewise, of the difference to the first integer of the response
)

// packedSize is how many bytes follow for each kind; for text it is the length,
// which further bytes follow.
var packedSize = [16]uint8{kindFloat: 8, kindText: 1, kindDigest: 4, kindState: 1, 8: 1, 9: 2, 10: 4, 11: 8, 12: 1, 13: 2, 14: 4, 15: 8}

// Packer packs the values of one response: one call for each of the members of
// its kind, in their order.
type Packer struct {
	kind     *Kind
	digests  *Digests // may be nil
	b        []byte
	kinds    int // offset of the kinds
	n        int // values so far
	first    int64
	hasFirst bool
}

// Pack begins a response, whose values are appended to b.
func (k *Kind) Pack(b []byte) Packer {
	return Packer{kind: k, b: append(b, make([]byte, (len(k.Members)+1)/2)...), kinds: len(b)}
}

// Digests are those of the last texts that members had: most often the next response
// has the same. They belong to one goroutine, and to one kind at a time. The zero
// value has none.
type Digests struct {
	kind    *Kind
	members []lastDigest
}

type lastDigest struct {
	text   []byte // nil before the first
	isJSON bool   // else it is the text of a string
	digest digest
}

// Pack does what [Kind.Pack] does, and is faster for equal texts.
func (d *Digests) Pack(k *Kind, b []byte) Packer {
	if d.kind != k {
		d.kind, d.members = k, make([]lastDigest, len(k.Members))
	}
	p := k.Pack(b)
	p.digests = d
	return p
}

// lastOf returns what is remembered of the next member if its text is the same.
func (p *Packer) lastOf(text []byte, isJSON bool) (d digest, ok bool) {
	if p.digests == nil {
		return 0, false
	}
	last := &p.digests.members[p.n]
	return last.digest, last.text != nil && last.isJSON == isJSON && string(last.text) == string(text)
}

// digestOf packs the digest of a text, and remembers it if it is not long.
func (p *Packer) digestOf(text []byte, isJSON bool, d digest) {
	const longest = 1 << 10 // that is remembered
	if p.digests != nil && len(text) <= longest {
		last := &p.digests.members[p.n]
		last.text, last.isJSON, last.digest = append(last.text[:0], text...), isJSON, d
	}
	p.digest(d)
}

// Bytes returns what was given to Pack, followed by the packed values.
func (p *Packer) Bytes() []byte { return p.b }

func (p *Packer) add(kind byte) {
	p.b[p.kinds+p.n/2] |= kind << (4 * (p.n & 1))
	p.n++
}

// Absent packs a member that the response does not have.
func (p *Packer) Absent() { p.add(kindAbsent) }

// Null packs null.
func (p *Packer) Null() { p.add(kindNull) }

// Integer packs a whole number.
func (p *Packer) Integer(n int64) {
	kind := kindInteger1
	if !p.hasFirst {
		p.first, p.hasFirst = n, true
	} else if difference := n - p.first; width(difference) < width(n) {
		kind, n = kindDifference, difference
	}
	width := width(n)
	p.add(kind + width)
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

// Text packs a string that is not the state.
func (p *Packer) Text(s []byte) {
	if len(s) > longestText {
		if d, ok := p.lastOf(s, false); ok {
			p.digest(d)
			return
		}
	}
	if isMasked(s) {
		p.Absent()
		return
	}
	if text, ok := keptText(s); ok {
		p.text(text)
		return
	}
	p.digestOf(s, false, digest(p.kind.hash.bytes(s)))
}

func (p *Packer) text(s []byte) {
	p.add(kindText)
	p.b = append(append(p.b, byte(len(s))), s...)
}

// State packs the name of a state of the lifecycle.
func (p *Packer) State(name string) {
	number, ok := p.kind.stateNumber(name)
	switch {
	case ok:
		p.add(kindState)
		p.b = append(p.b, number)
	case len(name) <= math.MaxUint8:
		p.text([]byte(name))
	default:
		p.Text([]byte(name))
	}
}

// JSON packs a value that is neither a number, a string nor null, by its text,
// which is known to be good.
func (p *Packer) JSON(text []byte) {
	d, ok := p.lastOf(text, true)
	if ok {
		p.digest(d)
		return
	}
	p.digestOf(text, true, p.kind.hash.digestJSON(text))
}

func (p *Packer) digest(d digest) {
	p.add(kindDigest)
	p.b = binary.LittleEndian.AppendUint32(p.b, uint32(d))
}

// Value packs a value of any kind; nil is an absent one.
func (p *Packer) Value(v *jsonvalue.Value) {
	if p.n == 0 && v != nil && v.Kind == jsonvalue.String && p.kind.Life.StateNamed(v.Text) != nil {
		p.State(v.Text)
		return
	}
	p.value(valueOf(p.kind.hash, v))
}

func (p *Packer) value(v Value) {
	switch v.kind {
	case kindInteger:
		p.Integer(int64(v.bits))
	case kindFloat:
		p.add(kindFloat)
		p.b = binary.LittleEndian.AppendUint64(p.b, v.bits)
	case kindText:
		if p.n == 0 {
			p.State(v.text)
		} else {
			p.text([]byte(v.text))
		}
	case kindDigest:
		p.digest(digest(v.bits))
	default:
		p.add(v.kind)
	}
}

// unpacker reads packed values one after the other.
type unpacker struct {
	kinds    []byte
	b        []byte
	n        int
	first    int64
	hasFirst bool
}

func unpack(packed []byte, values int) unpacker {
	return unpacker{kinds: packed[:(values+1)/2], b: packed[(values+1)/2:]}
}

// next returns the next value as it is packed.
func (u *unpacker) next() (kind byte, packed []byte) {
	kind = u.kindOf(u.n)
	return kind, u.take(kind)
}

// kindOf returns the kind of a value.
func (u *unpacker) kindOf(i int) byte { return u.kinds[i/2] >> (4 * (i & 1)) & 0xf }

// take returns the bytes of the next value, the kind of which is known.
func (u *unpacker) take(kind byte) (packed []byte) {
	u.n++
	size := int(packedSize[kind])
	if kind == kindText {
		size += int(u.b[0])
	}
	packed, u.b = u.b[:size], u.b[size:]
	if kind >= kindInteger1 && !u.hasFirst {
		u.first, u.hasFirst = readInteger(packed), true
	}
	return packed
}

func readInteger(b []byte) int64 {
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

// integer returns the integer that next has returned.
func (u *unpacker) integer(kind byte, packed []byte) int64 {
	n := readInteger(packed)
	if kind >= kindDifference {
		n += u.first
	}
	return n
}

// value returns the value that next has returned.
func (u *unpacker) value(k *Kind, kind byte, packed []byte) Value {
	switch {
	case kind >= kindInteger1:
		return Value{kind: kindInteger, bits: uint64(u.integer(kind, packed))}
	case kind == kindState:
		return Value{kind: kindText, text: k.Life.States()[packed[0]].Name}
	case kind == kindText:
		return Value{kind: kindText, text: string(packed[1:])}
	case kind == kindFloat:
		return Value{kind: kindFloat, bits: binary.LittleEndian.Uint64(packed)}
	case kind == kindDigest:
		return Value{kind: kindDigest, bits: uint64(binary.LittleEndian.Uint32(packed))}
	}
	return Value{kind: kind}
}

func (k *Kind) pack(values []Value) []byte {
	p := k.Pack(nil)
	for _, v := range values {
		p.value(v)
	}
	return p.Bytes()
}

// Unpack returns the values that were packed, in the order of the members.
func (k *Kind) Unpack(packed []byte) []Value { return k.unpackTo(nil, packed) }

// unpackTo does the same, in the memory of other values.
func (k *Kind) unpackTo(values []Value, packed []byte) []Value {
	values = slices.Grow(values[:0], len(k.Members))[:len(k.Members)]
	u := unpack(packed, len(values))
	for i := range values {
		kind, bytes := u.next()
		values[i] = u.value(k, kind, bytes)
	}
	return values
}

// isPacked reports whether bytes are so many packed values.
func isPacked(packed []byte, values int) bool {
	head := (values + 1) / 2
	if len(packed) < head {
		return false
	}
	rest := packed[head:]
	for i := range values {
		kind := packed[i/2] >> (4 * (i & 1)) & 0xf
		size := int(packedSize[kind])
		if kind == kindText && len(rest) > 0 {
			size += int(rest[0])
		}
		if len(rest) < size || kind == kindState && i > 0 || kind == kindState+1 || kind == kindInteger {
			return false
		}
		rest = rest[size:]
	}
	return len(rest) == 0
}

// packedState returns the number of the state that packed values have, if any.
func packedState(packed []byte, values int) (number int, ok bool) {
	u := unpack(packed, values)
	if kind, bytes := u.next(); kind == kindState {
		return int(bytes[0]), true
	}
	return 0, false
}

// changes appends to all which values differ between two packed responses.
func (k *Kind) changes(before, after []byte, all []Change) []Change {
	u, v := unpack(before, len(k.Members)), unpack(after, len(k.Members))
	for u.n < len(k.Members) {
		i := u.n
		kind, other := u.kindOf(i), v.kindOf(i)
		if kind|other <= kindNull && kind == other { // most often; there are no bytes
			u.n, v.n = i+1, i+1
			continue
		}
		packed, otherPacked := u.take(kind), v.take(other)
		if kind == other && string(packed) == string(otherPacked) && (kind < kindDifference || u.first == v.first) {
			continue
		}
		if b, a := u.value(k, kind, packed), v.value(k, other, otherPacked); a != b {
			all = append(all, Change{i, b, a})
		}
	}
	return all
}
