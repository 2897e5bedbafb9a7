package plan

import (
	"math/bits"
	"slices"
	"time"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
)

// objectChecks are the lifecycle and the rules that apply to an object.
type objectChecks struct {
	id        int // index among those of the plan
	lifecycle *lifecyclePlan
	rules     []compiledRule
	inputs    inputSlots
}

// compileChecks compiles the lifecycle and the rules of the object at a node.
// Where they cannot be expressed, the plan declines the object.
func (c *compiler) compileChecks(n *schemaNode, source *lifecycle.Lifecycle, rules []Rule, at schemaPosition) {
	if source == nil && len(rules) == 0 {
		return
	}
	defer func() {
		if reason, ok := unsupportedOf(recover()); ok {
			n.markOpaque("%s", string(reason))
		}
	}()
	checks := &objectChecks{}
	if source != nil {
		checks.lifecycle = c.compileLifecycle(n, source, at.region)
		checks.lifecycle.pointer = at.pointer
	}
	for _, from := range rules {
		checks.rules = append(checks.rules, c.compileRule(n, from, at.region))
	}
	checks.id, checks.inputs = c.plan.checks, inputSlotsOf(checks.rules)
	c.plan.checks++
	n.checks = append(n.checks, checks)
}

// runChecks runs the checks of the object that was just read and begins at
// start. It returns false where the body has to be declined.
func (r *Reader) runChecks(checks *objectChecks, start int) bool {
	if checks.lifecycle != nil && !r.checkLifecycle(checks.lifecycle, start) {
		return false
	}
	rules := r.rulesFor(checks)
	for i := range rules {
		if !r.runRule(&rules[i]) {
			return false
		}
	}
	return true
}

// lifecyclePlan is a lifecycle, compiled for the slots of a region. Sets of
// timestamps are bits at their indexes in timestamps.
type lifecyclePlan struct {
	source     *lifecycle.Lifecycle
	pointer    string // of the object, from the root of the body
	identity   int32
	state      int32
	watched    []int32
	timestamps []timestampSlot
	notBefore  int64 // bounds of the plausible times, in seconds since 1970
	notAfter   int64
	unit       time.Duration

	preceding []precedingTimes // by the index of the later timestamp
	recording uint64           // the timestamps that record when a state was entered

	states       []stateTimestamps
	stateNamed   map[string]int
	stateOfValue []int  // by the index of the enumerated value; -1 for no state
	final        uint64 // the timestamps of final states
	durations    []durationBound

	base deviation
}

// timestampSlot says where a timestamp is kept, and how it is written.
type timestampSlot struct {
	slot int32
	text bool    // written as text, not as a number
	path []int32 // the slots of the members that lead to it
}

// precedingTimes are the timestamps that must not be later than a certain one.
type precedingTimes struct {
	timestamps uint64
	pairs      []orderedPair
}

// orderedPair is an earlier timestamp, and the index in Lifecycle.Before of the
// pair that orders it.
type orderedPair struct{ earlier, rule int }

// stateTimestamps says which timestamps a resource in a certain state must
// have, and which it cannot have.
type stateTimestamps struct {
	own         int    // that of the state itself; -1 for none
	passed      uint64 // those of the states that it must have passed
	unreachable uint64 // those of states that it cannot have been in
}

// durationBound says how long a state may last.
type durationBound struct {
	state   int
	entered int   // the timestamp of the state
	next    []int // the timestamps of the states that follow it
	atMost  int64 // nanoseconds
}

// The blocks in which the deviations of a lifecycle are numbered.
const (
	blockUnit = iota
	blockFuture
	blockSkew
	blockMissing
	blockOrder = blockMissing + 8
	blockRest  = blockOrder + 64
	blockSize  = 64
)

// addDeviation adds the nth deviation of a block, of which there are several
// variants.
func (r *Reader) addDeviation(l *lifecyclePlan, block, n, variant int) {
	r.sig.add((l.base + deviation((block*blockSize+n)*1024+variant)).signature())
}

