package plan

import (
	"cmp"
	"slices"

	"github.com/plumbapi/plumb/internal/expression"
)

// condition is a part of an expression that is true or false.
type condition interface{ run(*Reader) truth }

// compileCondition compiles an expression that is true or false.
func (c *compiler) compileCondition(t *expression.Tree, n *schemaNode, r *slotRegion) condition {
	sub := func(i int) condition { return c.compileCondition(t.Args[i], n, r) }
	switch t.Op {
	case expression.Literal:
		if b, ok := t.Value.(bool); ok {
			return constantCondition(truthOf(b))
		}
	case expression.And:
		return andCondition{sub(0), sub(1)}
	case expression.Or:
		return orCondition{sub(0), sub(1)}
	case expression.Not:
		return notCondition{sub(0)}
	case expression.If:
		return ternaryCondition{sub(0), sub(1), sub(2)}
	case expression.Has:
		return c.compileHas(t, n, r)
	case expression.In:
		return c.compileIn(t, n, r)
	case expression.Equal, expression.NotEqual, expression.Less, expression.LessEqual, expression.Greater, expression.GreaterEqual:
		return c.compileComparison(t, n, r)
	}
	c.fail("a rule whose expression is not simple")
	return nil
}

type constantCondition truth

func (c constantCondition) run(*Reader) truth { return truth(c) }

// andCondition is false where one side is false, even if the other cannot be
// evaluated.
type andCondition struct{ a, b condition }

func (t andCondition) run(r *Reader) truth {
	a := t.a.run(r)
	if a == truthFalse || a == truthUnknown {
		return a
	}
	if b := t.b.run(r); b == truthFalse || b == truthUnknown || a == truthTrue {
		return b
	}
	return truthError
}

// orCondition is true where one side is true, even if the other cannot be
// evaluated.
type orCondition struct{ a, b condition }

func (t orCondition) run(r *Reader) truth {
	a := t.a.run(r)
	if a == truthTrue || a == truthUnknown {
		return a
	}
	if b := t.b.run(r); b == truthTrue || b == truthUnknown || a == truthFalse {
		return b
	}
	return truthError
}

type notCondition struct{ a condition }

func (t notCondition) run(r *Reader) truth {
	a := t.a.run(r)
	if a <= truthTrue {
		return 1 - a
	}
	return a
}

type ternaryCondition struct{ condition, then, otherwise condition }

func (t ternaryCondition) run(r *Reader) truth {
	switch c := t.condition.run(r); c {
	case truthTrue:
		return t.then.run(r)
	case truthFalse:
		return t.otherwise.run(r)
	default:
		return c
	}
}

// hasCondition reports whether a member is present and not null. It cannot be
// evaluated unless the members that lead to it are objects.
type hasCondition struct{ parents, member uint64 }

func (c *compiler) compileHas(t *expression.Tree, n *schemaNode, r *slotRegion) condition {
	path := c.pathFromSelf(t.Path)
	var h hasCondition
	for i := 1; i < len(path); i++ {
		h.parents |= 1 << c.slotOf(n, path[:i], r)
	}
	h.member = 1 << c.slotOf(n, path, r)
	return h
}

func (t hasCondition) run(r *Reader) truth {
	if r.frame.objects&t.parents != t.parents {
		return truthError
	}
	return truthOf(r.frame.nonNull()&t.member != 0)
}

// pathFromSelf returns a path that begins at self without its first name.
func (c *compiler) pathFromSelf(path []string) []string {
	if path[0] != expression.Self {
		c.fail("a rule that reads %s", path[0])
	}
	return path[1:]
}

// comparisonCondition compares two operands.
type comparisonCondition struct {
	op     expression.Op
	orders orderSet
	a, b   operand

	// The difference a-b, where it is a sum of integer slots and a constant.
	integerSlots uint64
	terms        []linearTerm
	constant     int64
}

// linearTerm is a slot that is added or subtracted.
type linearTerm struct {
	slot int32
	sign int64
}

// addTerms tries to write the operand as a sum of slots and a constant. The sum
// of so few integers of 18 digits cannot overflow.
func (c *comparisonCondition) addTerms(o *operand, negative bool) bool {
	switch o.kind {
	case operandSlot:
		c.integerSlots |= 1 << o.slot
		sign := int64(1)
		if negative {
			sign = -1
		}
		c.terms = append(c.terms, linearTerm{o.slot, sign})
		return len(c.terms) <= 6
	case operandInteger:
		if negative {
			c.constant -= o.integer
		} else {
			c.constant += o.integer
		}
		return o.integer > -1e17 && o.integer < 1e17
	case operandSum:
		return c.addTerms(o.a, negative) && c.addTerms(o.b, negative)
	case operandDifference:
		return c.addTerms(o.a, negative) && c.addTerms(o.b, !negative)
	}
	return false
}

