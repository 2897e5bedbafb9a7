package plan

import (
	"math/bits"
	"slices"
	"time"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

// objectChecks is an object with a lifecycle or rules.
type objectChecks struct {
	id        int
	lifecycle *lifecyclePlan
	rules     []compiledRule
	inputs    inputSlots
}

// compileChecks compiles what is said of the object of a node.
func (c *compiler) compileChecks(n *schemaNode, source *lifecycle.Lifecycle, rules []Rule, at schemaPosition) {
	if source == nil && len(rules) == 0 {
		return
	}
	defer func() {
		if reason, ok := unsupportedOf(recover()); ok {
			n.markOpaque("%s", string(reason))
		}
	}()
	s := &objectChecks{}
	if source != nil {
		s.lifecycle = c.compileLifecycle(n, source, at.region)
		s.lifecycle.pointer = at.pointer
	}
	for _, from := range rules {
		s.rules = append(s.rules, c.compileRule(n, from, at.region))
	}
	s.id, s.inputs = c.plan.checks, inputSlotsOf(s.rules)
	c.plan.checks++
	n.checks = append(n.checks, s)
}

// runChecks executes what is said of the object that begins at start and was just
// read.
func (r *Reader) runChecks(s *objectChecks, start int) bool {
	if s.lifecycle != nil && !r.checkLifecycle(s.lifecycle, start) {
		return false
	}
	rules := r.rulesFor(s)
	for i := range rules {
		if !r.runRule(&rules[i]) {
			return false
		}
	}
	return true
}

// lifecyclePlan is a lifecycle on the slots of a region. Sets of timestamps are bits by
// their index in stamps.
type lifecyclePlan struct {
	source     *lifecycle.Lifecycle
	pointer    string // of the object
	identity   int32
	state      int32
	watched    []int32
	timestamps []timestampSlot
	notBefore  int64 // nanoseconds, of what is plausible
	notAfter   int64
	unit       time.Duration

	preceding []precedingTimes // by timestamp
	recording uint64           // the timestamps of states

	states       []stateTimestamps
	stateNamed   map[string]int
	stateOfValue []int  // the state that an enumerated value of the schema is
	final        uint64 // the timestamps of final states
	durations    []durationBound

	base deviation
}

// timestampSlot is a timestamp.
type timestampSlot struct {
	slot int32
	text bool
	path []int32 // the slots of the members that lead to it
}

// precedingTimes are the timestamps that must not come after another.
type precedingTimes struct {
	timestamps uint64
	pairs      []orderedPair
}

type orderedPair struct{ earlier, rule int }

// stateTimestamps is what holds for a resource in one state.
type stateTimestamps struct {
	own         int    // the timestamp that it must have; -1: none
	passed      uint64 // the timestamps of the states before it
	unreachable uint64 // the timestamps of states that it cannot have been in
}

// durationBound is how long a state lasts at most.
type durationBound struct {
	state   int
	entered int
	next    []int // the timestamps of the states after it
	atMost  int64
}

// The deviations of lifecycles are numbered in blocks.
const (
	blockUnit = iota
	blockFuture
	blockSkew
	blockMissing
	blockOrder = blockMissing + 8
	blockRest  = blockOrder + 64
	blockSize  = 64
)

// addDeviation records a deviation, the nth of a block, in a variety.
func (r *Reader) addDeviation(l *lifecyclePlan, block, n, variant int) {
	r.sig.add((l.base + deviation((block*blockSize+n)*1024+variant)).signature())
}

// compileLifecycle compiles a lifecycle.
func (c *compiler) compileLifecycle(n *schemaNode, source *lifecycle.Lifecycle, r *slotRegion) *lifecyclePlan {
	l := &lifecyclePlan{source: source, unit: source.Unit, stateNamed: map[string]int{}, base: c.newDeviations(1 << 24)}
	if source.NotBefore.Year() < 1970 || source.NotAfter.Year() > 2200 || len(source.Timestamps) > 64 || len(source.States()) > 60 {
		c.fail("a lifecycle with times far away, or very many states")
	}
	l.identity, l.state = c.slotOf(n, splitPointer(source.Identity), r), c.slotOf(n, splitPointer(source.State), r)
	for _, pointer := range c.Watched(source) {
		l.watched = append(l.watched, c.slotOf(n, splitPointer(pointer), r))
	}
	index := map[string]int{}
	for i, t := range source.Timestamps {
		index[t.Pointer] = i
		path := splitPointer(t.Pointer)
		s := timestampSlot{slot: c.slotOf(n, path, r), text: t.Text}
		for depth := range path {
			s.path = append(s.path, c.slotOf(n, path[:depth+1], r))
		}
		l.timestamps = append(l.timestamps, s)
		if source.Records(t.Pointer) {
			l.recording |= 1 << i
		}
	}
	l.notBefore, l.notAfter = source.NotBefore.Unix(), source.NotAfter.Unix()
	l.preceding = make([]precedingTimes, len(l.timestamps))
	for i, p := range source.Before {
		e := &l.preceding[index[p.Later]]
		e.timestamps |= 1 << index[p.Earlier]
		e.pairs = append(e.pairs, orderedPair{index[p.Earlier], i})
	}
	c.compileStates(l, n, index)
	if state := c.find(n, splitPointer(source.State)); state != nil {
		for _, v := range state.enumValues {
			i, ok := l.stateNamed[v.text]
			if !ok || v.kind != kindString {
				i = -1
			}
			l.stateOfValue = append(l.stateOfValue, i)
		}
	}
	return l
}

// compileStates compiles what is said of the compileStates.
func (c *compiler) compileStates(l *lifecyclePlan, n *schemaNode, index map[string]int) {
	all := l.source.States()
	required := func(pointer string) bool {
		path := splitPointer(pointer)
		i, ok := n.byName[path[0]]
		return ok && len(path) == 1 && n.members[i].required
	}
	for i, s := range all {
		l.stateNamed[s.Name] = i
		timestamps := stateTimestamps{own: -1}
		if s.Entered != "" && !required(s.Entered) {
			timestamps.own = index[s.Entered]
		}
		for _, p := range s.Passed {
			if p.Entered != "" && p.Entered != s.Entered && !required(p.Entered) {
				timestamps.passed |= 1 << index[p.Entered]
			}
		}
		for _, other := range all {
			if other.Entered == "" {
				continue
			}
			explained := slices.ContainsFunc(all, func(o *lifecycle.State) bool {
				return o.Entered == other.Entered && l.source.Reaches(o.Name, s.Name)
			})
			if !explained {
				timestamps.unreachable |= 1 << index[other.Entered]
			}
		}
		l.states = append(l.states, timestamps)
		if s.Final() && s.Entered != "" {
			l.final |= 1 << index[s.Entered]
		}
		if s.AtMost > 0 && s.Entered != "" {
			b := durationBound{state: i, entered: index[s.Entered], atMost: int64(s.AtMost)}
			for _, name := range s.Next {
				if entered := l.source.StateNamed(name).Entered; entered != "" {
					b.next = append(b.next, index[entered])
				}
			}
			l.durations = append(l.durations, b)
		}
	}
}

func splitPointer(pointer string) []string { return jsonvalue.SplitPointer(pointer) }

// checkLifecycle executes a lifecycle.
func (r *Reader) checkLifecycle(l *lifecyclePlan, start int) bool {
	t := &r.resourceTimes
	if !r.readTimes(l, t) {
		return false
	}
	state := r.stateOf(l)
	for rest := t.implausible; rest != 0; rest &= rest - 1 {
		r.addDeviation(l, blockUnit, bits.TrailingZeros64(rest), 0)
	}
	for rest := t.plausible; rest != 0; rest &= rest - 1 {
		later := bits.TrailingZeros64(rest)
		for set := l.preceding[later].timestamps & t.plausible; set != 0; set &= set - 1 {
			if t.nanoseconds[bits.TrailingZeros64(set)] > t.nanoseconds[later] {
				r.addDisorder(l, t, later)
				break
			}
		}
	}
	if r.now != unknownTime {
		r.checkFuture(l, t)
	}
	for i := range l.durations {
		r.checkDuration(l, t, &l.durations[i], state)
	}
	r.checkStates(l, t, state)
	r.handOver(l, start, state)
	return true
}

// stateOf returns the state of the resource; -1 where it is none.
func (r *Reader) stateOf(l *lifecyclePlan) int {
	if r.frame.texts&(1<<l.state) == 0 {
		return -1
	}
	v := &r.frame.values[l.state]
	if uint(v.index) < uint(len(l.stateOfValue)) {
		return l.stateOfValue[v.index]
	}
	if i, ok := l.stateNamed[string(r.textOf(v))]; ok {
		return i
	}
	return -1
}

// addDisorder records which timestamp a later one is most wrongly before.
func (r *Reader) addDisorder(l *lifecyclePlan, t *resourceTimes, later int) {
	worst := -1
	var latest int64
	for _, p := range l.preceding[later].pairs {
		at := t.nanoseconds[p.earlier]
		if t.plausible>>p.earlier&1 != 0 && at > t.nanoseconds[later] && (worst < 0 || at > latest) {
			worst, latest = p.rule, at
		}
	}
	r.addDeviation(l, blockRest, 0, worst)
}

// checkFuture records timestamps of states that are later than the exchange.
func (r *Reader) checkFuture(l *lifecyclePlan, t *resourceTimes) {
	for rest := t.plausible & l.recording; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		switch ahead := t.nanoseconds[i] - r.now; {
		case ahead <= int64(time.Second):
		case ahead > int64(ClockSlack):
			r.addDeviation(l, blockFuture, i, 0)
		default:
			r.addDeviation(l, blockSkew, i, 0)
		}
	}
}

