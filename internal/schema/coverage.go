package schema

// coverage is which members of an object, or elements of an array, a schema and
// those that it applies have looked at.
type coverage struct {
	evaluated  bits // what unevaluatedProperties and unevaluatedItems leave out
	documented bits // and what is mentioned otherwise
	describes  bool // some member is described by its name
}

// all marks everything as looked at.
func (c *coverage) all() {
	c.evaluated.every, c.documented.every = true, true
}

// add marks the member or element with an index as looked at.
func (c *coverage) add(index int) {
	c.evaluated.add(index)
	c.documented.add(index)
}

func (c *coverage) merge(o *coverage) {
	c.evaluated.merge(&o.evaluated)
	c.documented.merge(&o.documented)
	c.describes = c.describes || o.describes
}

// bits is a set of small numbers.
type bits struct {
	every bool
	first uint64
	rest  []uint64
}

func (b *bits) add(n int) {
	if n < 64 {
		b.first |= 1 << n
		return
	}
	for n/64 > len(b.rest) {
		b.rest = append(b.rest, 0)
	}
	b.rest[n/64-1] |= 1 << (n % 64)
}

func (b *bits) has(n int) bool {
	switch {
	case b.every:
		return true
	case n < 64:
		return b.first&(1<<n) != 0
	}
	return n/64 <= len(b.rest) && b.rest[n/64-1]&(1<<(n%64)) != 0
}

// merge adds the numbers of another set. The words of that may be shared with
// others, so that they are never written to.
func (b *bits) merge(o *bits) {
	b.every = b.every || o.every
	b.first |= o.first
	if len(o.rest) == 0 || b.every {
		return
	}
	rest := make([]uint64, max(len(b.rest), len(o.rest)))
	copy(rest, b.rest)
	for i, word := range o.rest {
		rest[i] |= word
	}
	b.rest = rest
}
