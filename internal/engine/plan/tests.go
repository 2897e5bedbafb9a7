package plan

import (
	"cmp"
	"slices"

	"github.com/plumbapi/plumb/internal/expression"
)

// test is a part of an expression that is true or false.
type test interface{ run(*Reader) outcome }

// test compiles a tree that must be true or false.
func (c *compiler) test(t *expression.Tree, n *node, r *region) test {
	sub := func(i int) test { return c.test(t.Args[i], n, r) }
	switch t.Op {
	case expression.Literal:
		if b, ok := t.Value.(bool); ok {
			return constant(outcomeOf(b))
		}
	case expression.And:
		return and{sub(0), sub(1)}
	case expression.Or:
		return or{sub(0), sub(1)}
	case expression.Not:
		return not{sub(0)}
	case expression.If:
		return choice{sub(0), sub(1), sub(2)}
	case expression.Has:
		return c.has(t, n, r)
	case expression.In:
		return c.among(t, n, r)
	case expression.Equal, expression.NotEqual, expression.Less, expression.LessEqual, expression.Greater, expression.GreaterEqual:
		return c.comparison(t, n, r)
	}
	c.fail("a rule whose expression is not simple")
	return nil
}

type constant outcome

func (c constant) run(*Reader) outcome { return outcome(c) }

// and is false where one side is, whatever becomes of the other.
type and struct{ a, b test }

func (t and) run(r *Reader) outcome {
	a := t.a.run(r)
	if a == no || a == unsure {
		return a
	}
	if b := t.b.run(r); b == no || b == unsure || a == yes {
		return b
	}
	return failed
}

// or is true where one side is, whatever becomes of the other.
type or struct{ a, b test }

func (t or) run(r *Reader) outcome {
	a := t.a.run(r)
	if a == yes || a == unsure {
		return a
	}
	if b := t.b.run(r); b == yes || b == unsure || a == no {
		return b
	}
	return failed
}

type not struct{ a test }

func (t not) run(r *Reader) outcome {
	a := t.a.run(r)
	if a <= yes {
		return 1 - a
	}
	return a
}

type choice struct{ condition, then, otherwise test }

func (t choice) run(r *Reader) outcome {
	switch c := t.condition.run(r); c {
	case yes:
		return t.then.run(r)
	case no:
		return t.otherwise.run(r)
	default:
		return c
	}
}

// has reports whether a member is there and not null. What leads to it must be
// an object.
type has struct{ parents, bit uint64 }

func (c *compiler) has(t *expression.Tree, n *node, r *region) test {
	path := c.own(t.Path)
	var h has
	for i := 1; i < len(path); i++ {
		h.parents |= 1 << c.slotAt(n, path[:i], r)
	}
	h.bit = 1 << c.slotAt(n, path, r)
	return h
}

func (t has) run(r *Reader) outcome {
	if r.frame.objects&t.parents != t.parents {
		return failed
	}
	return outcomeOf(r.frame.set()&t.bit != 0)
}

// own returns the path from the object itself.
func (c *compiler) own(path []string) []string {
	if path[0] != expression.Self {
		c.fail("a rule that looks at %s", path[0])
	}
	return path[1:]
}

// comparison compares two operands.
type comparison struct {
	op     expression.Op
	orders orders
	a, b   operand

	// Where both operands are of integers: their slots, and the terms of a-b.
	integers uint64
	terms    []term
	constant int64
}

// term is a slot that is added or taken away.
type term struct {
	slot int32
	sign int64
}

// add tries to make the operand a sum of slots and a constant. So few of
// them, of 18 digits each, cannot overflow.
func (t *comparison) add(o *operand, negative bool) bool {
	switch o.kind {
	case ofSlot:
		t.integers |= 1 << o.slot
		sign := int64(1)
		if negative {
			sign = -1
		}
		t.terms = append(t.terms, term{o.slot, sign})
		return len(t.terms) <= 6
	case ofInteger:
		if negative {
			t.constant -= o.integer
		} else {
			t.constant += o.integer
		}
		return o.integer > -1e17 && o.integer < 1e17
	case ofSum:
		return t.add(o.a, negative) && t.add(o.b, negative)
	case ofDifference:
		return t.add(o.a, negative) && t.add(o.b, !negative)
	}
	return false
}

