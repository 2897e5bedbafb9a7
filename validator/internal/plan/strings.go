package plan

import (
	"unicode/utf8"

	"github.com/plumbapi/plumb/schemas"
)

// strings compiles minLength, maxLength and pattern.
func (c *compiler) strings(n *node, d *schemas.Demands) {
	n.minLength, n.maxLength = d.MinLength, d.MaxLength
	for _, p := range d.Patterns {
		n.patterns = append(n.patterns, p)
	}
	if len(n.minLength)+len(n.maxLength)+len(n.patterns) > 60 {
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
}

// stringValue reads a string.
func (r *Reader) stringValue(n *node) bool {
	start := r.pos + 1
	end, escaped := stringEnd(r.data, start)
	if end < 0 || len(n.scopes) > 0 {
		return false
	}
	r.pos = end + 1
	fits, ok := true, true
	if n.types&kindString == 0 {
		if fits, ok = r.allows(n, kindString); !ok {
			return false
		}
	}
	if n.slot < 0 && len(n.values) == 0 && len(n.minLength)+len(n.maxLength)+len(n.patterns) == 0 {
		return true
	}
	text := r.data[start:end]
	if escaped {
		from := len(r.scratch)
		r.scratch = unescape(r.scratch, text)
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
		r.frame.texts |= 1 << n.slot
		r.frame.values[n.slot] = slotValue{text: text, index: index}
	}
	return true
}
