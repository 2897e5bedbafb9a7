package engine

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// cell is one value, as far as a history keeps it.
type cell struct {
	kind  byte
	bits  uint64 // of integer, real and digested
	short string // of text
}

// The kinds of cells.
const (
	absent   byte = iota
	null          // null
	integer       // a whole number that fits 64 bits
	real          // another number
	text          // a state, a time, or another string that is no longer than longestText
	digested      // any other value
)

const longestText = 16

// cellOf returns the value of a member in a response; nil is an absent one. A
// masked one says nothing that another response could contradict.
func cellOf(hash *hasher, v *jsonvalue.Value) cell {
	switch {
	case v == nil, v.Kind == jsonvalue.String && strings.Contains(v.Text, plumb.Masked):
		return cell{}
	case v.Kind == jsonvalue.Null:
		return cell{kind: null}
	case v.Kind == jsonvalue.Number:
		return numberCell(v.Text)
	case v.Kind == jsonvalue.String && keepsText(v.Text):
		return cell{kind: text, short: v.Text}
	}
	return cell{kind: digested, bits: uint64(hash.digestOf(v))}
}

func keepsText[T string | []byte](s T) bool { return len(s) <= longestText || isTime(s) }

func numberCell(literal string) cell {
	if n, err := strconv.ParseInt(literal, 10, 64); err == nil {
		return cell{kind: integer, bits: uint64(n)}
	}
	f, _ := strconv.ParseFloat(literal, 64)
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 { // 1.0 and 1e3 are whole
		return cell{kind: integer, bits: uint64(int64(f))}
	}
	return cell{kind: real, bits: math.Float64bits(f)}
}

func (c cell) isNumber() bool { return c.kind == integer || c.kind == real }

func (c cell) number() float64 {
	if c.kind == integer {
		return float64(int64(c.bits))
	}
	return math.Float64frombits(c.bits)
}

// name returns the text of a string, of which states are.
func (c cell) name() string { return c.short }

// text shows the value; the full text where it is at hand.
func (c cell) text(full string) string {
	switch {
	case c.kind == absent:
		return "nothing"
	case full != "":
		return full
	case c.kind == null:
		return "null"
	case c.kind == integer:
		return strconv.FormatInt(int64(c.bits), 10)
	case c.kind == real:
		return strconv.FormatFloat(c.number(), 'g', -1, 64)
	case c.kind == text:
		return strconv.Quote(c.short)
	}
	return "another value"
}

// value returns the scalar that the cell was made of; nil where it is not kept.
func (c cell) value() *jsonvalue.Value {
	switch c.kind {
	case integer, real:
		return &jsonvalue.Value{Kind: jsonvalue.Number, Text: c.text("")}
	case text:
		return &jsonvalue.Value{Kind: jsonvalue.String, Text: c.short}
	}
	return nil
}

// appendCell writes a cell by itself.
func appendCell(b []byte, c cell) []byte {
	b = append(b, c.kind)
	switch c.kind {
	case integer:
		b = binary.AppendVarint(b, int64(c.bits))
	case real:
		b = binary.BigEndian.AppendUint64(b, c.bits)
	case digested:
		b = binary.BigEndian.AppendUint32(b, uint32(c.bits))
	case text:
		b = append(append(b, byte(len(c.short))), c.short...)
	}
	return b
}

func readCell(b []byte) (cell, []byte) {
	c := cell{kind: b[0]}
	b = b[1:]
	switch c.kind {
	case integer:
		n, size := binary.Varint(b)
		c.bits, b = uint64(n), b[size:]
	case real:
		c.bits, b = binary.BigEndian.Uint64(b), b[8:]
	case digested:
		c.bits, b = uint64(binary.BigEndian.Uint32(b)), b[4:]
	case text:
		n := int(b[0])
		c.short, b = string(b[1:1+n]), b[1+n:]
	}
	return c, b
}
