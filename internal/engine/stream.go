package engine

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/plan"
	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/internal/schema"
	"github.com/plumbapi/plumb/spec"
)

// Stream checks many exchanges. Its results are those of [Validator.Check],
// except that findings with enough occurrences are only counted. It reads most
// bodies with a compiled plan. It is safe for concurrent use.
type Stream struct {
	v               *Validator
	keepOccurrences int // see KeepOccurrences

	withoutHistory bool

	mu         sync.Mutex
	plans      map[planKey]*lazyPlan
	patterns   map[patternKey]*Pattern
	groups     map[groupKey]*findingGroup
	remembered int        // the findings of the patterns, and the patterns
	refused    int        // the patterns that were not remembered since some were forgotten
	released   []*Results // to be used again

	forgets atomic.Int64 // how often patterns were forgotten
}

// NewStream returns a Stream that has checked nothing yet.
func (v *Validator) NewStream() *Stream {
	return &Stream{v: v, keepOccurrences: math.MaxInt, plans: map[planKey]*lazyPlan{}, patterns: map[patternKey]*Pattern{}, groups: map[groupKey]*findingGroup{}}
}

// KeepOccurrences sets how many exchanges with the same pattern are explained
// in one call of [Worker.Check]; further ones are only counted. It must be
// called before the first check.
func (st *Stream) KeepOccurrences(n int) {
	st.keepOccurrences = max(n, 1)
}

// WithoutHistory says that the results are not added to a history, so they need
// not hold what a history keeps. It must be called before the first check.
func (st *Stream) WithoutHistory() { st.withoutHistory = true }

// Pattern is what exchanges have in common whose bodies differ from the
// description in the same ways: their findings, except for the occurrences.
type Pattern struct {
	findings  atomic.Pointer[[]plumb.Finding]
	settled   atomic.Bool
	used      atomic.Bool      // whether an exchange was counted since patterns were last forgotten
	forgotten atomic.Bool      // whether the stream does not know it any more
	groups    [2]*findingGroup // nil where it is not known which findings belong to which group
}

// findingGroup is a part of the findings of patterns: those of null for
// optional members, or the others. Most bodies have null in one of a few
// combinations of members, and each fault occurs with all of these. So a
// pattern whose two groups are known from other patterns need not be explained.
type findingGroup struct {
	findings []plumb.Finding // guarded by the lock of the stream until settled
	settled  atomic.Bool
}

// Findings returns the findings of each exchange of the pattern. Their
// occurrences are empty but for Resource, which is set to the identity of one
// of the resources where a finding is about a resource. There are none before
// the first exchange of the pattern was explained.
func (p *Pattern) Findings() []plumb.Finding {
	if all := p.findings.Load(); all != nil {
		return *all
	}
	return nil
}

// Done says that no more occurrences of the findings are needed: further
// exchanges of the pattern are counted without being explained.
func (p *Pattern) Done() {
	p.settled.Store(true)
	for _, group := range p.groups {
		if group != nil {
			group.settled.Store(true)
		}
	}
}

// maxRemembered bounds what a stream remembers: findings, and patterns. Exchanges of
// patterns that are not known are explained.
const maxRemembered = 1 << 12

// makeRoom forgets the patterns of which no exchange was counted since the last time.
// It reports whether there is room. It does so once in a while only, so that those
// that come again have time to.
func (st *Stream) makeRoom() bool {
	if st.refused++; st.refused < maxRemembered {
		return false
	}
	st.refused = 0
	st.forget()
	return st.remembered < maxRemembered
}

// forget forgets the patterns that were not used.
func (st *Stream) forget() {
	groups := map[*findingGroup]bool{}
	st.remembered = 0
	for key, pattern := range st.patterns {
		if !pattern.used.Swap(false) {
			pattern.forgotten.Store(true)
			delete(st.patterns, key)
			continue
		}
		st.remembered += 1 + len(pattern.Findings())
		groups[pattern.groups[0]], groups[pattern.groups[1]] = true, true
	}
	for key, group := range st.groups {
		if !groups[group] {
			delete(st.groups, key)
		}
	}
	st.forgets.Add(1)
}

// patternKey identifies a pattern.
type patternKey struct {
	route route
	reading
}

// groupKey identifies a findingGroup.
type groupKey struct {
	patternKey
	nullDrift bool // the group of null for optional members
}

// pattern returns the pattern with that key. If it is not known, it is made if
// both of its groups are settled, or if make is set; else it is nil. It is nil,
// too, if there are too many patterns that are used.
func (st *Stream) pattern(key patternKey, make bool) *Pattern {
	st.mu.Lock()
	defer st.mu.Unlock()
	pattern := st.patterns[key]
	if pattern != nil {
		return pattern
	}
	if st.remembered >= maxRemembered && !st.makeRoom() {
		return nil
	}
	fault, drift := st.groups[key.group(false)], st.groups[key.group(true)]
	switch {
	case fault != nil && drift != nil && fault.settled.Load() && drift.settled.Load():
		pattern = &Pattern{}
		all := slices.Concat(fault.findings, drift.findings)
		pattern.findings.Store(&all)
		pattern.settled.Store(true)
	case make:
		pattern = &Pattern{}
	default:
		return nil
	}
	st.patterns[key] = pattern
	st.remembered += 1 + len(pattern.Findings())
	return pattern
}

