package plan

import (
	"bytes"
	"cmp"
	"math"

	"github.com/plumbapi/plumb/internal/expression"
)

// operand is a value that a condition reads.
type operand struct {
	kind    operandKind
	slot    int32
	integer int64
	text    string   // a constant, or the name of a parameter
	a, b    *operand // of a sum or difference
}

type operandKind byte

const (
	operandSlot operandKind = iota
	operandInteger
	operandText
	operandSize
	operandParam
	operandStatus
	operandSum
	operandDifference
)

// operandValue is the value of an operand for one body.
type operandValue struct {
	kind    valueKind
	integer int64
	text    []byte
	literal string // in place of text, for a constant
}

type valueKind byte

const (
	valueMissing valueKind = iota // absent or null: CEL reports an error
	valueInteger
	valueText
	valueOther
	valueUnknown
)

func (c *compiler) compileOperand(t *expression.Tree, n *schemaNode, r *slotRegion) operand {
	switch t.Op {
	case expression.Literal:
		switch v := t.Value.(type) {
		case int64:
			return operand{kind: operandInteger, integer: v}
		case string:
			return operand{kind: operandText, text: v}
		}
	case expression.Member:
		switch {
		case t.Path[0] == expression.Request && len(t.Path) == 3 && t.Path[1] == "params":
			return operand{kind: operandParam, text: t.Path[2]}
		case t.Path[0] == expression.Response && len(t.Path) == 2 && t.Path[1] == "status":
			return operand{kind: operandStatus}
		}
		return operand{kind: operandSlot, slot: c.elementSlot(n, c.pathFromSelf(t.Path), r)}
	case expression.Size:
		path := c.pathFromSelf(t.Path)
		array := c.find(n, path)
		if array == nil || array == anything || array.region != r {
			break
		}
		if array.sizeSlot < 0 {
			array.sizeSlot = int32(c.newSlot(r))
		}
		return operand{kind: operandSize, slot: array.sizeSlot, integer: int64(c.slotOf(n, path, r))}
	case expression.Add, expression.Subtract:
		a, b := c.compileOperand(t.Args[0], n, r), c.compileOperand(t.Args[1], n, r)
		kind := operandSum
		if t.Op == expression.Subtract {
			kind = operandDifference
		}
		return operand{kind: kind, a: &a, b: &b}
	}
	c.fail("a rule whose expression is not simple")
	return operand{}
}

// elementSlot returns the slot of the value that a path leads to. The path can
// lead through the first or the last element of an array.
func (c *compiler) elementSlot(n *schemaNode, path []string, r *slotRegion) int32 {
	for i, name := range path {
		if name != expression.First && name != expression.Last {
			continue
		}
		array := c.find(n, path[:i])
		if array == nil || array == anything || array.region != r || len(array.prefixItems) > 0 || array.items == anything {
			c.fail("a rule that reads an element")
		}
		if array.items.opaque != "" {
			return int32(c.newSlot(r))
		}
		one := slotCopy{from: c.slotOf(array.items, path[i+1:], array.items.region), to: int32(c.newSlot(r))}
		if name == expression.First {
			array.fromFirst = append(array.fromFirst, one)
		} else {
			array.fromLast = append(array.fromLast, one)
		}
		return one.to
	}
	return c.slotOf(n, path, r)
}

// evaluate evaluates an operand.
func (o *operand) evaluate(r *Reader) operandValue {
	switch o.kind {
	case operandSlot:
		bit := uint64(1) << o.slot
		v := &r.frame.values[o.slot]
		switch f := r.frame; {
		case f.integers&bit != 0:
			return operandValue{kind: valueInteger, integer: v.integer}
		case f.texts&bit != 0:
			return operandValue{kind: valueText, text: r.textOf(v)}
		case f.other&bit != 0:
			return operandValue{kind: valueOther}
		}
		return operandValue{kind: valueMissing}
	case operandInteger:
		return operandValue{kind: valueInteger, integer: o.integer}
	case operandText:
		return operandValue{kind: valueText, literal: o.text}
	case operandSize:
		if r.frame.integers&(1<<o.slot) != 0 {
			return operandValue{kind: valueInteger, integer: r.frame.values[o.slot].integer}
		}
		if r.frame.nonNull()&(1<<o.integer) != 0 {
			return operandValue{kind: valueUnknown} // a string or an object, which have a size, too
		}
		return operandValue{kind: valueMissing}
	case operandParam:
		text, ok := r.params[o.text]
		if !ok {
			return operandValue{kind: valueMissing}
		}
		return operandValue{kind: valueText, literal: text}
	case operandStatus:
		return operandValue{kind: valueInteger, integer: r.status}
	}
	return o.arithmetic(r)
}

func (o *operand) arithmetic(r *Reader) operandValue {
	a, b := o.a.evaluate(r), o.b.evaluate(r)
	switch {
	case a.kind == valueUnknown || b.kind == valueUnknown:
		return operandValue{kind: valueUnknown}
	case a.kind == valueInteger && b.kind == valueInteger:
		if a.integer > math.MaxInt64/2 || a.integer < math.MinInt64/2 || b.integer > math.MaxInt64/2 || b.integer < math.MinInt64/2 {
			return operandValue{kind: valueUnknown}
		}
		if o.kind == operandDifference {
			b.integer = -b.integer
		}
		return operandValue{kind: valueInteger, integer: a.integer + b.integer}
	case a.kind == b.kind && a.kind != valueMissing:
		return operandValue{kind: valueUnknown} // CEL concatenates strings, and lists
	}
	return operandValue{kind: valueMissing}
}

func (a *operandValue) equals(b *operandValue) truth {
	switch {
	case a.kind == valueUnknown || b.kind == valueUnknown || a.kind == valueOther && b.kind == valueOther:
		return truthUnknown
	case a.kind == valueMissing || b.kind == valueMissing:
		return truthError
	case a.kind != b.kind:
		return truthFalse
	case a.kind == valueInteger:
		return truthOf(a.integer == b.integer)
	}
	return truthOf(a.compareText(b) == 0)
}

// compareText compares texts.
func (a *operandValue) compareText(b *operandValue) int {
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
