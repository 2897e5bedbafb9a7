package ecmaregexp

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

const (
	// maxRE2Size is the largest size of a pattern that is given to package
	// regexp, whose time is proportional to the product of the size and the
	// length of the text.
	maxRE2Size = 4000
	// maxRE2Text is the largest length of a text that is given to it.
	maxRE2Text = 1 << 20
)

// toRE2 returns the pattern as a Go regexp that matches the same texts, or nil
// if there is none. Which alternative is tried first, and what a group
// captures, makes no difference to whether a pattern matches unless it has
// back-references.
func toRE2(t *tree) *regexp.Regexp {
	if t.references || t.looks || t.edges || t.size > maxRE2Size {
		return nil
	}
	var b strings.Builder
	writeRE2(&b, t.root)
	if b.Len() > maxRE2Text {
		return nil
	}
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil // for example because of a count over 1000
	}
	return re
}

// writeRE2 writes a part of the pattern, unless the result becomes too long.
func writeRE2(b *strings.Builder, n node) {
	if b.Len() > maxRE2Text {
		return
	}
	switch n := n.(type) {
	case charNode:
		writeCharSet(b, n.set)
	case sequenceNode:
		for _, part := range n {
			writeRE2(b, part)
		}
	case choiceNode:
		b.WriteString("(?:")
		for i, alternative := range n {
			if i > 0 {
				b.WriteByte('|')
			}
			writeRE2(b, alternative)
		}
		b.WriteByte(')')
	case *groupNode:
		writeRE2(b, n.body)
	case *repeatNode:
		writeRepeat(b, n)
	case assertNode:
		b.WriteString(map[assertion]string{textStart: `\A`, textEnd: `\z`, wordEdge: `\b`, notWordEdge: `\B`}[assertion(n)])
	}
}

func writeRepeat(b *strings.Builder, n *repeatNode) {
	if _, ok := n.body.(charNode); ok {
		writeRE2(b, n.body)
	} else {
		b.WriteString("(?:")
		writeRE2(b, n.body)
		b.WriteByte(')')
	}
	switch {
	case n.min == 0 && n.max == unlimited:
		b.WriteByte('*')
	case n.min == 1 && n.max == unlimited:
		b.WriteByte('+')
	case n.min == 0 && n.max == 1:
		b.WriteByte('?')
	case n.max == unlimited:
		fmt.Fprintf(b, "{%d,}", n.min)
	default:
		fmt.Fprintf(b, "{%d,%d}", n.min, n.max)
	}
}

// writeCharSet writes a set without surrogates, which valid UTF-8 does not
// contain.
func writeCharSet(b *strings.Builder, set *charSet) {
	if c, ok := set.single(); ok && !surrogateChars.contains(c) {
		b.WriteString(regexp.QuoteMeta(string(c)))
		return
	}
	ranges := set.ranges
	if len(ranges) > 0 && ranges[len(ranges)-1].hi > unicode.MaxASCII {
		ranges = set.without(surrogateChars).ranges
	}
	if len(ranges) == 0 {
		b.WriteString(`[^\x00-\x{10FFFF}]`)
		return
	}
	b.WriteByte('[')
	for _, r := range ranges {
		fmt.Fprintf(b, `\x{%X}`, r.lo)
		if r.hi > r.lo {
			fmt.Fprintf(b, `-\x{%X}`, r.hi)
		}
	}
	b.WriteByte(']')
}
