package plan

import (
	"math/bits"

	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/schema"
)

// patternMembers are the members whose names match a pattern, and the node of
// their values.
type patternMembers struct {
	name textMatcher
	node *schemaNode
}

// compileObject compiles properties, required, additionalProperties,
// patternProperties, propertyNames, minProperties and maxProperties.
func (c *compiler) compileObject(n *schemaNode, shape *schema.Shape, d *schema.Demands, at schemaPosition) {
	if len(shape.Members) > 64 || len(d.MinProperties)+len(d.MaxProperties) > 30 {
		n.markOpaque("more than 64 members")
	}
	if n.opaque != "" {
		return
	}
	n.forbidsOthers, n.reportsUndocumented = d.Closed, d.Undocumented
	n.minMembers, n.maxMembers = d.MinProperties, d.MaxProperties
	n.byName = make(map[string]int, len(shape.Members))
	places, _ := c.Places(shape)
	for i, m := range shape.Members {
		inside := at.member(m.Name)
		member := memberPlan{name: m.Name}
		member.place = c.placeNumber(inside, places[i])
		member.node = c.compileNode(m.Shape, inside)
		member.required, member.nullIsDrift = m.Required, m.NullIsDrift()
		member.nullDeviation = member.node.kindDeviation(kindNull)
		if member.nullIsDrift {
			member.nullDeviation = n.deviation(deviationNull + uint64(i))
		}
		n.byName[m.Name] = i
		n.members = append(n.members, member)
	}
	for _, name := range d.Required {
		i, ok := n.byName[name]
		if !ok {
			n.markOpaque("a required member that is not described")
			return
		}
		n.required |= 1 << i
	}
	n.covered = !at.uncovered && len(n.members) > 0
	outer := at.region
	at.pointer += "/*"
	region := func(shape *schema.Shape) *schemaNode {
		if shape == nil {
			return nil
		}
		at.region = c.newRegion(outer)
		return c.compileNode(shape, at)
	}
	n.additional = region(d.Rest)
	for _, p := range d.Patterned {
		n.patternMembers = append(n.patternMembers, patternMembers{p.Name, region(p.Shape)})
	}
	at.uncovered = true // names are not values
	if n.memberNames = region(d.Names); n.memberNames != nil {
		c.compilePropertyNames(n)
	}
}

// compilePropertyNames makes sure that only names that are not described need
// to be checked against propertyNames when a body is read.
func (c *compiler) compilePropertyNames(n *schemaNode) {
	if n.memberNames.opaque != "" || n.memberNames.kinds&kindString == 0 || len(n.memberNames.enums) > 0 {
		n.markOpaque("propertyNames with keywords other than those of strings")
		return
	}
	for _, m := range n.members {
		var r Reader
		if r.checkText(n.memberNames, []byte(m.name)); r.sig != (Signature{}) {
			n.markOpaque("a described member whose name propertyNames does not allow")
		}
	}
}

// readObject reads an object, keeps what rules need of it, and runs its checks.
func (r *Reader) readObject(n *schemaNode, pos int) int {
	slot := n.slot
	if n.kinds&kindObject == 0 {
		if _, ok := r.checkType(n, kindObject); !ok || len(n.members)+len(n.patternMembers)+len(n.checks) > 0 || n.additional != nil || n.reportsUndocumented {
			return declined
		}
		n = anything
	} else if len(n.enumValues) > 0 {
		r.checkEnum(n, kindObject, nil, true)
	}
	end := r.readMembers(n, pos)
	if end < 0 {
		return declined
	}
	if slot >= 0 {
		r.frame.other |= 1 << slot
		r.frame.objects |= 1 << slot
		r.frame.values[slot] = slotValue{start: int32(pos), end: int32(end)}
	}
	for _, s := range n.checks {
		if !r.runChecks(s, pos) {
			return declined
		}
	}
	return end
}

