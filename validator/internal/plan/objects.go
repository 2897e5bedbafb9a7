package plan

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"slices"

	"github.com/plumbapi/plumb/schemas"
)

// member is a member that the description names.
type member struct {
	name     string
	node     *node
	place    int32 // for coverage
	optional bool  // null for it is drift
	null     Signature
	nullable nullable

	// How the name is written when nobody is peculiar: in quotes and with a
	// colon, in words of 8 bytes, and the rest, which counts as far as the mask.
	words  []uint64
	last   uint64
	mask   uint64
	length int
}

// patterned is what holds for members whose names match.
type patterned struct {
	name matcher
	node *node
}

func newMember(name string) member {
	written := []byte(`"` + name + `":`)
	m := member{name: name, length: len(written)}
	for len(written) >= 8 {
		m.words = append(m.words, binary.LittleEndian.Uint64(written))
		written = written[8:]
	}
	var last [8]byte
	copy(last[:], written)
	m.last = binary.LittleEndian.Uint64(last[:])
	m.mask = 1<<(8*len(written)) - 1
	return m
}

// objects compiles properties, required, additionalProperties,
// patternProperties, propertyNames, minProperties and maxProperties.
func (c *compiler) objects(n *node, shape *schemas.Shape, d *schemas.Demands, at position) {
	if len(shape.Members) > 64 || len(d.MinProperties)+len(d.MaxProperties) > 30 {
		n.opaquely("more than 64 members")
	}
	if n.opaque != "" {
		return
	}
	n.closed, n.undocumented = d.Closed, d.Undocumented
	n.minCount, n.maxCount = d.MinProperties, d.MaxProperties
	n.byName = make(map[string]int, len(shape.Members))
	for i, m := range shape.Members {
		inside := at.member(m.Name)
		own := newMember(m.Name)
		own.place = c.place(inside, "")
		own.node = c.node(m.Shape, inside)
		own.optional = !m.Required
		own.null = own.node.kindDeviation(kindNull)
		if own.optional {
			own.null = n.deviation(wayNull + uint64(i))
		}
		own.nullable = own.node.nullable()
		n.byName[m.Name] = i
		n.members = append(n.members, own)
	}
	for _, name := range d.Required {
		i, ok := n.byName[name]
		if !ok {
			n.opaquely("a required member that is not described")
			return
		}
		n.required |= 1 << i
	}
	n.covered = !at.uncovered && len(n.members) > 0
	outer := at.region
	at.uncovered = true
	free := func(shape *schemas.Shape) *node {
		if shape == nil {
			return nil
		}
		at.region = c.newRegion(outer)
		return c.node(shape, at)
	}
	n.rest = free(d.Rest)
	for _, p := range d.Patterned {
		n.patterned = append(n.patterned, patterned{p.Name, free(p.Shape)})
	}
	if n.names = free(d.Names); n.names != nil {
		c.memberNames(n)
	}
}

// memberNames sees to it that propertyNames need only be executed for the
// names that are not described.
func (c *compiler) memberNames(n *node) {
	if n.names.opaque != "" || n.names.types&kindString == 0 || len(n.names.enums) > 0 {
		n.opaquely("propertyNames with other keywords than those of strings")
		return
	}
	for _, m := range n.members {
		var r Reader
		if r.text(n.names, []byte(m.name)); r.sig != (Signature{}) {
			n.opaquely("a described member with a name that propertyNames rules out")
		}
	}
}

// objectValue reads an object.
func (r *Reader) objectValue(n *node) bool {
	start, slot := r.pos, n.slot
	if n.types&kindObject == 0 {
		if _, ok := r.allows(n, kindObject); !ok || len(n.members)+len(n.patterned)+len(n.scopes) > 0 || n.rest != nil || n.undocumented {
			return false
		}
		n = anything
	} else if len(n.values) > 0 {
		r.enumerated(n, kindObject, nil, true)
	}
	if !r.object(n) {
		return false
	}
	if slot >= 0 {
		r.frame.other |= 1 << slot
		r.frame.objects |= 1 << slot
		r.frame.values[slot].text = r.data[start:r.pos]
	}
	for _, s := range n.scopes {
		if !r.scope(s, start) {
			return false
		}
	}
	return true
}

// object reads an object whose members n describes. They are tried in the
// order in which they came in the object before.
func (r *Reader) object(n *node) bool {
	if r.depth == r.maxDepth {
		return false
	}
	r.depth++
	r.pos++
	r.space()
	var present, nulls uint64
	names := len(r.names)
	count := 0
	if r.pos < len(r.data) && r.data[r.pos] == '}' {
		r.pos++
	} else {
		data := r.data
		var order []uint8
		if len(n.members) > 0 {
			order = r.order[n.id]
		}
		before := 0
		for more := true; more; {
			i := -1
			if before < len(order) {
				if i = int(order[before]); !n.members[i].writtenAt(data, &r.pos) {
					i = -1
				}
			}
			if i < 0 {
				var ok bool
				if i, ok = r.name(n, names); !ok {
					return false
				}
				if i >= 0 {
					order[before] = uint8(i)
				}
			}
			if i >= 0 {
				bit := uint64(1) << i
				if present&bit != 0 {
					return false // a repeated member
				}
				present |= bit
				before = i + 1
				if r.pos < len(data) && data[r.pos] <= ' ' {
					r.space()
				}
				isNull, ok := r.memberValue(&n.members[i])
				if !ok {
					return false
				}
				if isNull {
					nulls |= bit
				}
			}
			count++
			pos := r.pos
			if pos < len(data) && data[pos] <= ' ' {
				r.space()
				pos = r.pos
			}
			if pos >= len(data) {
				return false
			}
			switch data[pos] {
			case ',':
				pos++
				if pos < len(data) && data[pos] <= ' ' {
					r.pos = pos
					r.space()
					pos = r.pos
				}
			case '}':
				pos++
				more = false
			default:
				return false
			}
			r.pos = pos
		}
	}
	r.depth--
	r.names = r.names[:names]
	if n.covered {
		r.seenMembers = append(r.seenMembers, seenMembers{n, present, nulls})
	}
	if missing := n.required &^ present; missing != 0 {
		for ; missing != 0; missing &= missing - 1 {
			r.sig.add(n.deviation(wayMissing + uint64(bits.TrailingZeros64(missing))))
		}
	}
	if len(n.minCount)+len(n.maxCount) > 0 {
		r.counted(n, count)
	}
	return true
}