// compileLifecycle compiles the lifecycle of the objects at a node.
func (c *compiler) compileLifecycle(n *schemaNode, source *lifecycle.Lifecycle, r *slotRegion) *lifecyclePlan {
	l := &lifecyclePlan{source: source, unit: source.Unit, stateNamed: map[string]int{}, base: c.newDeviations(1 << 24)}
	if source.NotBefore.Year() < 1970 || source.NotAfter.Year() > 2200 || len(source.Timestamps) > 64 || len(source.States()) > 60 {
		c.fail("a lifecycle with times before 1970 or after 2200, or with too many states")
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

// compileStates compiles what the states of a lifecycle require of its
// timestamps. The index is that of a timestamp by its pointer.
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

// checkLifecycle checks the resource that begins at start. It returns false
// where the body has to be declined.
func (r *Reader) checkLifecycle(l *lifecyclePlan, start int) bool {
	times := &r.resourceTimes
	if !r.readTimes(l, times) {
		return false
	}
	state := r.stateOf(l)
	for rest := times.implausible; rest != 0; rest &= rest - 1 {
		r.addDeviation(l, blockUnit, bits.TrailingZeros64(rest), 0)
	}
	for rest := times.plausible; rest != 0; rest &= rest - 1 {
		later := bits.TrailingZeros64(rest)
		for set := l.preceding[later].timestamps & times.plausible; set != 0; set &= set - 1 {
			if times.nanoseconds[bits.TrailingZeros64(set)] > times.nanoseconds[later] {
				r.addDisorder(l, times, later)
				break
			}
		}
	}
	if r.now != unknownTime {
		r.checkFuture(l, times)
	}
	for i := range l.durations {
		r.checkDuration(l, times, &l.durations[i], state)
	}
	r.checkStates(l, times, state)
	r.handOver(l, start, state)
	return true
}

// stateOf returns the index of the resource's state; -1 where it is not one of
// the lifecycle's.
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

// addDisorder adds the deviation of a timestamp that is earlier than others
// that must precede it. Of these, the latest counts.
func (r *Reader) addDisorder(l *lifecyclePlan, times *resourceTimes, later int) {
	worst := -1
	var latest int64
	for _, p := range l.preceding[later].pairs {
		at := times.nanoseconds[p.earlier]
		if times.plausible>>p.earlier&1 != 0 && at > times.nanoseconds[later] && (worst < 0 || at > latest) {
			worst, latest = p.rule, at
		}
	}
	r.addDeviation(l, blockRest, 0, worst)
}

// checkFuture checks that no timestamp of a state is later than the exchange.
func (r *Reader) checkFuture(l *lifecyclePlan, times *resourceTimes) {
	for rest := times.plausible & l.recording; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros64(rest)
		switch ahead := times.nanoseconds[i] - r.now; {
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

// checkDuration checks that a state does not last too long.
func (r *Reader) checkDuration(l *lifecyclePlan, times *resourceTimes, b *durationBound, state int) {
	if times.plausible>>b.entered&1 == 0 {
		return
	}
	left, end := -1, int64(0)
	for _, next := range b.next {
		if at := times.nanoseconds[next]; times.plausible>>next&1 != 0 && (left < 0 || at < end) {
			left, end = next, at
		}
	}
	if left < 0 {
		if state != b.state || r.now == unknownTime {
			return
		}
		end = r.now
	}
	if end-times.nanoseconds[b.entered] > b.atMost {
		r.addDeviation(l, blockRest, 1+b.state, 1+left)
	}
}

// checkStates checks which timestamps are present against the state.
func (r *Reader) checkStates(l *lifecyclePlan, times *resourceTimes, state int) {
	entered := times.present &^ times.placeholder
	if finals := entered & l.final; finals&(finals-1) != 0 {
		for ; finals != 0; finals &= finals - 1 {
			r.addDeviation(l, blockRest+1, bits.TrailingZeros64(finals), 1+state)
		}
	}
	if state < 0 {
		return
	}
	s := &l.states[state]
	missing := s.passed &^ times.present
	if s.own >= 0 {
		missing |= 1 << s.own &^ times.present
	}
	for ; missing != 0; missing &= missing - 1 {
		i := bits.TrailingZeros64(missing)
		r.addDeviation(l, blockMissing+min(r.deepestPresent(l.timestamps[i].path), 7), i, state)
	}
	for beyond := s.unreachable & entered; beyond != 0; beyond &= beyond - 1 {
		r.addDeviation(l, blockRest+2, bits.TrailingZeros64(beyond), state)
	}
}
