package plan

import (
	"bytes"
	"cmp"
	"math"

	"github.com/plumbapi/plumb/internal/expression"
)

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
			return result{kind: isText, text: r.textOf(v)}
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
