package plan

// compiledRule is a rule of the description, compiled for the slots of a
// region.
type compiledRule struct {
	steps []ruleStep
	first int // index of the first step, or an end of the rule
	*ruleSource
}

// ruleSource is what all narrowed forms of a rule share.
type ruleSource struct {
	condition condition // evaluated where the steps cannot tell
	blamed    []int32   // the slots of the members that lead to where findings are reported
	base      deviation
}

// truth is the outcome of a condition.
type truth byte

const (
	truthFalse truth = iota
	truthTrue
	truthError   // CEL reports an error for this data
	truthUnknown // the reference engine has to evaluate it
)

func truthOf(holds bool) truth {
	if holds {
		return truthTrue
	}
	return truthFalse
}

// compileRule compiles a rule about the objects at a node.
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

// ruleStep is a condition without parts, and where to continue: at another
// step, or at an end of the rule. As long as each condition is true or false,
// the steps give the same outcome as the condition of the rule.
type ruleStep struct {
	condition       condition
	ifTrue, ifFalse int

	// The most frequent conditions are evaluated in place, which saves a call.
	kind       stepKind
	parents    uint64 // of stepHas
	bit        uint64 // of stepHas and stepIn
	comparison *comparisonCondition
	values     uint64 // of stepIn
	slot       int32
	fromInputs bool // the rule inputs decide it in most cases
}

type stepKind byte

const (
	stepOther stepKind = iota
	stepHas
	stepCompareIntegers
	stepIn
)

// The ends of a rule, in place of the index of a step.
const (
	ruleHolds  = -1 // the rule holds
	ruleBroken = -2
)

// addSteps adds the steps of a condition, and returns the index of the first.
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

// runRule runs a rule. It returns false where the body has to be declined.
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

// evalPartial evaluates the whole condition of a rule of which a part cannot be
// evaluated: the condition can be true or false all the same.
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

// deepestPresent returns how many of the members that lead to a place are
// present. A finding about a member that is missing is reported at the last one
// that is present.
func (r *Reader) deepestPresent(path []int32) int {
	present := r.frame.nonNull() | r.frame.null
	for i, slot := range path {
		if present&(1<<slot) == 0 {
			return i
		}
	}
	return len(path)
}
