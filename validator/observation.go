package validator

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"slices"
	"strconv"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

// A history keeps, of each response, only what later responses are held
// against, in a few bytes: of a resource with three responses some 240 in all.

// observation is what one response said of a resource.
type observation struct {
	time  int64 // Unix milliseconds; 0 where unknown
	file  uint64
	entry uint64
	line  uint64
	cells []cell
}

// cell is one value, as far as it is kept.
type cell struct {
	kind  byte
	bits  uint64 // of integer, real and digest
	short string // of text
}

// The kinds of cells.
const (
	absent  byte = iota
	null         // null
	integer      // a whole number that fits 64 bits
	real         // another number
	text         // a state, a time, or another string that is no longer than longestText
	digest       // of any other value
)

const longestText = 16

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

// digests tell values apart within this process.
var digestSeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// digestOf tells values apart; objects that differ in the order of their
// members only are the same.
func digestOf(v *jsonvalue.Value) uint64 {
	if v.Kind == jsonvalue.String {
		return digestText(v.Text)
	}
	var h maphash.Hash
	h.SetSeed(digestSeeds[1])
	_ = h.WriteByte(byte(v.Kind))
	_, _ = h.WriteString(v.Text)
	if v.True {
		_ = h.WriteByte(1)
	}
	parts := make([]uint64, 0, len(v.Members)+len(v.Items))
	for _, m := range v.Members {
		parts = append(parts, digestText(m.Name)*31+digestOf(m.Value))
	}
	slices.Sort(parts)
	for _, item := range v.Items {
		parts = append(parts, digestOf(item))
	}
	for _, part := range parts {
		_, _ = h.Write(binary.BigEndian.AppendUint64(nil, part))
	}
	return h.Sum64()
}

func digestText(text string) uint64 { return maphash.String(digestSeeds[0], text) }

// resourceKey stands for the identity of a resource and the kind it is of.
type resourceKey [2]uint64

func keyOf(life *lifecycle.Lifecycle, id []byte) resourceKey {
	kind := digestText(life.Place.File) * 31
	kind += digestText(life.Place.Pointer)
	return keyOfKind(kind, id)
}

func keyOfKind(kind uint64, id []byte) resourceKey {
	return resourceKey{maphash.Bytes(digestSeeds[0], id) + kind, maphash.Bytes(digestSeeds[1], id) ^ kind}
}

// mostObservations bounds what is kept of one resource.
const mostObservations = 32

// thin drops observations that no later one needs. Of equal ones in a row the
// first and the last are enough. Of too many, every second goes: the rules
// hold from one response to the next but one if they hold in between.
func thin(timeline []observation) []observation {
	kept := timeline[:0]
	for i, s := range timeline {
		if n := len(kept); n >= 2 && i > 0 && slices.Equal(kept[n-1].cells, s.cells) && slices.Equal(kept[n-2].cells, s.cells) {
			kept[n-1] = s
			continue
		}
		kept = append(kept, s)
	}
	if len(kept) <= mostObservations {
		return kept
	}
	half := kept[:0]
	for i, s := range kept {
		if i%2 == 0 || i == len(kept)-1 {
			half = append(half, s)
		}
	}
	return half
}

// encode writes observations one after the other: time and place, each as the
// difference to the one before; a bit for each cell that differs from the one
// before; and these cells.
func encode(timeline []observation) []byte {
	var b []byte
	last := observation{}
	for _, s := range timeline {
		b = appendPlace(b, &s, last.time)
		b = appendChanges(b, last.cells, s.cells)
		last = s
	}
	return slices.Clone(b) // without what append kept in reserve
}

func appendCell(b []byte, c cell) []byte {
	b = append(b, c.kind)
	switch c.kind {
	case integer:
		b = binary.AppendVarint(b, int64(c.bits))
	case real, digest:
		b = binary.BigEndian.AppendUint64(b, c.bits)
	case text:
		b = append(b, byte(len(c.short)))
		b = append(b, c.short...)
	}
	return b
}

// decode reads what encode wrote, of observations with n cells each.
func decode(b []byte, n int) []observation {
	var timeline []observation
	for s := (observation{cells: make([]cell, n)}); len(b) > 0; {
		s.cells = slices.Clone(s.cells)
		b = s.next(b)
		timeline = append(timeline, s)
	}
	return timeline
}

func readCell(b []byte) (cell, []byte) {
	c := cell{kind: b[0]}
	b = b[1:]
	switch c.kind {
	case integer:
		n, size := binary.Varint(b)
		c.bits, b = uint64(n), b[size:]
	case real, digest:
		c.bits, b = binary.BigEndian.Uint64(b), b[8:]
	case text:
		n := int(b[0])
		c.short, b = string(b[1:1+n]), b[1+n:]
	}
	return c, b
}
