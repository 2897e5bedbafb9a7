package plan

import (
	"math"
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/schema"
)

// strings compiles minLength, maxLength, pattern and the formats of texts.
func (c *compiler) strings(n *node, d *schema.Demands) {
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
		n.opaquely("very many limits of strings")
	}
}

// text executes the keywords of strings.
func (r *Reader) text(n *node, text []byte) {
	way := uint64(wayLimit)
	if len(n.minLength)+len(n.maxLength) > 0 {
		length := -1 // in code points, which are counted only where that decides
		for _, least := range n.minLength {
			if len(text) < least*utf8.UTFMax {
				if length < 0 {
					length = utf8.RuneCount(text)
				}
				if length < least {
					r.sig.add(n.deviation(way))
				}
			}
			way++
		}
		for _, most := range n.maxLength {
			if len(text) > most {
				if length < 0 {
					length = utf8.RuneCount(text)
				}
				if length > most {
					r.sig.add(n.deviation(way))
				}
			}
			way++
		}
	}
	for _, p := range n.patterns {
		if !p.Match(text) {
			r.sig.add(n.deviation(way))
		}
		way++
	}
	for _, format := range n.formats {
		if !schema.InFormat(format, string(text)) {
			r.sig.add(n.deviation(way))
		}
		way++
	}
}

// quick is what a string needs for nobody to look at it: nothing beyond its
// type and length, and a length in bytes that leaves no doubt of that in code
// points.
type quick struct{ least, most int }

// quickString says what a string at the place needs.
func (n *node) quickString() quick {
	if n.types&kindString == 0 || n.opaque != "" || n.slot >= 0 || len(n.values)+len(n.scopes)+len(n.patterns)+len(n.formats) > 0 {
		return quick{least: math.MaxInt}
	}
	q := quick{most: math.MaxInt}
	for _, least := range n.minLength {
		q.least = max(q.least, least*utf8.UTFMax)
	}
	for _, most := range n.maxLength {
		q.most = min(q.most, most)
	}
	return q
}

// takes reports whether a string of so many bytes is right without another look.
func (n *node) takes(length int, escaped bool) bool {
	return n.quick.least <= length && length <= n.quick.most && (!escaped || n.quick.least == 0)
}

// stringValue reads a string.
func (r *Reader) stringValue(n *node, pos int) int {
	start := pos + 1
	end, escaped := jsonscan.StringEnd(r.data, start)
	if end < 0 {
		return declined
	}
	if n.takes(end-start, escaped) {
		return end + 1
	}
	if len(n.scopes) > 0 {
		return declined
	}
	fits, ok := true, true
	if n.types&kindString == 0 {
		if fits, ok = r.allows(n, kindString); !ok {
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
	if len(n.values) > 0 {
		index = r.enumerated(n, kindString, text, fits)
	}
	if fits {
		r.text(n, text)
	}
	if n.slot >= 0 {
		f := r.frame
		f.texts |= 1 << n.slot
		v := &f.values[n.slot]
		v.start, v.end, v.index, v.unescaped = int32(from), int32(from+len(text)), int32(index), escaped
	}
	return end + 1
}
