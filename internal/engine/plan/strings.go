package plan

import (
	"math"
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/schema"
)

// compileString compiles minLength, maxLength and pattern.
func (c *compiler) compileString(n *schemaNode, d *schema.Demands) {
	n.minLength, n.maxLength = d.MinLength, d.MaxLength
	for _, p := range d.Patterns {
		n.patterns = append(n.patterns, p)
	}
	if len(n.minLength)+len(n.maxLength)+len(n.patterns) > 60 {
		n.markOpaque("very many limits of strings")
	}
}

// checkText executes the keywords of strings.
func (r *Reader) checkText(n *schemaNode, text []byte) {
	number := uint64(deviationLimit)
	if len(n.minLength)+len(n.maxLength) > 0 {
		length := -1 // in code points, which are counted only where that decides
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
}

// acceptedLengths is what a string needs for nobody to look at it: nothing beyond its
// type and length, and a length in bytes that leaves no doubt of that in code
// points.
type acceptedLengths struct{ least, most int }

// lengthsAccepted says what a string at the place needs.
func (n *schemaNode) lengthsAccepted() acceptedLengths {
	if n.kinds&kindString == 0 || n.opaque != "" || n.slot >= 0 || len(n.enumValues)+len(n.checks)+len(n.patterns) > 0 {
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

// acceptsLength reports whether a string of so many bytes is right without another look.
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