// holds reports whether the comparison of the operands holds, all of which are integers.
func (t *comparison) holds(f *frame) bool {
	difference := t.constant
	for _, term := range t.terms {
		difference += term.sign * f.values[term.slot].integer
	}
	return t.orders.has(difference)
}

// orders is a set of less, equal and greater, as bits in this order.
type orders uint8

var ordersOf = map[expression.Op]orders{
	expression.Less: 1, expression.LessEqual: 3, expression.Equal: 2,
	expression.NotEqual: 5, expression.GreaterEqual: 6, expression.Greater: 4,
}

// has reports whether the set has the order that the sign of n says.
func (o orders) has(n int64) bool { return o>>uint(1+n>>63-(-n)>>63)&1 != 0 }

func (c *compiler) comparison(t *expression.Tree, n *node, r *region) test {
	a, b := c.operand(t.Args[0], n, r), c.operand(t.Args[1], n, r)
	switch {
	case a.kind == ofSlot && b.kind == ofText && t.Op == expression.Equal:
		return isOneOf{a, c.constants(n, t.Args[0], []string{b.text})}
	case a.kind == ofSlot && b.kind == ofText && t.Op == expression.NotEqual:
		return not{isOneOf{a, c.constants(n, t.Args[0], []string{b.text})}}
	}
	compiled := &comparison{op: t.Op, orders: ordersOf[t.Op], a: a, b: b}
	if !compiled.add(&compiled.a, false) || !compiled.add(&compiled.b, true) || len(compiled.terms) == 0 {
		compiled.terms = nil
	}
	return compiled
}

func (t *comparison) run(r *Reader) outcome {
	if t.terms != nil && r.frame.integers&t.integers == t.integers {
		return outcomeOf(t.holds(r.frame))
	}
	a, b := t.a.result(r), t.b.result(r)
	switch t.op {
	case expression.Equal:
		return a.equals(&b)
	case expression.NotEqual:
		if o := a.equals(&b); o > yes {
			return o
		} else {
			return 1 - o
		}
	}
	var order int
	switch {
	case a.kind == isUnsure || b.kind == isUnsure || a.kind == isOther && b.kind == isOther:
		return unsure
	case a.kind == isInteger && b.kind == isInteger:
		order = cmp.Compare(a.integer, b.integer)
	case a.kind == isText && b.kind == isText:
		order = a.compare(&b)
	default:
		return failed
	}
	return outcomeOf(t.orders.has(int64(order)))
}

// isOneOf reports whether a slot holds one of some texts.
type isOneOf struct {
	a     operand
	texts *texts
}

// texts are constants, and which of the values that the schema of a slot
// enumerates are among them.
type texts struct {
	list []string
	bits uint64
}

func (c *compiler) constants(n *node, slot *expression.Tree, list []string) *texts {
	t := &texts{list: list}
	path := c.own(slot.Path)
	if slices.Contains(path, expression.First) || slices.Contains(path, expression.Last) {
		return t
	}
	at := c.find(n, path)
	if at == nil || len(at.values) > 64 {
		return t
	}
	for i, v := range at.values {
		for _, text := range list {
			if v.kind == kindString && v.text == text {
				t.bits |= 1 << i
			}
		}
	}
	return t
}

func (c *compiler) among(t *expression.Tree, n *node, r *region) test {
	a := c.operand(t.Args[0], n, r)
	var list []string
	for _, arg := range t.Args[1:] {
		text, ok := arg.Value.(string)
		if !ok {
			c.fail("a rule whose expression is not simple")
		}
		list = append(list, text)
	}
	if a.kind != ofSlot {
		c.fail("a rule whose expression is not simple")
	}
	return isOneOf{a, c.constants(n, t.Args[0], list)}
}

func (t isOneOf) run(r *Reader) outcome {
	bit := uint64(1) << t.a.slot
	f := r.frame
	if f.texts&bit == 0 {
		if f.set()&bit == 0 {
			return failed
		}
		return no
	}
	v := &f.values[t.a.slot]
	if uint(v.index) < 64 {
		return outcomeOf(t.texts.bits>>uint(v.index)&1 != 0)
	}
	for _, text := range t.texts.list {
		if text == string(r.textOf(v)) {
			return yes
		}
	}
	return no
}
