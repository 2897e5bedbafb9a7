package plan

import (
	"bytes"
	"cmp"
	"math"
	"slices"

	"github.com/plumbapi/plumb/internal/expression"
)

// rule is a rule of the description, on the slots of a region.
type rule struct {
	holds test
	at    []int32 // the slots of the members that lead to the one it blames
	base  deviation
}

// outcome is that of a test.
type outcome byte

const (
	no outcome = iota
	yes
	failed // it cannot be evaluated on this data, as CEL has it
	unsure // the reference engine has to evaluate it
)

// test is a part of an expression that is true or false.
type test interface{ run(*Reader) outcome }

func outcomeOf(holds bool) outcome {
	if holds {
		return yes
	}
	return no
}

// rule compiles a rule about the object of a node.
func (c *compiler) rule(n *node, from Rule, r *region) rule {
	compiled := rule{base: c.newKey(2 * 64)}
	for i := range from.At {
		compiled.at = append(compiled.at, c.slotAt(n, from.At[:i+1], r))
	}
	tree := from.Expression.Tree()
	if tree == nil {
		c.fail("a rule whose expression is not simple")
	}
	compiled.holds = c.test(tree, n, r)
	return compiled
}

// rule executes a rule.
func (r *Reader) rule(x *rule) bool {
	switch x.holds.run(r) {
	case yes:
	case no:
		r.sig.add((x.base + deviation(r.standing(x.at))).signature())
	case failed:
		r.sig.add((x.base + 64 + deviation(r.standing(x.at))).signature())
	default:
		return false
	}
	return true
}

// standing returns how many of the members that lead to a place are there: a
// finding about one that is not stands at the last that is.
func (r *Reader) standing(path []int32) int {
	there := r.frame.set() | r.frame.null
	for i, slot := range path {
		if there&(1<<slot) == 0 {
			return i
		}
	}
	return len(path)
}

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

// has tells whether a member is there and not null. What leads to it must be
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

// operand is a value that a test looks at.
type operand struct {
	kind    operandKind
	slot    int32
	integer int64
	text    string   // of a constant; the name of a parameter
	a, b    *operand // of a sum or difference
}

type operandKind byte

const (
	ofSlot operandKind = iota
	ofInteger
	ofText
	ofSize
	ofParam
	ofStatus
	ofSum
	ofDifference
)

// result is what an operand is on some data.
type result struct {
	kind    resultKind
	integer int64
	text    []byte
	literal string // of a text that is a constant
}

type resultKind byte

const (
	isMissing resultKind = iota // or otherwise beyond evaluation
	isInteger
	isText
	isOther
	isUnsure
)

func (c *compiler) operand(t *expression.Tree, n *node, r *region) operand {
	switch t.Op {
	case expression.Literal:
		switch v := t.Value.(type) {
		case int64:
			return operand{kind: ofInteger, integer: v}
		case string:
			return operand{kind: ofText, text: v}
		}
	case expression.Member:
		switch {
		case t.Path[0] == expression.Request && len(t.Path) == 3 && t.Path[1] == "params":
			return operand{kind: ofParam, text: t.Path[2]}
		case t.Path[0] == expression.Response && len(t.Path) == 2 && t.Path[1] == "status":
			return operand{kind: ofStatus}
		}
		return operand{kind: ofSlot, slot: c.element(n, c.own(t.Path), r)}
	case expression.Size:
		path := c.own(t.Path)
		array := c.find(n, path)
		if array == nil || array == anything || array.region != r {
			break
		}
		if array.size < 0 {
			array.size = int32(c.slot(r))
		}
		return operand{kind: ofSize, slot: array.size, integer: int64(c.slotAt(n, path, r))}
	case expression.Add, expression.Subtract:
		a, b := c.operand(t.Args[0], n, r), c.operand(t.Args[1], n, r)
		kind := ofSum
		if t.Op == expression.Subtract {
			kind = ofDifference
		}
		return operand{kind: kind, a: &a, b: &b}
	}
	c.fail("a rule whose expression is not simple")
	return operand{}
}

// element returns the slot of the value that a path leads to, which can go
// through the first or last element of one array.
func (c *compiler) element(n *node, path []string, r *region) int32 {
	for i, name := range path {
		if name != expression.First && name != expression.Last {
			continue
		}
		array := c.find(n, path[:i])
		if array == nil || array == anything || array.region != r || len(array.prefix) > 0 || array.items == anything {
			c.fail("a rule that reads an element")
		}
		if array.items.opaque != "" {
			return int32(c.slot(r))
		}
		one := copied{from: c.slotAt(array.items, path[i+1:], array.items.region), to: int32(c.slot(r))}
		if name == expression.First {
			array.firsts = append(array.firsts, one)
		} else {
			array.lasts = append(array.lasts, one)
		}
		return one.to
	}
	return c.slotAt(n, path, r)
}

