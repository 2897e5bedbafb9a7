package plan

import "slices"

// Most steps of rules ask what members there are, and which of its values one
// has that is enumerated, such as the state. Bodies that are alike in this have
// the same answers; so rules are narrowed to the steps that are still open, and
// a Reader remembers them.

// ruleInputs is that in which bodies are alike.
type ruleInputs struct {
	texts, integers, other, objects uint64
	values                          uint64 // of the enumerated slots, a byte each
}

// inputSlots says which slots the steps of the rules of a scope ask for.
type inputSlots struct {
	slots      uint64
	enumerated []int32
}

// narrowedRules are the rules of a scope as they are for certain rule inputs.
type narrowedRules struct {
	known bool
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
	var a inputSlots
	for _, x := range rules {
		for i := range x.steps {
			switch s := &x.steps[i]; {
			case s.kind == stepHas:
				a.slots |= s.bit | s.parents
				s.asked = true
			case s.kind == stepIsOneOf && s.texts != 0:
				if !slices.Contains(a.enumerated, s.slot) {
					if len(a.enumerated) == maxEnumerated {
						continue
					}
					a.enumerated = append(a.enumerated, s.slot)
				}
				a.slots |= s.bit
				s.asked = true
			}
		}
	}
	return a
}

// ruleInputsOf returns those of the body.
func (r *Reader) ruleInputsOf(a *inputSlots) ruleInputs {
	f := r.frame
	o := ruleInputs{f.texts & a.slots, f.integers & a.slots, f.other & a.slots, f.objects & a.slots, 0}
	for _, slot := range a.enumerated {
		index := uint32(0xff) // of no value, or too large to be foretold
		if f.texts>>slot&1 != 0 {
			index = min(uint32(f.values[slot].index), index)
		}
		o.values = o.values<<8 | uint64(index)
	}
	return o
}

// rulesFor returns the rulesFor of the scope, narrowed to what the body leaves open.
func (r *Reader) rulesFor(s *objectChecks) []compiledRule {
	if len(s.rules) == 0 {
		return nil
	}
	o := r.ruleInputsOf(&s.asked)
	hash := scramble(o.texts ^ o.integers<<1 ^ o.other<<2 ^ o.values*0x9e3779b97f4a7c15)
	all := r.narrowed[s.id*maxNarrowings:][:maxNarrowings]
	for i := range uint64(maxProbes) {
		n := &all[(hash+i)%maxNarrowings]
		if n.known && n.ruleInputs == o {
			return n.rules
		}
		if !n.known {
			*n = narrowedRules{true, o, r.narrowRules(s)}
			return n.rules
		}
	}
	if r.misses++; r.misses%replaceEvery == 0 {
		all[hash%maxNarrowings].known = false // for the next one like it
	}
	return s.rules
}

func (r *Reader) narrowRules(s *objectChecks) []compiledRule {
	var open []compiledRule
	for _, x := range s.rules {
		own := compiledRule{ruleSource: x.ruleSource}
		if own.first = own.addOpenSteps(r, &x, x.first, map[int]int{}); own.first != ruleHolds {
			open = append(open, own)
		}
	}
	return open
}

// addOpenSteps takes over a step of x, and those that can follow, but for those whose
// answer is known. It returns its current position.
func (own *compiledRule) addOpenSteps(r *Reader, x *compiledRule, at int, done map[int]int) int {
	for at >= 0 {
		s := &x.steps[at]
		holds, known := s.foretell(r.frame)
		if !known {
			break
		}
		at = s.no
		if holds {
			at = s.yes
		}
	}
	if at < 0 {
		return at
	}
	if i, ok := done[at]; ok {
		return i
	}
	s := x.steps[at]
	s.yes, s.no = own.addOpenSteps(r, x, s.yes, done), own.addOpenSteps(r, x, s.no, done)
	own.steps = append(own.steps, s)
	done[at] = len(own.steps) - 1
	return done[at]
}

// foretell answers a step by what the rule inputs say.
func (s *ruleStep) foretell(f *slotFrame) (holds, known bool) {
	switch {
	case !s.asked:
	case s.kind == stepHas && f.objects&s.parents == s.parents:
		return f.nonNull()&s.bit != 0, true
	case s.kind == stepIsOneOf && f.texts&s.bit != 0 && uint32(f.values[s.slot].index) < 64:
		return s.texts>>uint32(f.values[s.slot].index)&1 != 0, true
	}
	return false, false
}
