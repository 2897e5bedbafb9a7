package ecmaregexp

// tree is a parsed pattern.
type tree struct {
	root node
	properties
	groups         int    // number of capturing groups
	legacy         error  // why it is not valid with the flag u
	doubt          string // something that has another meaning in other dialects; may be empty
	loneSurrogates bool   // whether there is a \uD800 or the like without its other half
}

// node is a part of a parsed pattern.
type node interface{}

type (
	// charNode matches one character of a set. If case is ignored, the set has
	// been extended accordingly.
	charNode struct{ set *charSet }

	// sequenceNode matches its parts one after the other; without parts, it is
	// the empty pattern.
	sequenceNode []node

	// choiceNode matches what one of its alternatives matches: the first one
	// that leads to a match.
	choiceNode []node

	// groupNode captures what its body matches, as the index-th group.
	groupNode struct {
		body  node
		index int
	}

	// repeatNode matches its body from min to max times.
	repeatNode struct {
		body     node
		min, max int // max may be unlimited
		lazy     bool
		groups   groupRange // the groups in body, which are reset before each iteration
	}

	// lookNode matches, without consuming text, if its body matches from this
	// position on, or up to it.
	lookNode struct {
		body   node
		behind bool
		negate bool
	}

	// referenceNode matches what one of the groups has captured, of which at
	// most one takes part in a match, or the empty text if none has captured
	// anything.
	referenceNode struct {
		name   string // resolved into groups when the whole pattern has been parsed
		groups []int
		fold   bool
		place  int
	}

	// assertNode matches at certain positions, without consuming text.
	assertNode assertion
)

// unlimited is the maximum of * and +.
const unlimited = int(^uint32(0) >> 1)

// groupRange holds the capturing groups from first up to, but not including,
// end.
type groupRange struct{ first, end int }

type assertion byte

const (
	textStart assertion = iota
	textEnd
	lineStart
	lineEnd
	wordEdge
	notWordEdge
	foldedWordEdge // with case ignored, so that U+017F and U+212A are word characters, too
	notFoldedWordEdge
)

// properties determine which engines can match a pattern.
type properties struct {
	references bool // has back-references
	looks      bool // has look-ahead or look-behind
	edges      bool // has assertions that RE2 does not support
	size       int  // number of instructions if its counted repetitions are written out, at most tooLarge
	anchored   bool // whether it only matches at the start of the text
}

const tooLarge = 1 << 24

// propertiesOf returns the properties of the pattern.
func propertiesOf(n node) properties {
	switch n := n.(type) {
	case sequenceNode:
		p := properties{}
		for i, part := range n {
			q := propertiesOf(part)
			if i > 0 {
				q.anchored = p.anchored
			}
			p = p.and(q)
		}
		return p
	case choiceNode:
		p := properties{anchored: true}
		for _, alternative := range n {
			q := propertiesOf(alternative)
			q.anchored = q.anchored && p.anchored
			p = p.and(q)
			p.size = min(p.size+2, tooLarge)
		}
		return p
	case *groupNode:
		p := propertiesOf(n.body)
		p.size = min(p.size+2, tooLarge)
		return p
	case *repeatNode:
		p := propertiesOf(n.body)
		p.anchored = p.anchored && n.min > 0
		p.size = min(unrolledSize(p.size, n.min, n.max), tooLarge)
		return p
	case *lookNode:
		p := propertiesOf(n.body)
		p.looks, p.anchored = true, false
		p.size = min(p.size+2, tooLarge)
		return p
	case *referenceNode:
		return properties{references: true, size: 1}
	case assertNode:
		return properties{
			edges:    assertion(n) != textStart && assertion(n) != textEnd && assertion(n) != wordEdge && assertion(n) != notWordEdge,
			size:     1,
			anchored: assertion(n) == textStart,
		}
	}
	return properties{size: 1}
}

// and combines the properties of the parts so far with those of the next part.
// Whether they are anchored is up to q.
func (p properties) and(q properties) properties {
	return properties{
		references: p.references || q.references,
		looks:      p.looks || q.looks,
		edges:      p.edges || q.edges,
		size:       min(p.size+q.size, tooLarge),
		anchored:   q.anchored,
	}
}

// unrolledSize returns the size of a body of this size that is repeated from
// minimum to maximum times. No product overflows: the size is at most tooLarge.
func unrolledSize(size, minimum, maximum int) int {
	size++
	if maximum == unlimited {
		return size*minimum + size + 1
	}
	return size * max(maximum, 1)
}
