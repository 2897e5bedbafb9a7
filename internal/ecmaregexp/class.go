package ecmaregexp

// maxRanges is how many ranges of characters all classes of a pattern may have
// together. \p{L} has several hundred.
const maxRanges = 1 << 20

// class reads the rest of a class, whose [ has been read.
func (p *parser) class() *charSet {
	place := p.pos - 1
	negate := p.take("^")
	var ranges []runeRange
	for !p.take("]") {
		if p.peek() < 0 {
			p.fail(place, "there is no ] to this [")
			return noChars
		}
		ranges = p.classRange(ranges)
		if p.ranges+len(ranges) > maxRanges {
			p.fail(place, "the classes of this pattern have too many ranges")
			return noChars
		}
	}
	set := newCharSet(ranges)
	if p.flags.ignoreCase {
		p.ranges += min(set.size(), manyChars) // counted because of the time that it takes
		set = set.folded()
	}
	if negate {
		set = set.complement()
	}
	p.ranges += len(set.ranges)
	return set
}

// classRange reads a character, a range or a class escape, and adds it.
func (p *parser) classRange(ranges []runeRange) []runeRange {
	place := p.pos
	low, lowSet := p.classAtom()
	if p.peek() != '-' || p.peekAt(1) == ']' || p.peekAt(1) < 0 {
		return addAtom(ranges, low, lowSet)
	}
	p.pos++
	high, highSet := p.classAtom()
	switch {
	case lowSet == nil && highSet == nil:
		if low > high {
			p.fail(place, "this range of characters is out of order")
			return ranges
		}
		return append(ranges, runeRange{low, high})
	case p.flagU:
		p.fail(place, `a class such as \w cannot be an end of a range: write \- for the character`)
	}
	ranges = addAtom(ranges, low, lowSet)
	ranges = addAtom(ranges, high, highSet)
	return append(ranges, runeRange{'-', '-'})
}

func addAtom(ranges []runeRange, c rune, set *charSet) []runeRange {
	if set != nil {
		return append(ranges, set.ranges...)
	}
	return append(ranges, runeRange{c, c})
}

// classAtom reads a character, or a class escape, which it returns as a set.
func (p *parser) classAtom() (rune, *charSet) {
	c := p.peek()
	if c == '[' {
		p.doubtPOSIX()
	}
	p.pos++
	if c != '\\' {
		return c, nil
	}
	if p.take("b") {
		return '\b', nil
	}
	if set := p.classEscape(); set != nil {
		return 0, set
	}
	return p.characterEscape(true), nil
}

// doubtPOSIX records a POSIX class such as [:alpha:], which is a class of these
// letters in ECMA-262.
func (p *parser) doubtPOSIX() {
	if p.peekAt(1) != ':' {
		return
	}
	n := 2
	for isLetter(p.peekAt(n)) || n == 2 && p.peekAt(n) == '^' {
		n++
	}
	if n > 2 && p.peekAt(n) == ':' && p.peekAt(n+1) == ']' {
		p.doubt("%s is not a class of ECMA-262: it means its characters", string(p.text[p.pos:p.pos+n+2]))
	}
}
