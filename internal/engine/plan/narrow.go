package plan

import "slices"

// Most steps of rules ask which members are present, and which of its
// enumerated values a member has, such as the state. Bodies with equal answers
// to these questions need only the steps that are still undecided, so a Reader
// caches the rules narrowed to these steps.

// ruleInputs are the answers to what rules ask of most bodies.
type ruleInputs struct {
	texts, integers, other, objects uint64
	enumValues                      uint64 // a byte for each enumerated slot: the index of its value
}

// inputSlots are the slots that make up the rule inputs of an object.
type inputSlots struct {
	slots      uint64
	enumerated []int32
}

// narrowedRules are the rules of an object, narrowed by certain rule inputs.
type narrowedRules struct {
	used bool
	ruleInputs
	rules []compiledRule
}

const (
	maxNarrowings = 64 // that are cached for one objectChecks
	maxProbes     = 4  // entries at which one of them can be
)

// maxEnumerated is how many enumerated slots rule inputs have at most.
const maxEnumerated = 8

// inputSlotsOf returns the slots whose presence or enumerated value the steps
// of rules ask for, and marks these steps.
func inputSlotsOf(rules []compiledRule) inputSlots {
	var asked inputSlots
	for _, rule := range rules {
		for i := range rule.steps {
			switch s := &rule.steps[i]; {
			case s.kind == stepHas:
				asked.slots |= s.bit | s.parents
				s.fromInputs = true
			case s.kind == stepIn && s.values != 0:
				if !slices.Contains(asked.enumerated, s.slot) {
					if len(asked.enumerated) == maxEnumerated {
						continue
					}
					asked.enumerated = append(asked.enumerated, s.slot)
				}
				asked.slots |= s.bit
				s.fromInputs = true
			}
		}
	}
	return asked
}

// ruleInputsOf returns the rule inputs of the object that was just read.
func (r *Reader) ruleInputsOf(asked *inputSlots) ruleInputs {
	f := r.frame
	inputs := ruleInputs{f.texts & asked.slots, f.integers & asked.slots, f.other & asked.slots, f.objects & asked.slots, 0}
	for _, slot := range asked.enumerated {
		index := uint32(0xff) // not an enumerated value, or one with a large index
		if f.texts>>slot&1 != 0 {
			index = min(uint32(f.values[slot].index), index)
		}
		inputs.enumValues = inputs.enumValues<<8 | uint64(index)
	}
	return inputs
}

// rulesFor returns the rules of an object, narrowed by its rule inputs where
// that is cached.
func (r *Reader) rulesFor(checks *objectChecks) []compiledRule {
	if len(checks.rules) == 0 {
		return nil
	}
	inputs := r.ruleInputsOf(&checks.inputs)
	hash := scramble(inputs.texts ^ inputs.integers<<1 ^ inputs.other<<2 ^ inputs.enumValues*0x9e3779b97f4a7c15)
	cached := r.narrowed[checks.id*maxNarrowings:][:maxNarrowings]
	for i := range uint64(maxProbes) {
		entry := &cached[(hash+i)%maxNarrowings]
		if entry.used && entry.ruleInputs == inputs {
			return entry.rules
		}
		if !entry.used {
			*entry = narrowedRules{true, inputs, r.narrowRules(checks)}
			return entry.rules
		}
	}
	if r.misses++; r.misses%replaceEvery == 0 {
		cached[hash%maxNarrowings].used = false // makes room for these inputs when they come again
	}
	return checks.rules
}

// narrowRules narrows the rules by the inputs of the object that was just read.
// Rules that then always hold are left out.
func (r *Reader) narrowRules(checks *objectChecks) []compiledRule {
	var open []compiledRule
	for _, rule := range checks.rules {
		narrowed := compiledRule{ruleSource: rule.ruleSource}
		if narrowed.first = narrowed.addOpenSteps(r, &rule, rule.first, map[int]int{}); narrowed.first != ruleHolds {
			open = append(open, narrowed)
		}
	}
	return open
}

// addOpenSteps copies a step of the full rule, and those that can follow it,
// but for those that the rule inputs decide. It returns the index at which to
// continue.
func (rule *compiledRule) addOpenSteps(r *Reader, full *compiledRule, next int, done map[int]int) int {
	for next >= 0 {
		s := &full.steps[next]
		holds, decided := s.decide(r.frame)
		if !decided {
			break
		}
		next = s.ifFalse
		if holds {
			next = s.ifTrue
		}
	}
	if next < 0 {
		return next
	}
	if i, ok := done[next]; ok {
		return i
	}
	s := full.steps[next]
	s.ifTrue, s.ifFalse = rule.addOpenSteps(r, full, s.ifTrue, done), rule.addOpenSteps(r, full, s.ifFalse, done)
	rule.steps = append(rule.steps, s)
	done[next] = len(rule.steps) - 1
	return done[next]
}

// decide returns whether the condition of a step holds, where the rule inputs
// decide it.
func (s *ruleStep) decide(f *slotFrame) (holds, decided bool) {
	switch {
	case !s.fromInputs:
	case s.kind == stepHas && f.objects&s.parents == s.parents:
		return f.nonNull()&s.bit != 0, true
	case s.kind == stepIn && f.texts&s.bit != 0 && uint32(f.values[s.slot].index) < 64:
		return s.values>>uint32(f.values[s.slot].index)&1 != 0, true
	}
	return false, false
}
