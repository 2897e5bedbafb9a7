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

// Stream checks many exchanges. It comes to the results of [Validator.Check], but
// reads most bodies by a prepared plan, and leaves out findings that somebody
// has seen often enough, which then are only counted. It is safe for
// concurrent use.
type Stream struct {
	v      *Validator
	enough int // see Enough

	withoutHistory bool

	mu       sync.Mutex
	plans    map[planned]*planOf
	patterns map[patternKey]*Pattern
	groups   map[groupKey]*findingGroup
	released []*Results // to be used again
}

// NewStream returns a Run that has seen nothing.
func (v *Validator) NewStream() *Stream {
	return &Stream{v: v, enough: math.MaxInt, plans: map[planned]*planOf{}, patterns: map[patternKey]*Pattern{}, groups: map[groupKey]*findingGroup{}}
}

// KeepOccurrences says that of the exchanges of one batch that have the same pattern
// nobody needs the occurrences of more than the first n. It is to be called
// before the first check.
func (r *Stream) KeepOccurrences(n int) {
	r.enough = max(n, 1)
}

// WithoutHistory says that no history takes the results, which then need not
// hold what one keeps. It is to be called before the first check.
func (r *Stream) WithoutHistory() { r.withoutHistory = true }

// Pattern is what exchanges have in common whose bodies differ from the
// description in the same ways: the findings, but for their occurrences.
type Pattern struct {
	findings atomic.Pointer[[]plumb.Finding]
	settled  atomic.Bool
	groups   [2]*findingGroup // nil where the findings cannot be told apart
}

// findingGroup is a part of the findings of patterns. Most bodies are null in one of a
// few ways, and each fault meets all of these; so the findings of null are held
// apart from the others, and a pattern need not be explained whose groups are
// those of other patterns.
type findingGroup struct {
	findings []plumb.Finding // before it is settled, only under the lock of the run
	settled  atomic.Bool
}

// Findings returns the findings that each exchange of the pattern has. Of their
// occurrences there is nothing but the resource: one where they are about the
// resource in the body, and empty where they are not. It is empty before the
// first exchange of the pattern was explained.
func (p *Pattern) Findings() []plumb.Finding {
	if all := p.findings.Load(); all != nil {
		return *all
	}
	return nil
}

// Done says that nobody needs the occurrences of the findings any more:
// further exchanges of the pattern are counted without being explained.
func (p *Pattern) Done() {
	p.settled.Store(true)
	for _, h := range p.groups {
		if h != nil {
			h.settled.Store(true)
		}
	}
}

// mostPatterns bounds what a run remembers. Exchanges of further patterns are
// always explained.
const mostPatterns = 1 << 16

// patternKey is what tells patterns apart.
type patternKey struct {
	route route
	reading
}

// groupKey is what tells groups apart.
type groupKey struct {
	patternKey
	drift bool // the group that is of null for optional members
}

// pattern returns the pattern with that key; nil if it is not known, unless
// there is room for it and it is to be made, or its groups are settled.
func (r *Stream) pattern(key patternKey, make bool) *Pattern {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.patterns[key]
	if p != nil || len(r.patterns) >= mostPatterns {
		return p
	}
	fault, drift := r.groups[key.group(false)], r.groups[key.group(true)]
	switch {
	case fault != nil && drift != nil && fault.settled.Load() && drift.settled.Load():
		p = &Pattern{}
		all := slices.Concat(fault.findings, drift.findings)
		p.findings.Store(&all)
		p.settled.Store(true)
	case make:
		p = &Pattern{}
	default:
		return nil
	}
	r.patterns[key] = p
	return p
}

// group returns the key of one group.
func (k patternKey) group(drift bool) groupKey {
	k.drifts = 0
	if drift {
		k.signature = plan.Signature{}
	} else {
		k.signature = k.signature.Without(k.drift)
		k.drift = plan.Signature{}
	}
	return groupKey{k, drift}
}

// explained makes findings those of a pattern. So many of them are of null for
// optional members, as far as the plan knows.
func (r *Stream) explained(p *Pattern, key patternKey, findings []plumb.Finding, drifts int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p.findings.Load() != nil {
		return
	}
	all := make([]plumb.Finding, len(findings))
	var parts [2][]plumb.Finding
	for i, f := range findings {
		f.Occurrence = plumb.Occurrence{Resource: f.Resource}
		all[i] = f
		part := 0
		if f.Rule == driftNull.ID {
			part = 1
		}
		parts[part] = append(parts[part], f)
	}
	if len(parts[1]) == drifts {
		for i, part := range parts {
			k := key.group(i == 1)
			if r.groups[k] == nil {
				r.groups[k] = &findingGroup{findings: part}
			}
			p.groups[i] = r.groups[k]
		}
	}
	p.findings.Store(&all)
}

// planned is what a plan is made for.
type planned struct {
	schema   *bodySchema
	response *spec.Response // nil unless it has rules
}

// planOf is a plan that is made when it is first needed.
type planOf struct {
	once sync.Once
	plan *plan.Plan // nil where none can be made
	err  error
}

// plan returns the plan for bodies of a schema in a response; nil where the
// description says what plans cannot express.
func (r *Stream) plan(s *bodySchema, response *spec.Response) *plan.Plan {
	if len(r.v.responseRules[response]) == 0 {
		response = nil
	}
	key := planned{s, response}
	r.mu.Lock()
	p := r.plans[key]
	if p == nil {
		p = &planOf{}
		r.plans[key] = p
	}
	r.mu.Unlock()
	p.once.Do(func() { p.plan, p.err = r.compilePlan(s, response) })
	return p.plan
}

// Fallbacks says for which schemas, of those that were needed so far, bodies go
// to the slower reference engine, always or where a part of them is there, and
// what in the description is the reason. It is sorted.
func (r *Stream) Fallbacks() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for key, p := range r.plans {
		p.once.Do(func() {}) // wait for a plan that is being made
		name := key.schema.label()
		if p.err != nil {
			all = append(all, name+", always: "+p.err.Error())
		} else if p.plan != nil {
			for _, why := range p.plan.Why() {
				all = append(all, name+", in part: "+why)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// compilePlan compiles the plan for bodies of a schema. A rule that plans do not
// have would be silent about the bodies that a plan accepts, so that while it
// runs, there are none.
func (r *Stream) compilePlan(s *bodySchema, response *spec.Response) (*plan.Plan, error) {
	v := r.v
	for _, rule := range v.running {
		if !plan.Has(rule.ID) {
			return nil, fmt.Errorf("the rule %s, which plans do not have", rule.ID)
		}
	}
	for _, rule := range v.history {
		if !r.withoutHistory && !plan.Has(rule.ID) {
			return nil, fmt.Errorf("the rule %s, which plans do not have", rule.ID)
		}
	}
	source := &plan.Source{
		Shape:        s.Shape,
		ElementsName: s.elementsName,
		Life:         func(shape *schema.Shape) *lifecycle.Lifecycle { return v.lives[shape] },
		Rules:        func(shape *schema.Shape) []plan.Rule { return planRules(v.shapeRules[shape]) },
		Places:       v.planPlaces,
		Watched:      func(life *lifecycle.Lifecycle) []string { return v.tracked[life].Members },
		Whole:        planRules(v.responseRules[response]),
	}
	if s.elements != nil {
		source.Elements = s.elements.Shape
	}
	return plan.Compile(source)
}

// planPlaces returns the places of a shape as plans have them.
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