// group returns the key of one of the two groups of a pattern.
func (k patternKey) group(nullDrift bool) groupKey {
	k.nullDrifts = 0
	if nullDrift {
		k.signature = plan.Signature{}
	} else {
		k.signature = k.signature.Without(k.nullDrift)
		k.nullDrift = plan.Signature{}
	}
	return groupKey{k, nullDrift}
}

// setFindings sets the findings of a pattern. As far as the plan knows,
// nullDrifts of them are of null for optional members.
func (st *Stream) setFindings(pattern *Pattern, key patternKey, findings []plumb.Finding, nullDrifts int) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if pattern.findings.Load() != nil {
		return
	}
	st.remembered += len(findings)
	all := make([]plumb.Finding, 0, len(findings))
	for _, isNull := range []bool{false, true} { // so that each group is a part
		for _, f := range findings {
			if (f.Rule == driftNull.ID) == isNull {
				f.Occurrence = plumb.Occurrence{Resource: f.Resource}
				all = append(all, f)
			}
		}
	}
	nulls := slices.IndexFunc(all, func(f plumb.Finding) bool { return f.Rule == driftNull.ID })
	if nulls < 0 {
		nulls = len(all)
	}
	parts := [2][]plumb.Finding{all[:nulls:nulls], all[nulls:]}
	if len(parts[1]) == nullDrifts {
		for i, part := range parts {
			k := key.group(i == 1)
			if st.groups[k] == nil {
				st.groups[k] = &findingGroup{findings: part}
			}
			pattern.groups[i] = st.groups[k]
		}
	}
	pattern.findings.Store(&all)
}

// planKey identifies a plan.
type planKey struct {
	schema   *bodySchema
	response *spec.Response // nil unless it has rules
}

// lazyPlan is a plan that is compiled on first use.
type lazyPlan struct {
	once sync.Once
	plan *plan.Plan // nil where the description cannot be expressed
	err  error
}

// plan returns the plan for bodies of a schema in a response; nil where a plan
// cannot express the description.
func (st *Stream) plan(body *bodySchema, response *spec.Response) *plan.Plan {
	if len(st.v.responseRules[response]) == 0 {
		response = nil
	}
	key := planKey{body, response}
	st.mu.Lock()
	lazy := st.plans[key]
	if lazy == nil {
		lazy = &lazyPlan{}
		st.plans[key] = lazy
	}
	st.mu.Unlock()
	lazy.once.Do(func() { lazy.plan, lazy.err = st.compilePlan(body, response) })
	return lazy.plan
}

// Fallbacks returns the schemas, of those that were needed so far, whose bodies
// are left to the slower reference engine, always or where a certain part is
// present, each with the reason. It is sorted.
func (st *Stream) Fallbacks() []string {
	st.mu.Lock()
	defer st.mu.Unlock()
	var all []string
	for key, lazy := range st.plans {
		lazy.once.Do(func() {}) // wait for a plan that is being made
		name := key.schema.label()
		if lazy.err != nil {
			all = append(all, name+", always: "+lazy.err.Error())
		} else if lazy.plan != nil {
			for _, why := range lazy.plan.OpaqueParts() {
				all = append(all, name+", in part: "+why)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// compilePlan compiles the plan for bodies of a schema. It fails while a rule
// is enabled that plans do not implement, since the rule would not see the
// bodies that a plan accepts.
func (st *Stream) compilePlan(body *bodySchema, response *spec.Response) (*plan.Plan, error) {
	v := st.v
	for _, rule := range v.active {
		if !plan.Has(rule.ID) {
			return nil, fmt.Errorf("the rule %s, which plans do not implement", rule.ID)
		}
	}
	for _, rule := range v.history {
		if !st.withoutHistory && !plan.Has(rule.ID) {
			return nil, fmt.Errorf("the rule %s, which plans do not implement", rule.ID)
		}
	}
	source := &plan.Source{
		Shape:        body.Shape,
		ElementsName: body.elementsName,
		Lifecycle:    func(shape *schema.Shape) *lifecycle.Lifecycle { return v.lives[shape] },
		Rules:        func(shape *schema.Shape) []plan.Rule { return planRules(v.shapeRules[shape]) },
		Places:       v.planPlaces,
		Watched:      func(life *lifecycle.Lifecycle) []string { return v.tracked[life].Members },
		BodyRules:    planRules(v.responseRules[response]),
	}
	if body.elements != nil {
		source.Elements = body.elements.Shape
	}
	return plan.Compile(source)
}

// planPlaces returns the places of a shape for plans.
func (v *Validator) planPlaces(shape *schema.Shape) (members []plan.Place, value func(text string) plan.Place) {
	places := v.placesOf(shape)
	for _, m := range places.members {
		members = append(members, planPlace(m))
	}
	return members, func(text string) plan.Place { return planPlace(places.values[text]) }
}

func planPlace(s Seen) plan.Place {
	return plan.Place{Schema: s.Schema, Pointer: s.Pointer, Value: s.Value}
}

func planRules(rules []*xRule) []plan.Rule {
	var all []plan.Rule
	for _, r := range rules {
		all = append(all, plan.Rule{Expression: r.expression, At: r.at})
	}
	return all
}