// readMembers reads an object whose members n describes: a segment, then the
// value of a member, and so on.
func (r *Reader) readMembers(n *schemaNode, pos int) int {
	if r.depth == r.maxDepth {
		return declined
	}
	if len(n.members) == 0 {
		return r.readUndescribedMembers(n, pos)
	}
	r.depth++
	firstName := len(r.names)
	data, caches := r.data, r.segments[n.id]
	var present, nulls uint64
	undescribed := 0 // number of members that are not described
	pos++
	for before := afterBrace; ; {
		cache := &caches[before]
		seg := cache.last
		if seg != nil && !seg.isAt(data, pos) {
			seg = cache.find(data, pos)
		}
		if seg != nil {
			if len(seg.values) > 0 {
				r.applySegment(seg, pos)
			}
			pos += len(seg.text)
		} else if seg, pos = r.readSegment(n, before, pos, firstName); pos < 0 {
			return declined
		}
		if present&seg.present != 0 {
			return declined // a repeated member
		}
		present |= seg.present
		nulls |= seg.nulls
		if seg.next < 0 {
			if seg.next == endOfObject {
				break
			}
			undescribed++
			before = afterUndescribed
			continue
		}
		m := &n.members[seg.next]
		before = seg.next + afterMember
		if pos >= len(data) {
			return declined
		}
		if c := data[pos]; m.plainInteger && c-'0' <= 9 {
			if value, end := jsonscan.Natural(data, pos); end > 0 {
				if slot := m.node.slot; slot >= 0 {
					r.frame.setInteger(slot, value, pos, end)
				}
				pos = end
				continue
			}
		} else if c == 'n' {
			nulls |= 1 << seg.next
		}
		if pos = r.readMember(m, pos); pos < 0 {
			return declined
		}
	}
	r.depth--
	r.names = r.names[:firstName]
	r.applyPresence(n, present, nulls)
	if len(n.minMembers)+len(n.maxMembers) > 0 {
		r.checkMemberCount(n, bits.OnesCount64(present)+undescribed)
	}
	return pos
}

// readMember reads the value of a member. Most null values do not come here,
// since segments include them.
func (r *Reader) readMember(m *memberPlan, pos int) int {
	if m.checkable {
		switch r.data[pos] {
		case '"':
			return r.readString(m.node, pos)
		case '{':
			return r.readObject(m.node, pos)
		case 'n':
			return r.readNull(m.node, pos, m.nullDeviation)
		}
	}
	return r.readValue(m.node, pos)
}

// presencesPerNode is the number of cached presences of a node.
const presencesPerNode = 16

// presence is a set of members that an object has, and of those that are null,
// with what follows from it. Most objects of one kind have one of a few
// presences.
type presence struct {
	computed       bool
	present, nulls uint64
	sig            Signature
	nullDrift      Signature // the part of sig that null for optional members adds
	nullDrifts     int       // number of these members
	nullSlots      uint64    // of the members that are null
}

// applyPresence adds what follows from the presence of the object that was just
// read.
func (r *Reader) applyPresence(n *schemaNode, present, nulls uint64) {
	index := n.id*presencesPerNode + int((present^nulls*0x9e3779b97f4a7c15)*0x9e3779b97f4a7c15>>60)
	p := &r.presences[index]
	if !p.computed || p.present != present || p.nulls != nulls {
		*p = n.presenceOf(present, nulls)
	}
	r.sig.add(p.sig)
	if r.frame == &r.frames[0] {
		r.NullDrift.add(p.nullDrift)
		r.NullDrifts += p.nullDrifts
	}
	r.frame.null |= p.nullSlots
	if n.covered {
		r.seenMembers = append(r.seenMembers, seenMembers{n, present, nulls, index})
	}
}

// presenceOf computes what follows from a presence.
func (n *schemaNode) presenceOf(present, nulls uint64) presence {
	p := presence{computed: true, present: present, nulls: nulls}
	for rest := nulls; rest != 0; rest &= rest - 1 {
		m := &n.members[bits.TrailingZeros64(rest)]
		if m.null == nullByReader {
			continue // Reader.readNull does it
		}
		if m.node.slot >= 0 {
			p.nullSlots |= 1 << m.node.slot
		}
		if m.null == nullForbidden {
			p.sig.add(m.nullDeviation)
			if m.nullIsDrift {
				p.nullDrift.add(m.nullDeviation)
				p.nullDrifts++
			}
		}
	}
	for missing := n.required &^ present; missing != 0; missing &= missing - 1 {
		p.sig.add(n.deviation(deviationMissing + uint64(bits.TrailingZeros64(missing))))
	}
	return p
}

// checkMemberCount checks the number of members against minProperties and
// maxProperties.
func (r *Reader) checkMemberCount(n *schemaNode, count int) {
	// Objects and arrays share the numbers of limits: objects have the upper half.
	number := uint64(deviationLimit + 30)
	for _, least := range n.minMembers {
		if count < least {
			r.sig.add(n.deviation(number))
		}
		number++
	}
	for _, most := range n.maxMembers {
		if count > most {
			r.sig.add(n.deviation(number))
		}
		number++
	}
}