// ClockSlack is how far the clocks of a server and of a recorder may differ.
const ClockSlack = time.Minute

// checkDuration records that a state lasts too long.
func (r *Reader) checkDuration(l *lifecyclePlan, t *resourceTimes, b *durationBound, state int) {
	if t.plausible>>b.entered&1 == 0 {
		return
	}
	left, end := -1, int64(0)
	for _, next := range b.next {
		if at := t.nanoseconds[next]; t.plausible>>next&1 != 0 && (left < 0 || at < end) {
			left, end = next, at
		}
	}
	if left < 0 {
		if state != b.state || r.now == unknownTime {
			return
		}
		end = r.now
	}
	if end-t.nanoseconds[b.entered] > b.atMost {
		r.addDeviation(l, blockRest, 1+b.state, 1+left)
	}
}

// checkStates records what does not go with the state.
func (r *Reader) checkStates(l *lifecyclePlan, t *resourceTimes, state int) {
	entered := t.present &^ t.placeholder
	if finals := entered & l.final; finals&(finals-1) != 0 {
		for ; finals != 0; finals &= finals - 1 {
			r.addDeviation(l, blockRest+1, bits.TrailingZeros64(finals), 1+state)
		}
	}
	if state < 0 {
		return
	}
	s := &l.states[state]
	missing := s.passed &^ t.present
	if s.own >= 0 {
		missing |= 1 << s.own &^ t.present
	}
	for ; missing != 0; missing &= missing - 1 {
		i := bits.TrailingZeros64(missing)
		r.addDeviation(l, blockMissing+min(r.deepestPresent(l.timestamps[i].path), 7), i, state)
	}
	for beyond := s.unreachable & entered; beyond != 0; beyond &= beyond - 1 {
		r.addDeviation(l, blockRest+2, bits.TrailingZeros64(beyond), state)
	}
}
