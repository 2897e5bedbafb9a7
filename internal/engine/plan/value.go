package plan

import (
	"strconv"

	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/schema"
)

// kindSet is a set of kinds of JSON values.
type kindSet uint8

const (
	kindNull kindSet = 1 << iota
	kindBool
	kindInteger
	kindFraction // a number that is not an integer
	kindString
	kindArray
	kindObject
	allKinds = 1<<iota - 1
)

var kindsNamed = map[string]kindSet{
	"null": kindNull, "boolean": kindBool, "integer": kindInteger, "number": kindInteger | kindFraction,
	"string": kindString, "array": kindArray, "object": kindObject,
}

// compileType compiles the keyword type.
func (c *compiler) compileType(n *schemaNode, d *schema.Demands) {
	for _, allowed := range d.Types {
		var set kindSet
		for _, name := range allowed {
			set |= kindsNamed[name]
		}
		n.kinds &= set
	}
}

// checkType checks the kind of a value against the keyword type. Where it does
// not fit, a schema looks no further. Where several schemas describe the value,
// others may, so it is then not ok: the reference engine has to check the body.
func (r *Reader) checkType(n *schemaNode, k kindSet) (fits, ok bool) {
	if n.kinds&k != 0 {
		return true, true
	}
	r.sig.add(n.kindDeviation(k))
	return false, n.single
}

func (n *schemaNode) kindDeviation(k kindSet) Signature {
	return n.deviation(deviationType + uint64(k))
}

// enumValue is a value that an enum or const lists.
type enumValue struct {
	kind  kindSet
	text  string // decoded, of a string; JSON text, of other values
	place int32  // for coverage
}

// compileEnum compiles the keywords enum and const.
func (c *compiler) compileEnum(n *schemaNode, shape *schema.Shape, d *schema.Demands, at schemaPosition) {
	index := map[string]int{}
	_, placeOf := c.Places(shape)
	for _, text := range shape.Values {
		v := enumValue{kind: kindOf(text), text: text, place: c.placeNumber(at, placeOf(text))}
		if s, ok := decodedString(text); ok {
			v.text = s
		}
		switch v.kind {
		case kindObject, kindArray:
			n.markOpaque("an object or array under enum or const")
		case kindInteger:
			if i, err := strconv.ParseInt(text, 10, 64); err != nil || strconv.FormatInt(i, 10) != text {
				n.markOpaque("a number under enum or const that is not written as a plain integer")
			}
		}
		index[text] = len(n.enumValues)
		n.enumValues = append(n.enumValues, v)
	}
	if len(n.enumValues) > 1000 || len(d.Enums) > 60 {
		n.markOpaque("too many enumerated values")
		return
	}
	for _, allowed := range d.Enums {
		set := make([]bool, len(n.enumValues))
		for _, text := range allowed {
			set[index[text]] = true
		}
		n.enums = append(n.enums, set)
	}
}

func kindOf(text string) kindSet {
	switch text[0] {
	case '"':
		return kindString
	case '{':
		return kindObject
	case '[':
		return kindArray
	case 't', 'f':
		return kindBool
	case 'n':
		return kindNull
	}
	return kindInteger
}

// checkEnum checks a value against enum and const. It returns the index of the
// enumerated value, or -1. The text is as in enumValue.
func (r *Reader) checkEnum(n *schemaNode, k kindSet, text []byte, fits bool) int {
	found := n.enumIndex(k, text)
	if found >= 0 && n.enumValues[found].place >= 0 {
		r.seenValues = append(r.seenValues, n.enumValues[found].place)
	}
	if fits {
		for i, set := range n.enums {
			if found < 0 || !set[found] {
				r.sig.add(n.deviation(deviationEnum + uint64(i)))
			}
		}
	}
	return found
}

// enumIndex returns the index of the enumerated value with that kind and text,
// or -1.
func (n *schemaNode) enumIndex(k kindSet, text []byte) int {
	for i := range n.enumValues {
		if v := &n.enumValues[i]; v.kind == k && len(v.text) == len(text) && v.text == string(text) {
			return i
		}
	}
	return -1
}

// readValue reads a value.
func (r *Reader) readValue(n *schemaNode, pos int) int {
	if n == anything {
		return r.skip(pos)
	}
	if n.opaque != "" || pos >= len(r.data) {
		return declined
	}
	switch r.data[pos] {
	case '"':
		return r.readString(n, pos)
	case '{':
		return r.readObject(n, pos)
	case '[':
		return r.readArray(n, pos)
	case 't', 'f':
		return r.readBoolean(n, pos)
	case 'n':
		return r.readNull(n, pos, n.kindDeviation(kindNull))
	}
	return r.readNumber(n, pos)
}

func (r *Reader) readBoolean(n *schemaNode, pos int) int {
	word := "true"
	if r.data[pos] == 'f' {
		word = "false"
	}
	end := jsonscan.Literal(r.data, pos, word)
	if end < 0 || len(n.checks) > 0 {
		return declined
	}
	if n.slot >= 0 {
		r.frame.other |= 1 << n.slot
		r.frame.values[n.slot] = slotValue{start: int32(pos), end: int32(end)}
	}
	fits, ok := r.checkType(n, kindBool)
	if !ok {
		return declined
	}
	if len(n.enumValues) > 0 {
		r.checkEnum(n, kindBool, r.data[pos:end], fits)
	}
	return end
}

// readNull reads null. The deviation is the one to add where null is not
// allowed.
func (r *Reader) readNull(n *schemaNode, pos int, deviation Signature) int {
	end := jsonscan.Literal(r.data, pos, "null")
	if end < 0 || n.checksNull {
		return declined
	}
	if n.slot >= 0 {
		r.frame.null |= 1 << n.slot
	}
	fits := n.kinds&kindNull != 0
	if len(n.enumValues) > 0 {
		found := -1
		for i := range n.enumValues {
			if n.enumValues[i].kind == kindNull {
				found = i
				if p := n.enumValues[i].place; p >= 0 {
					r.seenValues = append(r.seenValues, p)
				}
			}
		}
		for _, set := range n.enums {
			fits = fits && found >= 0 && set[found]
		}
	}
	if !fits {
		r.sig.add(deviation)
		if !n.single {
			return declined
		}
	}
	return end
}
