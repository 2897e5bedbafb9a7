package ecmaregexp

import (
	"slices"
	"unicode/utf8"
)

const (
	// maxBacktrackText is the length up to which texts are matched by
	// backtracking.
	maxBacktrackText = 1 << 20
	// maxOpen is how many open ways, and registers to restore, are kept at a
	// time.
	maxOpen = 1 << 21
)

// backtracker matches a program as ECMA-262 describes it, 22.2.2: it tries one
// way to match after the other, until the steps run out.
type backtracker struct {
	*program
	text      string
	steps     int
	registers []int32
	open      []openWay
}

// openWay is where to go on if the present way fails: at pc, for position pos.
// If pc is negative, the register ^pc is set to pos.
type openWay struct {
	pc, pos int32
	// again is notAgain unless the instruction has been executed, and has to
	// try another way. For opRun it is the position that it can go back to or,
	// for a lazy one, the number of characters so far.
	again int32
}

const notAgain = -1

// unset is the value of a bound of a group that has captured nothing.
const unset = -1

func (p *program) match(text string, steps int) (matched, decided bool) {
	if len(text) > maxBacktrackText {
		return false, false
	}
	b := &backtracker{program: p, text: text, steps: steps, registers: make([]int32, p.registers)}
	for i := range b.registers {
		b.registers[i] = unset
	}
	for start := 0; start <= len(text); {
		if b.run(int32(start)) {
			return true, true
		}
		if b.steps < 0 {
			return false, false
		}
		if p.anchored {
			break
		}
		_, width := utf8.DecodeRuneInString(text[start:])
		start += max(width, 1)
	}
	return false, true
}

// run reports whether the program matches from pos on. It restores the
// registers if it does not.
func (b *backtracker) run(pos int32) bool {
	for pc, ok := int32(0), true; ; {
		if b.steps--; b.steps < 0 || len(b.open) > maxOpen {
			b.steps = -1
			return false
		}
		if b.code[pc].op == opMatch {
			return true
		}
		if pc, pos, ok = b.step(pc, pos); ok {
			continue
		}
		if pc, pos, ok = b.back(); !ok {
			return false
		}
	}
}

// back returns to the last way that is open.
func (b *backtracker) back() (pc, pos int32, ok bool) {
	for len(b.open) > 0 {
		last := b.open[len(b.open)-1]
		b.open = b.open[:len(b.open)-1]
		if last.pc < 0 {
			b.registers[^last.pc] = last.pos
			continue
		}
		i := &b.code[last.pc]
		switch {
		case last.again == notAgain:
			return last.pc, last.pos, true
		case i.op == opRun:
			if pos, ok = b.rerun(last); ok {
				return last.pc + 1, pos, true
			}
		case i.lazy:
			return b.iterate(last.pc, last.pos), last.pos, true
		default:
			return i.target, last.pos, true
		}
	}
	return 0, 0, false
}

func (b *backtracker) leave(pc, pos, again int32) {
	b.open = append(b.open, openWay{pc, pos, again})
}

// set changes a register until the present way fails.
func (b *backtracker) set(register, value int32) {
	if old := b.registers[register]; old != value {
		b.leave(^register, old, notAgain)
		b.registers[register] = value
	}
}

// step executes an instruction. ok is false if it fails.
func (b *backtracker) step(pc, pos int32) (nextPC, nextPos int32, ok bool) {
	i := &b.code[pc]
	switch i.op {
	case opChar:
		pos, ok = b.char(i, pos)
		return pc + 1, pos, ok
	case opRun:
		pos, ok = b.firstRun(pc, pos)
		return pc + 1, pos, ok
	case opSplit:
		b.leave(i.target, pos, notAgain)
	case opJump:
		return i.target, pos, true
	case opAssert:
		return pc + 1, pos, i.at.holds(b.text, int(pos))
	case opOpen:
		b.set(i.register, pos)
	case opClose:
		start, end := b.registers[i.register], pos
		b.set(2*i.target, min(start, end))
		b.set(2*i.target+1, max(start, end))
	case opReference:
		pos, ok = b.reference(i, pos)
		return pc + 1, pos, ok
	case opLoop, opNext, opAgain:
		return b.loop(pc, pos)
	case opLook, opNegativeLook, opHolds, opFails:
		return b.look(pc, pos)
	}
	return pc + 1, pos, true
}

// char matches one character in the direction of the instruction.
func (b *backtracker) char(i *inst, pos int32) (int32, bool) {
	c, next := b.at(pos, i.backward)
	return next, next != pos && i.set.contains(c)
}

// at returns the character after the position, or before it, and the position
// on its other side, which is the same if there is none.
func (b *backtracker) at(pos int32, backward bool) (rune, int32) {
	if backward {
		c, width := utf8.DecodeLastRuneInString(b.text[:pos])
		return c, pos - int32(width)
	}
	c, width := utf8.DecodeRuneInString(b.text[pos:])
	return c, pos + int32(width)
}