// holds reports whether the comparison holds, where all slots are integers.
func (c *comparisonCondition) holds(f *slotFrame) bool {
	difference := c.constant
	for _, term := range c.terms {
		difference += term.sign * f.values[term.slot].integer
	}
	return c.orders.has(difference)
}

// orderSet is a set of less, equal and greater, as bits in this order.
type orderSet uint8

var ordersOf = map[expression.Op]orderSet{
	expression.Less: 1, expression.LessEqual: 3, expression.Equal: 2,
	expression.NotEqual: 5, expression.GreaterEqual: 6, expression.Greater: 4,
}

// has reports whether the set has the order of n and 0.
func (o orderSet) has(n int64) bool { return o>>uint(1+n>>63-(-n)>>63)&1 != 0 }

func (c *compiler) compileComparison(t *expression.Tree, n *schemaNode, r *slotRegion) condition {
	a, b := c.compileOperand(t.Args[0], n, r), c.compileOperand(t.Args[1], n, r)
	switch {
	case a.kind == operandSlot && b.kind == operandText && t.Op == expression.Equal:
		return inCondition{a, c.textConstants(n, t.Args[0], []string{b.text})}
	case a.kind == operandSlot && b.kind == operandText && t.Op == expression.NotEqual:
		return notCondition{inCondition{a, c.textConstants(n, t.Args[0], []string{b.text})}}
	}
	compiled := &comparisonCondition{op: t.Op, orders: ordersOf[t.Op], a: a, b: b}
	if !compiled.addTerms(&compiled.a, false) || !compiled.addTerms(&compiled.b, true) || len(compiled.terms) == 0 {
		compiled.terms = nil
	}
	return compiled
}

func (c *comparisonCondition) run(r *Reader) truth {
	if c.terms != nil && r.frame.integers&c.integerSlots == c.integerSlots {
		return truthOf(c.holds(r.frame))
	}
	a, b := c.a.evaluate(r), c.b.evaluate(r)
	switch c.op {
	case expression.Equal:
		return a.equals(&b)
	case expression.NotEqual:
		if o := a.equals(&b); o > truthTrue {
			return o
		} else {
			return 1 - o
		}
	}
	var order int
	switch {
	case a.kind == valueUnknown || b.kind == valueUnknown || a.kind == valueOther && b.kind == valueOther:
		return truthUnknown
	case a.kind == valueInteger && b.kind == valueInteger:
		order = cmp.Compare(a.integer, b.integer)
	case a.kind == valueText && b.kind == valueText:
		order = a.compareText(&b)
	default:
		return truthError
	}
	return truthOf(c.orders.has(int64(order)))
}

// inCondition reports whether a slot holds one of some texts.
type inCondition struct {
	operand operand
	texts   *textConstants
}

// textConstants are texts, and which of the enumerated values of a slot are
// among them.
type textConstants struct {
	texts  []string
	values uint64 // by the index of the enumerated value
}

func (c *compiler) textConstants(n *schemaNode, slot *expression.Tree, list []string) *textConstants {
	t := &textConstants{texts: list}
	path := c.pathFromSelf(slot.Path)
	if slices.Contains(path, expression.First) || slices.Contains(path, expression.Last) {
		return t
	}
	at := c.find(n, path)
	if at == nil || len(at.enumValues) > 64 {
		return t
	}
	for i, v := range at.enumValues {
		for _, text := range list {
			if v.kind == kindString && v.text == text {
				t.values |= 1 << i
			}
		}
	}
	return t
}

func (c *compiler) compileIn(t *expression.Tree, n *schemaNode, r *slotRegion) condition {
	a := c.compileOperand(t.Args[0], n, r)
	var list []string
	for _, arg := range t.Args[1:] {
		text, ok := arg.Value.(string)
		if !ok {
			c.fail("a rule whose expression is not simple")
		}
		list = append(list, text)
	}
	if a.kind != operandSlot {
		c.fail("a rule whose expression is not simple")
	}
	return inCondition{a, c.textConstants(n, t.Args[0], list)}
}

func (t inCondition) run(r *Reader) truth {
	bit := uint64(1) << t.operand.slot
	f := r.frame
	if f.texts&bit == 0 {
		if f.nonNull()&bit == 0 {
			return truthError
		}
		return truthFalse
	}
	v := &f.values[t.operand.slot]
	if uint(v.index) < 64 {
		return truthOf(t.texts.values>>uint(v.index)&1 != 0)
	}
	for _, text := range t.texts.texts {
		if text == string(r.textOf(v)) {
			return truthTrue
		}
	}
	return truthFalse
}
