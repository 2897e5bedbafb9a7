package plan

import (
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/schemas"
)

// saltItem sets the signatures of elements apart from others.
const saltItem = 1

// copied is a value that an array's own region takes from one of its elements.
type copied struct{ from, to int32 }

// arrays compiles prefixItems, items, minItems and maxItems.
func (c *compiler) arrays(n *node, d *schemas.Demands, at position) {
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
		at.label, at.pointer, at.open = c.ElementsLabel, "", nil
	} else {
		at.pointer += "/*"
	}
	outer := at.region
	item := func(shape *schemas.Shape) *node {
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

// holdsUnits tells whether the array at the position holds bodies.
func (c *compiler) holdsUnits(at position) bool {
	switch {
	case c.Elements == nil || at.uncovered:
		return false
	case c.ElementsName == "":
		return len(at.open) == 1
	}
	return len(at.open) == 2 && at.pointer == "/"+jsonvalue.EscapePointer(c.ElementsName)
}

// arrayValue reads an array.
func (r *Reader) arrayValue(n *node) bool {
	if len(n.scopes) > 0 {
		return false
	}
	start, slot := r.pos, n.slot
	if n.types&kindArray == 0 {
		if _, ok := r.allows(n, kindArray); !ok || n.items != anything || len(n.prefix) > 0 {
			return false
		}
		n = anything
	} else if len(n.values) > 0 {
		r.enumerated(n, kindArray, nil, true)
	}
	if !r.array(n) {
		return false
	}
	if n.size >= 0 {
		r.frame.integers |= 1 << n.size
		r.frame.values[n.size].integer = int64(r.count)
	}
	if slot >= 0 {
		r.frame.other |= 1 << slot
		r.frame.values[slot].text = r.data[start:r.pos]
	}
	return true
}

// array reads an array whose elements n describes.
func (r *Reader) array(n *node) bool {
	if r.depth == r.maxDepth {
		return false
	}
	r.depth++
	r.pos++
	count := 0
	r.space()
	if r.pos < len(r.data) && r.data[r.pos] == ']' {
		r.pos++
	} else {
		for closed := false; !closed; {
			if !r.item(n, count) {
				return false
			}
			count++
			r.space()
			if r.pos >= len(r.data) {
				return false
			}
			switch r.data[r.pos] {
			case ',':
				r.pos++
				r.space()
			case ']':
				r.pos++
				closed = true
			default:
				return false
			}
		}
	}
	r.depth--
	r.count = count
	if n.units {
		r.Units = count
	}
	way := uint64(wayLimit)
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
	return true
}

// item reads the element with that index.
func (r *Reader) item(n *node, index int) bool {
	items := n.items
	if index < len(n.prefix) {
		items = n.prefix[index]
	}
	if items == nil || items == anything {
		return r.skip()
	}
	if !r.inner(items, saltItem) {
		return false
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
	return true
}

// take copies a slot of another frame.
func (f *frame) take(to int32, other *frame, from int32) {
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
func (r *Reader) inner(n *node, salt uint64) bool {
	outer, sig := r.frame, r.sig
	r.frame, r.sig = &r.frames[n.region.depth], Signature{}
	r.frame.reset()
	ok := r.value(n)
	inside := r.sig
	r.frame, r.sig = outer, sig
	if inside != (Signature{}) {
		r.sig.add(inside.within(salt ^ uint64(n.base)<<8))
	}
	return ok
}
