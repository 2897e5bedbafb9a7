package ecmaregexp

// program is a pattern compiled for the backtracking matcher, with repetition
// counts of any size.
type program struct {
	code      []inst
	registers int // the number of registers; those for the bounds of groups come first
	anchored  bool
}

// inst is an instruction of a program. Execution continues with the next
// instruction, unless the opcode says otherwise.
type inst struct {
	op       opcode
	backward bool // whether it is in a look-behind, where matching goes toward the start of the text
	lazy     bool
	set      *charSet
	at       assertion
	fold     bool
	groups   []int // for opReference
	min, max int32
	register int32 // the first of its registers
	target   int32 // where execution continues
	resets   groupRange
}

type opcode byte

const (
	// opChar matches a character of set.
	opChar opcode = iota
	// opRun matches from min to max characters of set. Trying it again tries
	// another number of characters.
	opRun
	// opSplit continues with the next instruction and, if that fails, at
	// target.
	opSplit
	opJump
	opAssert
	// opOpen records where a group begins; opClose, whose target is the number
	// of the group, sets what the group has captured.
	opOpen
	opClose
	opReference
	// opLoop begins a repetition, whose registers are the number of iterations
	// and where the last one began; opNext decides on another iteration, or to
	// go on at target; opAgain, at the end of the body, goes to opNext.
	opLoop
	opNext
	opAgain
	// opLook begins a look-around, whose registers are the position and the
	// number of open ways; its body ends with opHolds, or with opFails if it is
	// negated, in which case matching continues at target.
	opLook
	opNegativeLook
	opHolds
	opFails
	opMatch
)

func compileProgram(t *tree) *program {
	c := &programCompiler{program: program{registers: 2 * (t.groups + 1), anchored: t.anchored}}
	c.emit(t.root)
	c.add(inst{op: opMatch})
	return &c.program
}

type programCompiler struct {
	program
	backward bool
}

func (c *programCompiler) add(i inst) (index int32) {
	i.backward = c.backward
	c.code = append(c.code, i)
	return c.here() - 1
}

func (c *programCompiler) here() int32 { return int32(len(c.code)) }

// allot returns the first of n new registers.
func (c *programCompiler) allot(n int) int32 {
	c.registers += n
	return int32(c.registers - n)
}

func (c *programCompiler) emit(n node) {
	switch n := n.(type) {
	case charNode:
		c.add(inst{op: opChar, set: n.set})
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
		start := c.allot(1)
		c.add(inst{op: opOpen, register: start})
		c.emit(n.body)
		c.add(inst{op: opClose, register: start, target: int32(n.index)})
	case *repeatNode:
		c.emitRepeat(n)
	case *lookNode:
		c.emitLook(n)
	case *referenceNode:
		c.add(inst{op: opReference, groups: n.groups, fold: n.fold})
	case assertNode:
		c.add(inst{op: opAssert, at: assertion(n)})
	}
}

func (c *programCompiler) emitChoice(n choiceNode) {
	var jumps []int32
	for _, alternative := range n[:len(n)-1] {
		split := c.add(inst{op: opSplit})
		c.emit(alternative)
		jumps = append(jumps, c.add(inst{op: opJump}))
		c.code[split].target = c.here()
	}
	c.emit(n[len(n)-1])
	for _, jump := range jumps {
		c.code[jump].target = c.here()
	}
}

func (c *programCompiler) emitRepeat(n *repeatNode) {
	repeat := inst{min: int32(n.min), max: int32(n.max), lazy: n.lazy, resets: n.groups}
	if char, ok := n.body.(charNode); ok {
		repeat.op, repeat.set = opRun, char.set
		c.add(repeat)
		return
	}
	repeat.register = c.allot(2)
	repeat.op = opLoop
	c.add(repeat)
	repeat.op = opNext
	next := c.add(repeat)
	c.emit(n.body)
	repeat.op, repeat.target = opAgain, next
	c.add(repeat)
	c.code[next].target = c.here()
}

func (c *programCompiler) emitLook(n *lookNode) {
	outer := c.backward
	c.backward = n.behind
	register := c.allot(2)
	look := c.add(inst{op: pick(n.negate, opNegativeLook, opLook), register: register})
	c.emit(n.body)
	c.add(inst{op: pick(n.negate, opFails, opHolds), register: register})
	c.backward = outer
	c.code[look].target = c.here()
}