// firstRun matches as many characters as possible, or as few if it is lazy.
func (b *backtracker) firstRun(pc, pos int32) (end int32, ok bool) {
	i := &b.code[pc]
	count, least := int32(0), pos
	for limit := pick(i.lazy, i.min, i.max); count < limit; count++ {
		next, ok := b.char(i, pos)
		if !ok {
			break
		}
		pos = next
		if count < i.min {
			least = pos
		}
	}
	b.steps -= int(count)
	if count < i.min {
		return pos, false
	}
	switch {
	case i.lazy && count < i.max:
		b.leave(pc, pos, count)
	case !i.lazy && pos != least:
		b.leave(pc, pos, least)
	}
	return pos, true
}

// rerun matches one character less than before, or one more if it is lazy.
func (b *backtracker) rerun(last openWay) (pos int32, ok bool) {
	i := &b.code[last.pc]
	if i.lazy {
		pos, ok = b.char(i, last.pos)
		if ok && last.again+1 < i.max {
			b.leave(last.pc, pos, last.again+1)
		}
		return pos, ok
	}
	_, pos = b.at(last.pos, !i.backward)
	if pos != last.again {
		b.leave(last.pc, pos, last.again)
	}
	return pos, true
}

// reference matches again what the group has captured.
func (b *backtracker) reference(i *inst, pos int32) (int32, bool) {
	var captured string
	for _, group := range i.groups {
		if start, end := b.registers[2*group], b.registers[2*group+1]; end != unset {
			captured = b.text[start:end]
		}
	}
	b.steps -= len(captured)
	for len(captured) > 0 {
		var want rune
		var width int
		if i.backward {
			want, width = utf8.DecodeLastRuneInString(captured)
			captured = captured[:len(captured)-width]
		} else {
			want, width = utf8.DecodeRuneInString(captured)
			captured = captured[width:]
		}
		got, next := b.at(pos, i.backward)
		if next == pos || got != want && !(i.fold && sameFolded(got, want)) {
			return pos, false
		}
		pos = next
	}
	return pos, true
}

// loop executes the instructions of a repetition: RepeatMatcher, 22.2.2.3.1.
func (b *backtracker) loop(pc, pos int32) (nextPC, nextPos int32, ok bool) {
	i := &b.code[pc]
	count, start := i.register, i.register+1
	switch i.op {
	case opLoop:
		b.set(count, 0)
		return pc + 1, pos, true
	case opAgain: // an iteration that is not required must use up text
		return i.target, pos, b.registers[count] <= i.min || b.registers[start] != pos
	}
	switch done := b.registers[count]; {
	case done < i.min:
	case done >= i.max:
		return i.target, pos, true
	default:
		b.leave(pc, pos, 0)
		if i.lazy {
			return i.target, pos, true
		}
	}
	return b.iterate(pc, pos), pos, true
}

// iterate begins an iteration of the repetition at pc, and returns where its
// body begins.
func (b *backtracker) iterate(pc, pos int32) int32 {
	i := &b.code[pc]
	b.set(i.register, min(b.registers[i.register]+1, int32(unlimited-1)))
	b.set(i.register+1, pos)
	for group := i.resets.first; group < i.resets.end; group++ {
		b.set(int32(2*group), unset)
		b.set(int32(2*group+1), unset)
	}
	b.steps -= i.resets.end - i.resets.first
	return pc + 1
}

// look executes the instructions of look-around.
func (b *backtracker) look(pc, pos int32) (nextPC, nextPos int32, ok bool) {
	i := &b.code[pc]
	position, open := i.register, i.register+1
	switch i.op {
	case opLook, opNegativeLook:
		b.set(position, pos)
		b.leave(^open, b.registers[open], notAgain)
		b.registers[open] = int32(len(b.open))
		if i.op == opNegativeLook {
			b.leave(i.target, pos, notAgain)
		}
		return pc + 1, pos, true
	case opHolds:
		b.forget(int(b.registers[open]))
		return pc + 1, b.registers[position], true
	default:
		for outer := int(b.registers[open]); len(b.open) > outer; {
			last := b.open[len(b.open)-1]
			b.open = b.open[:len(b.open)-1]
			if last.pc < 0 {
				b.registers[^last.pc] = last.pos
			}
		}
		return 0, 0, false
	}
}

// forget drops the ways that were opened since there were that many, and keeps
// what restores registers.
func (b *backtracker) forget(outer int) {
	b.steps -= len(b.open) - outer
	rest := slices.DeleteFunc(b.open[outer:], func(w openWay) bool { return w.pc >= 0 })
	b.open = b.open[:outer+len(rest)]
}
