package ecmaregexp

import (
	"sync"
	"unicode/utf8"
)

// maxLinearSize is the size up to which a pattern is compiled for linear.
const maxLinearSize = 1 << 15

// linear matches a pattern without back-references in time proportional to the
// product of its size and the length of the text: it follows all ways to match
// at once, from one character to the next. It first finds, for all positions of
// the text, where the look-aheads and look-behinds match, beginning with the
// innermost.
type linear struct {
	looks    []linearLook
	indexes  map[*lookNode]int32 // in looks; the copies that a repetition makes share an index
	main     []linearInst
	anchored bool
	size     int       // the largest number of instructions of these
	scratch  sync.Pool // of *threadPair
}

type linearLook struct {
	body   []linearInst
	behind bool // otherwise the body is reversed, and matched backward from the end of the text
}

type linearInst struct {
	op   linearOp
	next int32
	// for a split, the second way; for a look-around, its index
	other int32
	set   *charSet
	at    assertion
}

type linearOp byte

const (
	linearChar linearOp = iota
	linearSplit
	linearJump
	linearAssert
	linearLookHolds
	linearLookFails
	linearMatch
)

// compileLinear compiles a pattern that has no back-references and is not
// larger than maxLinearSize.
func compileLinear(t *tree) *linear {
	l := &linear{anchored: t.anchored, indexes: map[*lookNode]int32{}}
	l.main = l.compile(t.root, false)
	l.scratch.New = func() any { return newThreadPair(l.size) }
	return l
}

// compile returns the instructions for the pattern, the first of which is
// the start.
func (l *linear) compile(root node, backward bool) []linearInst {
	c := &linearCompiler{linear: l, backward: backward}
	c.emit(root)
	c.add(linearInst{op: linearMatch})
	l.size = max(l.size, len(c.code))
	return c.code
}

// look returns the index of the look-around, which it compiles if need be.
func (l *linear) look(n *lookNode) int32 {
	if index, ok := l.indexes[n]; ok {
		return index
	}
	body := l.compile(n.body, !n.behind)
	index := int32(len(l.looks))
	l.looks = append(l.looks, linearLook{body, n.behind})
	l.indexes[n] = index
	return index
}

type linearCompiler struct {
	linear   *linear
	backward bool
	code     []linearInst
}

// add appends an instruction that is followed by the one after it.
func (c *linearCompiler) add(i linearInst) (index int32) {
	index = int32(len(c.code))
	i.next = index + 1
	c.code = append(c.code, i)
	return index
}

func (c *linearCompiler) here() int32 { return int32(len(c.code)) }

func (c *linearCompiler) emit(n node) {
	switch n := n.(type) {
	case charNode:
		c.add(linearInst{op: linearChar, set: n.set})
	case sequenceNode:
		for i := range n {
			if c.backward {
				i = len(n) - 1 - i
			}
			c.emit(n[i])
		}
	case choiceNode:
		c.emitChoice(n)
	case *groupNode:
		c.emit(n.body)
	case *repeatNode:
		c.emitRepeat(n)
	case *lookNode:
		op := pick(n.negate, linearLookFails, linearLookHolds)
		c.add(linearInst{op: op, other: c.linear.look(n)})
	case assertNode:
		c.add(linearInst{op: linearAssert, at: assertion(n)})
	}
}

func (c *linearCompiler) emitChoice(n choiceNode) {
	var jumps []int32
	for i, alternative := range n {
		if i == len(n)-1 {
			c.emit(alternative)
			break
		}
		split := c.add(linearInst{op: linearSplit})
		c.emit(alternative)
		jumps = append(jumps, c.add(linearInst{op: linearJump}))
		c.code[split].other = c.here()
	}
	for _, jump := range jumps {
		c.code[jump].next = c.here()
	}
}

func (c *linearCompiler) emitRepeat(n *repeatNode) {
	for range n.min {
		c.emit(n.body)
	}
	if n.max == unlimited {
		split := c.add(linearInst{op: linearSplit})
		c.emit(n.body)
		jump := c.add(linearInst{op: linearJump})
		c.code[jump].next = split
		c.code[split].other = c.here()
		return
	}
	var splits []int32
	for range n.max - n.min {
		splits = append(splits, c.add(linearInst{op: linearSplit}))
		c.emit(n.body)
	}
	for _, split := range splits {
		c.code[split].other = c.here()
	}
}

// linearRun is one match of a text.
type linearRun struct {
	*linear
	text  string
	steps int
	pair  *threadPair
	holds []bitSet // for each look-around, the positions where it matches
}

type bitSet []uint64

func (b bitSet) has(i int) bool { return b[i/64]&(1<<(i%64)) != 0 }
func (b bitSet) set(i int)      { b[i/64] |= 1 << (i % 64) }

