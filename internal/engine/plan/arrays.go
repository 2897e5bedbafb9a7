package plan

import (
	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/schema"
)

// saltItem distinguishes the signatures of elements from those of members.
const saltItem = 1

// slotCopy copies a slot of an element's region to a slot of the array's.
type slotCopy struct{ from, to int32 }

// compileArray compiles prefixItems, items, minItems and maxItems.
func (c *compiler) compileArray(n *schemaNode, d *schema.Demands, at schemaPosition) {
	n.minItems, n.maxItems = d.MinItems, d.MaxItems
	if len(n.minItems)+len(n.maxItems) > 60 {
		n.markOpaque("too many limits of arrays")
	}
	if n.opaque != "" {
		return
	}
	n.elementsAreBodies = c.elementsAreBodies(at)
	if n.elementsAreBodies {
		if len(d.Prefix) > 0 {
			n.markOpaque("a list with elements of several schemas")
			return
		}
		at.pointer, at.enclosing = "", nil
	} else {
		at.pointer += "/*"
	}
	outer := at.region
	item := func(shape *schema.Shape) *schemaNode {
		if shape == nil {
			return anything
		}
		at.region = c.newRegion(outer)
		return c.compileNode(shape, at)
	}
	for _, shape := range d.Prefix {
		n.prefixItems = append(n.prefixItems, item(shape))
	}
	n.items = item(d.Items)
}

// elementsAreBodies reports whether the elements of the array at the position
// count as bodies of their own.
func (c *compiler) elementsAreBodies(at schemaPosition) bool {
	switch {
	case c.Elements == nil || at.region.depth > 0: // only the outermost list
		return false
	case c.ElementsName == "":
		return len(at.enclosing) == 1
	}
	return len(at.enclosing) == 2 && at.pointer == "/"+jsonvalue.EscapePointer(c.ElementsName)
}

// readArray reads an array, and keeps what rules need of it.
func (r *Reader) readArray(n *schemaNode, pos int) int {
	if len(n.checks) > 0 {
		return declined
	}
	slot, size := n.slot, int32(-1)
	if n.kinds&kindArray == 0 {
		if _, ok := r.checkType(n, kindArray); !ok || n.items != anything || len(n.prefixItems) > 0 {
			return declined
		}
		n = anything
	} else {
		size = n.sizeSlot
		if len(n.enumValues) > 0 {
			r.checkEnum(n, kindArray, nil, true)
		}
	}
	end := r.readElements(n, pos)
	if end < 0 {
		return declined
	}
	if size >= 0 {
		r.frame.integers |= 1 << size
		r.frame.values[size].integer = int64(r.elements)
	}
	if slot >= 0 {
		r.frame.other |= 1 << slot
		r.frame.values[slot] = slotValue{start: int32(pos), end: int32(end)}
	}
	return end
}

// readElements reads an array whose elements are described by n.
func (r *Reader) readElements(n *schemaNode, pos int) int {
	if r.depth == r.maxDepth {
		return declined
	}
	r.depth++
	count := 0
	data := r.data
	pos = jsonscan.Space(data, pos+1)
	if pos < len(data) && data[pos] == ']' {
		pos++
	} else {
		for closed := false; !closed; {
			if pos = r.readElement(n, pos, count); pos < 0 {
				return declined
			}
			count++
			if pos = jsonscan.Space(data, pos); pos >= len(data) {
				return declined
			}
			switch data[pos] {
			case ',':
				pos = jsonscan.Space(data, pos+1)
			case ']':
				pos++
				closed = true
			default:
				return declined
			}
		}
	}
	r.depth--
	r.elements = count
	if n.elementsAreBodies {
		r.Elements = count
	}
	number := uint64(deviationLimit)
	for _, least := range n.minItems {
		if count < least {
			r.sig.add(n.deviation(number))
		}
		number++
	}
	for _, most := range n.maxItems {
		if count > most {
			r.sig.add(n.deviation(number))
		}
		number++
	}
	return pos
}

// readElement reads the element at an index.
func (r *Reader) readElement(n *schemaNode, pos, index int) int {
	items := n.items
	if index < len(n.prefixItems) {
		items = n.prefixItems[index]
	}
	if items == nil || items == anything {
		return r.skip(pos)
	}
	end := r.readRegion(items, pos, saltItem)
	if end < 0 {
		return declined
	}
	if len(n.fromFirst)+len(n.fromLast) > 0 {
		inside := &r.frames[items.region.depth]
		for _, c := range n.fromLast {
			r.frame.copySlot(c.to, inside, c.from)
		}
		if index == 0 {
			for _, c := range n.fromFirst {
				r.frame.copySlot(c.to, inside, c.from)
			}
		}
	}
	return end
}

// copySlot copies a slot of another frame.
func (f *slotFrame) copySlot(to int32, other *slotFrame, from int32) {
	for _, set := range []struct{ to, from *uint64 }{
		{&f.null, &other.null}, {&f.texts, &other.texts}, {&f.integers, &other.integers},
		{&f.other, &other.other}, {&f.objects, &other.objects},
	} {
		*set.to = *set.to&^(1<<to) | *set.from>>from&1<<to
	}
	f.values[to] = other.values[from]
	f.values[to].index = -1
}

// readRegion reads a value that is a region of its own. Its deviations are
// summed up by themselves, and added with the salt.
func (r *Reader) readRegion(n *schemaNode, pos int, salt uint64) int {
	outer, outerSig := r.frame, r.sig
	r.frame, r.sig = &r.frames[n.region.depth], Signature{}
	r.frame.reset()
	end := r.readValue(n, pos)
	inside := r.sig
	r.frame, r.sig = outer, outerSig
	if inside != (Signature{}) {
		r.sig.add(inside.within(salt ^ uint64(n.base)<<8))
	}
	return end
}
