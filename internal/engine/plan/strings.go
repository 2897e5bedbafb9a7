package plan

import (
	"math"
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/schema"
)

// compileString compiles minLength, maxLength, pattern and the formats of strings.
func (c *compiler) compileString(n *schemaNode, d *schema.Demands) {
	n.minLength, n.maxLength = d.MinLength, d.MaxLength
	for _, p := range d.Patterns {
		n.patterns = append(n.patterns, p)
	}
	for _, format := range d.Formats {
		switch format {
		case "int32":
			n.int32, n.bounded = true, true
		case "int64", "float", "double":
			n.bounded = true
		default:
			n.formats = append(n.formats, format)
		}
	}
	if len(n.minLength)+len(n.maxLength)+len(n.patterns)+len(n.formats) > 60 {
		n.markOpaque("too many limits of strings")
	}
}

// checkText checks a decoded string against its lengths and patterns.
func (r *Reader) checkText(n *schemaNode, text []byte) {
	number := uint64(deviationLimit)
	if len(n.minLength)+len(n.maxLength) > 0 {
		length := -1 // in code points, counted only where the length in bytes does not decide
		for _, least := range n.minLength {
			if len(text) < least*utf8.UTFMax {
				if length < 0 {
					length = utf8.RuneCount(text)
				}
				if length < least {
					r.sig.add(n.deviation(number))
				}
			}
			number++
		}
		for _, most := range n.maxLength {
			if len(text) > most {
				if length < 0 {
					length = utf8.RuneCount(text)
				}
				if length > most {
					r.sig.add(n.deviation(number))
				}
			}
			number++
		}
	}
	for _, p := range n.patterns {
		if !p.Match(text) {
			r.sig.add(n.deviation(number))
		}
		number++
	}
	for _, format := range n.formats {
		if !schema.InFormat(format, string(text)) {
			r.sig.add(n.deviation(number))
		}
		number++
	}
}

// acceptedLengths are the lengths in bytes at which a string needs no further
// check, since the schema asks for nothing but its type and its length in code
// points.
type acceptedLengths struct{ least, most int }

// lengthsAccepted returns the lengths at which a string at the place needs no
// further check.
func (n *schemaNode) lengthsAccepted() acceptedLengths {
	if n.kinds&kindString == 0 || n.opaque != "" || n.slot >= 0 || len(n.enumValues)+len(n.checks)+len(n.patterns)+len(n.formats) > 0 {
		return acceptedLengths{least: math.MaxInt}
	}
	q := acceptedLengths{most: math.MaxInt}
	for _, least := range n.minLength {
		q.least = max(q.least, least*utf8.UTFMax)
	}
	for _, most := range n.maxLength {
		q.most = min(q.most, most)
	}
	return q
}

// acceptsLength reports whether a string of that length in bytes needs no
// further check.
func (n *schemaNode) acceptsLength(length int, escaped bool) bool {
	return n.acceptedLengths.least <= length && length <= n.acceptedLengths.most && (!escaped || n.acceptedLengths.least == 0)
}

// readString reads a string.
func (r *Reader) readString(n *schemaNode, pos int) int {
	start := pos + 1
	end, escaped := jsonscan.StringEnd(r.data, start)
	if end < 0 {
		return declined
	}
	if n.acceptsLength(end-start, escaped) {
		return end + 1
	}
	if len(n.checks) > 0 {
		return declined
	}
	fits, ok := true, true
	if n.kinds&kindString == 0 {
		if fits, ok = r.checkType(n, kindString); !ok {
			return declined
		}
	}
	text, from := r.data[start:end], start
	if escaped {
		from = len(r.scratch)
		r.scratch = jsonscan.Unescape(r.scratch, text)
		text = r.scratch[from:]
	}
	index := -1
	if len(n.enumValues) > 0 {
		index = r.checkEnum(n, kindString, text, fits)
	}
	if fits {
		r.checkText(n, text)
	}
	if n.slot >= 0 {
		f := r.frame
		f.texts |= 1 << n.slot
		v := &f.values[n.slot]
		v.start, v.end, v.index, v.unescaped = int32(from), int32(from+len(text)), int32(index), escaped
	}
	return end + 1
}
