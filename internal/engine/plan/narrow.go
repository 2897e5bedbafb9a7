package plan

import "slices"

// Most steps of rules ask what members there are, and which of its values one
// has that is enumerated, such as the state. Bodies that are alike in this have
// the same answers; so rules are narrowed to the steps that are still open, and
// a Reader remembers them.

// ruleInputs is that in which bodies are alike.
type ruleInputs struct {
	texts, integers, other, objects uint64
	enumValues                      uint64 // of the enumerated slots, a byte each
}

// inputSlots says which slots the steps of the rules of a scope ask for.
type inputSlots struct {
	slots      uint64
	enumerated []int32
}

// narrowedRules are the rules of a scope as they are for certain rule inputs.
type narrowedRules struct {
	used bool
	ruleInputs
	rules []compiledRule
}

const (
	maxNarrowings = 64 // of one scope that are remembered
	maxProbes     = 4  // where one of them can be
)

// maxEnumerated is how many enumerated values rule inputs can hold.
const maxEnumerated = 8

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

// ruleInputsOf returns those of the body.
func (r *Reader) ruleInputsOf(asked *inputSlots) ruleInputs {
	f := r.frame
	inputs := ruleInputs{f.texts & asked.slots, f.integers & asked.slots, f.other & asked.slots, f.objects & asked.slots, 0}
	for _, slot := range asked.enumerated {
		index := uint32(0xff) // of no value, or too large to be foretold
		if f.texts>>slot&1 != 0 {
			index = min(uint32(f.values[slot].index), index)
		}
		inputs.enumValues = inputs.enumValues<<8 | uint64(index)
	}
	return inputs
}

// rulesFor returns the rulesFor of the scope, narrowed to what the body leaves open.
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
		cached[hash%maxNarrowings].used = false // for the next one like it
	}
	return checks.rules
}

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

// addOpenSteps takes over a step of x, and those that can follow, but for those whose
// answer is known. It returns its current position.
func (rule *compiledRule) addOpenSteps(r *Reader, full *compiledRule, next int, done map[int]int) int {
	for next >= 0 {
		s := &full.steps[next]
		holds, known := s.foretell(r.frame)
		if !known {
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

// foretell answers a step by what the rule inputs say.
func (s *ruleStep) foretell(f *slotFrame) (holds, known bool) {
	switch {
	case !s.fromInputs:
	case s.kind == stepHas && f.objects&s.parents == s.parents:
		return f.nonNull()&s.bit != 0, true
	case s.kind == stepIn && f.texts&s.bit != 0 && uint32(f.values[s.slot].index) < 64:
		return s.values>>uint32(f.values[s.slot].index)&1 != 0, true
	}
	return false, false
}