// result evaluates an operand.
func (o *operand) result(r *Reader) result {
	switch o.kind {
	case ofSlot:
		bit := uint64(1) << o.slot
		v := &r.frame.values[o.slot]
		switch f := r.frame; {
		case f.integers&bit != 0:
			return result{kind: isInteger, integer: v.integer}
		case f.texts&bit != 0:
			return result{kind: isText, text: v.text}
		case f.other&bit != 0:
			return result{kind: isOther}
		}
		return result{kind: isMissing}
	case ofInteger:
		return result{kind: isInteger, integer: o.integer}
	case ofText:
		return result{kind: isText, literal: o.text}
	case ofSize:
		if r.frame.integers&(1<<o.slot) != 0 {
			return result{kind: isInteger, integer: r.frame.values[o.slot].integer}
		}
		if r.frame.set()&(1<<o.integer) != 0 {
			return result{kind: isUnsure} // strings and objects have a size, too
		}
		return result{kind: isMissing}
	case ofParam:
		text, ok := r.params[o.text]
		if !ok {
			return result{kind: isMissing}
		}
		return result{kind: isText, literal: text}
	case ofStatus:
		return result{kind: isInteger, integer: r.status}
	}
	return o.arithmetic(r)
}

func (o *operand) arithmetic(r *Reader) result {
	a, b := o.a.result(r), o.b.result(r)
	switch {
	case a.kind == isUnsure || b.kind == isUnsure:
		return result{kind: isUnsure}
	case a.kind == isInteger && b.kind == isInteger:
		if a.integer > math.MaxInt64/2 || a.integer < math.MinInt64/2 || b.integer > math.MaxInt64/2 || b.integer < math.MinInt64/2 {
			return result{kind: isUnsure}
		}
		if o.kind == ofDifference {
			b.integer = -b.integer
		}
		return result{kind: isInteger, integer: a.integer + b.integer}
	case a.kind == b.kind && a.kind != isMissing:
		return result{kind: isUnsure} // texts and lists can be joined
	}
	return result{kind: isMissing}
}

func (a *result) equals(b *result) outcome {
	switch {
	case a.kind == isUnsure || b.kind == isUnsure || a.kind == isOther && b.kind == isOther:
		return unsure
	case a.kind == isMissing || b.kind == isMissing:
		return failed
	case a.kind != b.kind:
		return no
	case a.kind == isInteger:
		return outcomeOf(a.integer == b.integer)
	}
	return outcomeOf(a.compare(b) == 0)
}

// compare compares texts.
func (a *result) compare(b *result) int {
	switch {
	case a.text == nil && b.text == nil:
		return cmp.Compare(a.literal, b.literal)
	case a.text == nil:
		return cmp.Compare(a.literal, string(b.text))
	case b.text == nil:
		return cmp.Compare(string(a.text), b.literal)
	}
	return bytes.Compare(a.text, b.text)
}

// comparison holds two operands against each other.
type comparison struct {
	op   expression.Op
	a, b operand

	// Where both operands are of integers: their slots, and the terms of a-b.
	integers uint64
	terms    []term
	constant int64
}

// term is a slot that is added or taken away.
type term struct {
	slot     int32
	negative bool
}

// add tries to make the operand a sum of slots and a constant. So few of
// them, of 18 digits each, cannot overflow.
func (t *comparison) add(o *operand, negative bool) bool {
	switch o.kind {
	case ofSlot:
		t.integers |= 1 << o.slot
		t.terms = append(t.terms, term{o.slot, negative})
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

// difference returns a-b.
func (t *comparison) difference(f *frame) int64 {
	n := t.constant
	for _, term := range t.terms {
		if term.negative {
			n -= f.values[term.slot].integer
		} else {
			n += f.values[term.slot].integer
		}
	}
	return n
}

func holds(op expression.Op, order int64) outcome {
	switch op {
	case expression.Equal:
		return outcomeOf(order == 0)
	case expression.NotEqual:
		return outcomeOf(order != 0)
	case expression.Less:
		return outcomeOf(order < 0)
	case expression.LessEqual:
		return outcomeOf(order <= 0)
	case expression.Greater:
		return outcomeOf(order > 0)
	}
	return outcomeOf(order >= 0)
}

func (c *compiler) comparison(t *expression.Tree, n *node, r *region) test {
	a, b := c.operand(t.Args[0], n, r), c.operand(t.Args[1], n, r)
	switch {
	case a.kind == ofSlot && b.kind == ofText && t.Op == expression.Equal:
		return isOneOf{a, c.constants(n, t.Args[0], []string{b.text})}
	case a.kind == ofSlot && b.kind == ofText && t.Op == expression.NotEqual:
		return not{isOneOf{a, c.constants(n, t.Args[0], []string{b.text})}}
	}
	compiled := &comparison{op: t.Op, a: a, b: b}
	if !compiled.add(&compiled.a, false) || !compiled.add(&compiled.b, true) || len(compiled.terms) == 0 {
		compiled.terms = nil
	}
	return compiled
}

func (t *comparison) run(r *Reader) outcome {
	if t.terms != nil && r.frame.integers&t.integers == t.integers {
		return holds(t.op, t.difference(r.frame))
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
	return holds(t.op, int64(order))
}

// isOneOf tells whether a slot holds one of some texts.
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
		return outcomeOf(t.texts.bits>>v.index&1 != 0)
	}
	for _, text := range t.texts.list {
		if text == string(v.text) {
			return yes
		}
	}
	return no
}