func (l *linear) match(text string, steps int) (matched, decided bool) {
	r := &linearRun{linear: l, text: text, steps: steps, pair: l.scratch.Get().(*threadPair)}
	defer l.scratch.Put(r.pair)
	for _, look := range l.looks {
		holds := make(bitSet, len(text)/64+1)
		if look.behind {
			r.forward(look.body, false, func(pos int) bool { holds.set(pos); return true })
		} else {
			r.backward(look.body, func(pos int) bool { holds.set(pos); return true })
		}
		if r.steps < 0 {
			return false, false
		}
		r.holds = append(r.holds, holds)
	}
	r.forward(l.main, l.anchored, func(int) bool { matched = true; return false })
	return matched, matched || r.steps >= 0
}

// threads is a set of instructions at which matching can go on, in the order in
// which they were added.
type threads struct {
	dense  []int32
	sparse []int32
}

// threadPair is the threads at a position and at the next one.
type threadPair struct{ now, next *threads }

func newThreadPair(size int) *threadPair {
	return &threadPair{&threads{sparse: make([]int32, size)}, &threads{sparse: make([]int32, size)}}
}

// cleared returns both sets, emptied.
func (p *threadPair) cleared() (now, next *threads) {
	p.now.dense, p.next.dense = p.now.dense[:0], p.next.dense[:0]
	return p.now, p.next
}

// add reports whether the instruction was not in the set.
func (t *threads) add(pc int32) bool {
	if i := t.sparse[pc]; int(i) < len(t.dense) && t.dense[i] == pc {
		return false
	}
	t.sparse[pc] = int32(len(t.dense))
	t.dense = append(t.dense, pc)
	return true
}

// forward calls found for each position at which a match ends, until found
// returns false. Matches begin anywhere, or at the start of the text if
// anchored.
func (r *linearRun) forward(code []linearInst, anchored bool, found func(pos int) bool) {
	now, next := r.pair.cleared()
	for pos := 0; ; {
		if pos == 0 || !anchored {
			now.add(0)
		}
		if r.follow(code, now, pos) && !found(pos) || len(now.dense) == 0 && anchored {
			return
		}
		if pos == len(r.text) || r.steps < 0 {
			return
		}
		c, width := utf8.DecodeRuneInString(r.text[pos:])
		advance(code, now, next, c)
		pos += width
		now, next = next, now
	}
}

// backward does the same from the end of the text, for reversed code.
func (r *linearRun) backward(code []linearInst, found func(pos int) bool) {
	now, next := r.pair.cleared()
	for pos := len(r.text); ; {
		now.add(0)
		if r.follow(code, now, pos) && !found(pos) {
			return
		}
		if pos == 0 || r.steps < 0 {
			return
		}
		c, width := utf8.DecodeLastRuneInString(r.text[:pos])
		advance(code, now, next, c)
		pos -= width
		now, next = next, now
	}
}

// advance adds to next the instructions that follow those of now that match the
// character.
func advance(code []linearInst, now, next *threads, c rune) {
	next.dense = next.dense[:0]
	for _, pc := range now.dense {
		if i := &code[pc]; i.op == linearChar && i.set.contains(c) {
			next.add(i.next)
		}
	}
}

// follow adds to now everything that can be reached without consuming text. It
// reports whether the pattern matches.
func (r *linearRun) follow(code []linearInst, now *threads, pos int) (matched bool) {
	for n := 0; n < len(now.dense); n++ {
		switch i := &code[now.dense[n]]; i.op {
		case linearSplit:
			now.add(i.next)
			now.add(i.other)
		case linearJump:
			now.add(i.next)
		case linearAssert:
			if i.at.holds(r.text, pos) {
				now.add(i.next)
			}
		case linearLookHolds, linearLookFails:
			if r.holds[i.other].has(pos) == (i.op == linearLookHolds) {
				now.add(i.next)
			}
		case linearMatch:
			matched = true
		}
	}
	r.steps -= len(now.dense)
	return matched
}

// holds reports whether the assertion holds at the position.
func (a assertion) holds(text string, pos int) bool {
	before, after := rune(-1), rune(-1)
	if pos > 0 {
		before, _ = utf8.DecodeLastRuneInString(text[:pos])
	}
	if pos < len(text) {
		after, _ = utf8.DecodeRuneInString(text[pos:])
	}
	switch a {
	case textStart:
		return pos == 0
	case textEnd:
		return pos == len(text)
	case lineStart:
		return pos == 0 || lineEnds.contains(before)
	case lineEnd:
		return pos == len(text) || lineEnds.contains(after)
	case wordEdge:
		return wordChars.contains(before) != wordChars.contains(after)
	case notWordEdge:
		return wordChars.contains(before) == wordChars.contains(after)
	case foldedWordEdge:
		return foldedWordChars().contains(before) != foldedWordChars().contains(after)
	default:
		return foldedWordChars().contains(before) == foldedWordChars().contains(after)
	}
}
