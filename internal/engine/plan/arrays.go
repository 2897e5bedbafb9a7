package plan

import (
	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/schema"
)

// saltItem sets the signatures of elements apart from others.
const saltItem = 1

// slotCopy is a value that an array's own region takes from one of its elements.
type slotCopy struct{ from, to int32 }

// arrays compiles prefixItems, items, minItems and maxItems.
func (c *compiler) arrays(n *schemaNode, d *schema.Demands, at schemaPosition) {
	n.minItems, n.maxItems = d.MinItems, d.MaxItems
	if len(n.minItems)+len(n.maxItems) > 60 {
		n.opaquely("very many limits of arrays")
	}
	if n.opaque != "" {
		return
	}
	n.units = c.holdsUnits(at)
	if n.units {
		if len(d.Prefix) > 0 {
			n.opaquely("a list whose elements differ")
			return
		}
		at.pointer, at.open = "", nil
	} else {
		at.pointer += "/*"
	}
	outer := at.region
	item := func(shape *schema.Shape) *schemaNode {
		if shape == nil {
			return anything
		}
		at.region = c.newRegion(outer)
		return c.node(shape, at)
	}
	for _, shape := range d.Prefix {
		n.prefix = append(n.prefix, item(shape))
	}
	n.items = item(d.Items)
}

// holdsUnits reports whether the array at the position holds bodies.
func (c *compiler) holdsUnits(at schemaPosition) bool {
	switch {
	case c.Elements == nil || at.region.depth > 0: // only the outermost list
		return false
	case c.ElementsName == "":
		return len(at.open) == 1
	}
	return len(at.open) == 2 && at.pointer == "/"+jsonvalue.EscapePointer(c.ElementsName)
}

// arrayValue reads an array.
func (r *Reader) arrayValue(n *schemaNode, pos int) int {
	if len(n.scopes) > 0 {
		return declined
	}
	slot, size := n.slot, int32(-1)
	if n.types&kindArray == 0 {
		if _, ok := r.allows(n, kindArray); !ok || n.items != anything || len(n.prefix) > 0 {
			return declined
		}
		n = anything
	} else {
		size = n.size
		if len(n.values) > 0 {
			r.enumerated(n, kindArray, nil, true)
		}
	}
	end := r.array(n, pos)
	if end < 0 {
		return declined
	}
	if size >= 0 {
		r.frame.integers |= 1 << size
		r.frame.values[size].integer = int64(r.count)
	}
	if slot >= 0 {
		r.frame.other |= 1 << slot
		r.frame.values[slot] = slotValue{start: int32(pos), end: int32(end)}
	}
	return end
}

// array reads an array whose elements n describes.
func (r *Reader) array(n *schemaNode, pos int) int {
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
			if pos = r.item(n, pos, count); pos < 0 {
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
	r.count = count
	if n.units {
		r.Units = count
	}
	way := uint64(deviationLimit)
	for _, least := range n.minItems {
		if count < least {
			r.sig.add(n.deviation(way))
		}
		way++
	}
	for _, most := range n.maxItems {
		if count > most {
			r.sig.add(n.deviation(way))
		}
		way++
	}
	return pos
}

// item reads the element with that index.
func (r *Reader) item(n *schemaNode, pos, index int) int {
	items := n.items
	if index < len(n.prefix) {
		items = n.prefix[index]
	}
	if items == nil || items == anything {
		return r.skip(pos)
	}
	end := r.inner(items, pos, saltItem)
	if end < 0 {
		return declined
	}
	if len(n.firsts)+len(n.lasts) > 0 {
		inside := &r.frames[items.region.depth]
		for _, c := range n.lasts {
			r.frame.take(c.to, inside, c.from)
		}
		if index == 0 {
			for _, c := range n.firsts {
				r.frame.take(c.to, inside, c.from)
			}
		}
	}
	return end
}

// take copies a slot of another frame.
func (f *slotFrame) take(to int32, other *slotFrame, from int32) {
	for _, set := range []struct{ to, from *uint64 }{
		{&f.null, &other.null}, {&f.texts, &other.texts}, {&f.integers, &other.integers},
		{&f.other, &other.other}, {&f.objects, &other.objects},
	} {
		*set.to = *set.to&^(1<<to) | *set.from>>from&1<<to
	}
	f.values[to] = other.values[from]
	f.values[to].index = -1
}

// inner reads a value that is a region of its own.
func (r *Reader) inner(n *schemaNode, pos int, salt uint64) int {
	outer, sig := r.frame, r.sig
	r.frame, r.sig = &r.frames[n.region.depth], Signature{}
	r.frame.reset()
	end := r.value(n, pos)
	inside := r.sig
	r.frame, r.sig = outer, sig
	if inside != (Signature{}) {
		r.sig.add(inside.within(salt ^ uint64(n.base)<<8))
	}
	return end
}
