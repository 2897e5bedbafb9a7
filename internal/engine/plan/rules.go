package plan

// compiledRule is a compiledRule of the description, on the slots of a region.
type compiledRule struct {
	steps []ruleStep
	first int // of the steps, or how the rule ends
	*ruleSource
}

// ruleSource is how a rule comes to one where a step cannot tell, and what it
// says.
type ruleSource struct {
	holds condition
	at    []int32 // the slots of the members that lead to what it blames
	base  deviation
}

// truth is that of a test.
type truth byte

const (
	truthFalse truth = iota
	truthTrue
	truthError   // it cannot be evaluated on this data, as CEL has it
	truthUnknown // the reference engine has to evaluate it
)

func truthOf(holds bool) truth {
	if holds {
		return truthTrue
	}
	return truthFalse
}

// compileRule compiles a compileRule about the object of a node.
func (c *compiler) compileRule(n *schemaNode, from Rule, r *slotRegion) compiledRule {
	compiled := compiledRule{ruleSource: &ruleSource{base: c.newDeviations(2 * 64)}}
	for i := range from.At {
		compiled.at = append(compiled.at, c.slotOf(n, from.At[:i+1], r))
	}
	tree := from.Expression.Tree()
	if tree == nil {
		c.fail("a rule whose expression is not simple")
	}
	compiled.holds = c.compileCondition(tree, n, r)
	compiled.first = compiled.addSteps(compiled.holds, ruleHolds, ruleBroken)
	return compiled
}

// ruleStep is a test without parts, and where to go on from there: to another
// ruleStep, or to the end of the rule. Going from ruleStep to ruleStep comes to what the
// tests of a rule come to together, as long as each is true or false.
type ruleStep struct {
	test    condition
	yes, no int

	// The most frequent tests are here, which is faster than to call them.
	kind     stepKind
	parents  uint64 // has
	bit      uint64 // has and isOneOf
	integers *comparisonCondition
	texts    uint64 // isOneOf
	slot     int32
	asked    bool // the rule inputs answer it, most often
}

type stepKind byte

const (
	stepOther stepKind = iota
	stepHas
	stepIntegers
	stepIsOneOf
)

// The ends of a rule.
const (
	ruleHolds  = -1 // it holds
	ruleBroken = -2
)

// addSteps makes steps of a test, and returns where to begin.
func (x *compiledRule) addSteps(t condition, ifYes, ifNo int) int {
	switch t := t.(type) {
	case andCondition:
		return x.addSteps(t.a, x.addSteps(t.b, ifYes, ifNo), ifNo)
	case orCondition:
		return x.addSteps(t.a, ifYes, x.addSteps(t.b, ifYes, ifNo))
	case notCondition:
		return x.addSteps(t.a, ifNo, ifYes)
	case ternaryCondition:
		return x.addSteps(t.condition, x.addSteps(t.then, ifYes, ifNo), x.addSteps(t.otherwise, ifYes, ifNo))
	}
	s := ruleStep{test: t, yes: ifYes, no: ifNo}
	switch t := t.(type) {
	case hasCondition:
		s.kind, s.parents, s.bit = stepHas, t.parents, t.bit
	case *comparisonCondition:
		if t.terms != nil {
			s.kind, s.integers = stepIntegers, t
		}
	case inCondition:
		s.kind, s.bit, s.slot, s.texts = stepIsOneOf, 1<<t.a.slot, t.a.slot, t.texts.bits
	}
	x.steps = append(x.steps, s)
	return len(x.steps) - 1
}

// runRule executes a runRule.
func (r *Reader) runRule(x *compiledRule) bool {
	f := r.frame
	at := x.first
	for at >= 0 {
		s := &x.steps[at]
		holds := false
		switch {
		case s.kind == stepHas && f.objects&s.parents == s.parents:
			holds = f.nonNull()&s.bit != 0
		case s.kind == stepIntegers && f.integers&s.integers.integers == s.integers.integers:
			holds = s.integers.holds(f)
		case s.kind == stepIsOneOf && f.texts&s.bit != 0 && uint32(f.values[s.slot].index) < 64:
			holds = s.texts>>uint32(f.values[s.slot].index)&1 != 0
		default:
			o := s.test.run(r)
			if o > truthTrue {
				return r.evalPartial(x)
			}
			holds = o == truthTrue
		}
		if holds {
			at = s.yes
		} else {
			at = s.no
		}
	}
	if at == ruleBroken {
		r.sig.add((x.base + deviation(r.deepestPresent(x.at))).signature())
	}
	return true
}

// evalPartial executes a rule of which a part cannot be evaluated, which need not
// matter.
func (r *Reader) evalPartial(x *compiledRule) bool {
	switch x.holds.run(r) {
	case truthTrue:
	case truthFalse:
		r.sig.add((x.base + deviation(r.deepestPresent(x.at))).signature())
	case truthError:
		r.sig.add((x.base + 64 + deviation(r.deepestPresent(x.at))).signature())
	default:
		return false
	}
	return true
}

// deepestPresent returns how many of the members that lead to a place are there: a
// finding about one that is not there is at the last that is.
func (r *Reader) deepestPresent(path []int32) int {
	there := r.frame.nonNull() | r.frame.null
	for i, slot := range path {
		if there&(1<<slot) == 0 {
			return i
		}
	}
	return len(path)
}