// memberValue reads the value of a member, and tells whether it is null.
func (r *Reader) memberValue(m *member) (isNull, ok bool) {
	data, pos, n := r.data, r.pos, m.node
	if pos+4 > len(data) {
		return false, r.value(n)
	}
	switch data[pos] {
	case 'n':
		if m.nullable == notSimple {
			return true, n.opaque == "" && r.null(n, m.null)
		}
		if binary.LittleEndian.Uint32(data[pos:]) != 'n'|'u'<<8|'l'<<16|'l'<<24 {
			return false, false
		}
		r.pos = pos + 4
		if n.slot >= 0 {
			r.frame.null |= 1 << n.slot
		}
		if m.nullable == notAllowed {
			r.sig.add(m.null)
		}
		return true, true
	case '"':
		return false, n.opaque == "" && r.stringValue(n)
	case '{', '[', 't', 'f':
		return false, r.value(n)
	}
	return false, n.opaque == "" && r.numberValue(n)
}

// nullable is what null is for a member.
type nullable byte

const (
	notSimple nullable = iota // see Reader.null
	allowed
	notAllowed
)

func (n *node) nullable() nullable {
	switch {
	case n.opaque != "" || n.whole || len(n.values) > 0:
		return notSimple
	case n.types&kindNull != 0:
		return allowed
	case n.plain:
		return notAllowed
	}
	return notSimple
}

// writtenAt tells whether the name of the member, written as usual, stands at
// the position, and goes over it.
func (m *member) writtenAt(data []byte, pos *int) bool {
	at := *pos
	if at+8*len(m.words)+8 > len(data) {
		return false // the slower way looks at the end of a body
	}
	rest := data[at:]
	for _, word := range m.words {
		if binary.LittleEndian.Uint64(rest) != word {
			return false
		}
		rest = rest[8:]
	}
	if binary.LittleEndian.Uint64(rest)&m.mask != m.last {
		return false
	}
	*pos = at + m.length
	return true
}

// name reads a name that is not the one expected, and the colon after it. It
// returns which member of n it is; for another it reads the value, too, and
// returns -1.
func (r *Reader) name(n *node, names int) (index int, ok bool) {
	if r.pos >= len(r.data) || r.data[r.pos] != '"' {
		return 0, false
	}
	start := r.pos + 1
	end, escaped := stringEnd(r.data, start)
	if end < 0 {
		return 0, false
	}
	name := r.data[start:end]
	if escaped {
		from := len(r.scratch)
		r.scratch = unescape(r.scratch, name)
		name = r.scratch[from:]
	}
	r.pos = end + 1
	r.space()
	if r.pos >= len(r.data) || r.data[r.pos] != ':' {
		return 0, false
	}
	r.pos++
	r.space()
	if index, ok := n.byName[string(name)]; ok {
		return index, true
	}
	// Equal hashes are most likely those of equal names.
	hash := maphash.Bytes(nameSeed, name)
	own := r.names[names:]
	if len(own) == 64 || slices.Contains(own, hash) {
		return 0, false
	}
	r.names = append(r.names, hash)
	return -1, r.other(n, name, hash)
}

// other reads the value of a member that is not described by its name.
func (r *Reader) other(n *node, name []byte, hash uint64) bool {
	salt := hash ^ uint64(n.base)<<8
	if n.names != nil {
		sig := r.sig
		r.sig = Signature{}
		r.text(n.names, name)
		inside := r.sig
		r.sig = sig
		if inside != (Signature{}) {
			inside.add(n.deviation(wayName))
			r.sig.add(inside.within(salt))
		}
	}
	rest := n.rest
	patterns := 0
	for _, p := range n.patterned {
		if p.name.Match(name) {
			rest = p.node
			patterns++
		}
	}
	switch {
	case patterns > 1:
		return false
	case patterns == 0 && n.closed:
		r.sig.add(n.deviation(wayClosed).within(salt))
	case patterns == 0 && n.undocumented:
		r.sig.add(n.deviation(wayUnknown).within(salt))
	}
	if rest == nil || rest == anything {
		return r.skip()
	}
	return r.inner(rest, hash)
}

// counted executes minProperties and maxProperties.
func (r *Reader) counted(n *node, count int) {
	// Objects and arrays share the ways; so each has its own half.
	way := uint64(wayLimit + 30)
	for _, least := range n.minCount {
		if count < least {
			r.sig.add(n.deviation(way))
		}
		way++
	}
	for _, most := range n.maxCount {
		if count > most {
			r.sig.add(n.deviation(way))
		}
		way++
	}
}
