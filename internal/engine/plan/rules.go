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
	condition condition
	blamed    []int32 // the slots of the members that lead to what it blames
	base      deviation
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
		compiled.blamed = append(compiled.blamed, c.slotOf(n, from.At[:i+1], r))
	}
	tree := from.Expression.Tree()
	if tree == nil {
		c.fail("a rule whose expression is not simple")
	}
	compiled.condition = c.compileCondition(tree, n, r)
	compiled.first = compiled.addSteps(compiled.condition, ruleHolds, ruleBroken)
	return compiled
}

// ruleStep is a test without parts, and where to go on from there: to another
// ruleStep, or to the end of the rule. Going from ruleStep to ruleStep comes to what the
// tests of a rule come to together, as long as each is true or false.
type ruleStep struct {
	condition       condition
	ifTrue, ifFalse int

	// The most frequent tests are here, which is faster than to call them.
	kind       stepKind
	parents    uint64 // has
	bit        uint64 // has and isOneOf
	comparison *comparisonCondition
	values     uint64 // isOneOf
	slot       int32
	fromInputs bool // the rule inputs answer it, most often
}

type stepKind byte

const (
	stepOther stepKind = iota
	stepHas
	stepCompareIntegers
	stepIn
)

// The ends of a rule.
const (
	ruleHolds  = -1 // it holds
	ruleBroken = -2
)

// addSteps makes steps of a test, and returns where to begin.
func (rule *compiledRule) addSteps(cond condition, ifYes, ifNo int) int {
	switch t := cond.(type) {
	case andCondition:
		return rule.addSteps(t.a, rule.addSteps(t.b, ifYes, ifNo), ifNo)
	case orCondition:
		return rule.addSteps(t.a, ifYes, rule.addSteps(t.b, ifYes, ifNo))
	case notCondition:
		return rule.addSteps(t.a, ifNo, ifYes)
	case ternaryCondition:
		return rule.addSteps(t.condition, rule.addSteps(t.then, ifYes, ifNo), rule.addSteps(t.otherwise, ifYes, ifNo))
	}
	s := ruleStep{condition: cond, ifTrue: ifYes, ifFalse: ifNo}
	switch t := cond.(type) {
	case hasCondition:
		s.kind, s.parents, s.bit = stepHas, t.parents, t.member
	case *comparisonCondition:
		if t.terms != nil {
			s.kind, s.comparison = stepCompareIntegers, t
		}
	case inCondition:
		s.kind, s.bit, s.slot, s.values = stepIn, 1<<t.operand.slot, t.operand.slot, t.texts.values
	}
	rule.steps = append(rule.steps, s)
	return len(rule.steps) - 1
}

// runRule executes a runRule.
func (r *Reader) runRule(rule *compiledRule) bool {
	f := r.frame
	next := rule.first
	for next >= 0 {
		s := &rule.steps[next]
		holds := false
		switch {
		case s.kind == stepHas && f.objects&s.parents == s.parents:
			holds = f.nonNull()&s.bit != 0
		case s.kind == stepCompareIntegers && f.integers&s.comparison.integerSlots == s.comparison.integerSlots:
			holds = s.comparison.holds(f)
		case s.kind == stepIn && f.texts&s.bit != 0 && uint32(f.values[s.slot].index) < 64:
			holds = s.values>>uint32(f.values[s.slot].index)&1 != 0
		default:
			result := s.condition.run(r)
			if result > truthTrue {
				return r.evalPartial(rule)
			}
			holds = result == truthTrue
		}
		if holds {
			next = s.ifTrue
		} else {
			next = s.ifFalse
		}
	}
	if next == ruleBroken {
		r.sig.add((rule.base + deviation(r.deepestPresent(rule.blamed))).signature())
	}
	return true
}

// evalPartial executes a rule of which a part cannot be evaluated, which need not
// matter.
func (r *Reader) evalPartial(rule *compiledRule) bool {
	switch rule.condition.run(r) {
	case truthTrue:
	case truthFalse:
		r.sig.add((rule.base + deviation(r.deepestPresent(rule.blamed))).signature())
	case truthError:
		r.sig.add((rule.base + 64 + deviation(r.deepestPresent(rule.blamed))).signature())
	default:
		return false
	}
	return true
}

// deepestPresent returns how many of the members that lead to a place are there: a
// finding about one that is not there is at the last that is.
func (r *Reader) deepestPresent(path []int32) int {
	present := r.frame.nonNull() | r.frame.null
	for i, slot := range path {
		if present&(1<<slot) == 0 {
			return i
		}
	}
	return len(path)
}
