package schema

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// evaluator checks one value, and everything in it, against schemas. It has two modes,
// with the same code: it either judges, which only counts failures, or explains, which
// also collects them and what the schemas document.
//
// Alternatives are judged first; then only those that apply are explained. So the
// explanation is about what the value was meant to be. Each schema that is referred to
// judges and explains a value once, which keeps the time linear.
type evaluator struct {
	set       *Set
	shape     *Shape // of the root
	path      []step
	name      *jsonvalue.Value // the name of the member at path, if that is evaluated and not its value
	choices   int              // how many open evaluations are of the nearest alternative
	judging   int              // how many open evaluations only judge
	scope     []*resource      // the open ones, the outermost first; empty without dynamic references
	inherited []inheritance    // the open ones
	applied   []*node          // the open evaluations
	here      int              // from which on they are of the value at the path
	skipped   []*node          // schemas that the discriminators of their bases did not apply, because they are open

	trace    *Trace // or nil
	failures []Failure
	paths    []string          // memory for paths
	ignored  Failure           // is written to instead of a failure that is not collected
	names    []jsonvalue.Value // of members, as values; older ones can be elsewhere
	objects  []undescribed
	objectOf map[*jsonvalue.Value]int // the index among the objects
	results  memo
}

// evaluators are those that can be used again.
var evaluators = sync.Pool{New: func() any { return new(evaluator) }}

// newEvaluator returns an evaluator, which is to be released.
func newEvaluator(s *Set, shape *Shape) *evaluator {
	e := evaluators.Get().(*evaluator)
	e.set, e.shape = s, shape
	return e
}

// release gives the evaluator back. Its failures must have been copied.
func (e *evaluator) release() {
	const most = 1 << 10
	if len(e.objects) > most || e.results.size() > most {
		return // clearing them takes too long
	}
	clear(e.objectOf)
	clear(e.objects)
	clear(e.failures)
	e.results.clear()
	*e = evaluator{
		path: e.path[:0], failures: e.failures[:0], paths: e.paths, scope: e.scope[:0], inherited: e.inherited[:0], applied: e.applied[:0], skipped: e.skipped[:0],
		names: e.names[:0], objects: e.objects[:0], objectOf: e.objectOf, results: e.results,
	}
	evaluators.Put(e)
}

// step leads from an object or array to what it holds.
type step struct {
	around *jsonvalue.Value
	index  int
}

// result is how well a value matches a schema.
type result struct {
	score
	covered coverage
	open    bool // whether it is not known yet
}

// score counts failures.
type score struct {
	failures  int // all but the tolerated ones
	tolerated int // those that clients survive
	kind      int // the failures about the type of the value itself
	own       int // the failures about the constants of the value itself
	constants int // the failures about the constants of the value and of its members

	sole      *Failure // the only failure, if it is about the type or the constants of the value itself
	undecided string   // why it is not known whether there are more; empty if it is
}

// strict reports whether there is no failure at all.
func (s *score) strict() bool { return s.failures+s.tolerated == 0 && s.undecided == "" }

// tolerable reports whether clients survive all the failures.
func (s *score) tolerable() bool { return s.failures == 0 && s.undecided == "" }

// add adds the failures of another schema for the same value.
func (s *score) add(o score) {
	if s.sole == nil && s.failures == 0 {
		s.sole = o.sole
	} else if o.failures > 0 {
		s.sole = nil
	}
	s.failures += o.failures
	s.tolerated += o.tolerated
	s.kind += o.kind
	s.own += o.own
	s.constants += o.constants
	s.suspect(o.undecided)
}

// addWithin adds the failures of a member or element.
func (s *score) addWithin(o score) {
	s.add(score{failures: o.failures, tolerated: o.tolerated, constants: o.own, undecided: o.undecided})
}

func (s *score) suspect(reason string) {
	if s.undecided == "" {
		s.undecided = reason
	}
}

// class says how a failure is counted.
type class byte

const (
	hard      class = iota
	ofKind          // about the type of the value
	ofValue         // about the constants that it can be
	tolerated       // clients survive it
	noted           // not a failure, but worth reporting
)

// fail records that the value violates a keyword of the schema, and returns the
// failure, to which details can be added.
func (e *evaluator) fail(r *result, n *node, keyword string, c class) *Failure {
	switch c {
	case tolerated:
		r.tolerated++
	case ofKind:
		r.score.add(score{failures: 1, kind: 1, sole: e.set.failureOf(n, keyword)})
	case ofValue:
		r.score.add(score{failures: 1, own: 1, constants: 1, sole: e.set.failureOf(n, keyword)})
	case hard:
		r.score.add(score{failures: 1})
	}
	if e.judging > 0 {
		return &e.ignored
	}
	return e.collect(e.set.failureOf(n, keyword), c == tolerated || c == noted)
}

// collect appends a failure of the value at the path.
func (e *evaluator) collect(of *Failure, tolerated bool) *Failure {
	f := *of
	f.Path, f.Name, f.Tolerated = e.pathHere(), e.name != nil, tolerated
	e.failures = append(e.failures, f)
	return &e.failures[len(e.failures)-1]
}

// undecided records that it is not known whether the value satisfies the schema.
func (e *evaluator) undecided(r *result, n *node, reason string) {
	r.suspect(reason)
	if e.judging == 0 {
		e.failures = append(e.failures, Failure{Keyword: Undecided, Place: n.place, Path: e.pathHere(), Name: e.name != nil, Reason: reason})
	}
}

// pathHere returns the names and indexes that lead to the value.
func (e *evaluator) pathHere() []string {
	if len(e.path) == 0 {
		return nil
	}
	path := e.newPath(len(e.path))
	for i, s := range e.path {
		if s.around.Kind == jsonvalue.Array {
			path[i] = strconv.Itoa(s.index)
		} else {
			path[i] = s.around.Members[s.index].Name
		}
	}
	return path
}

// newPath returns memory for a path of so many names, which may be kept.
func (e *evaluator) newPath(n int) []string {
	const atOnce = 64
	if len(e.paths)+n > cap(e.paths) {
		e.paths = make([]string, 0, max(n, atOnce))
	}
	from := len(e.paths)
	e.paths = e.paths[:from+n]
	return e.paths[from : from+n : from+n]
}

// shapeHere returns the shape of the value at the path, or nil.
func (e *evaluator) shapeHere() *Shape {
	shape := e.shape
	for _, s := range e.path {
		switch {
		case shape == nil:
			return nil
		case s.around.Kind == jsonvalue.Array:
			shape = shape.Item(s.index)
		default:
			shape, _ = shape.Member(s.around.Members[s.index].Name)
		}
	}
	return shape
}

// within evaluates a member or an element.
func (e *evaluator) within(n *node, around *jsonvalue.Value, index int, v *jsonvalue.Value) score {
	e.path = append(e.path, step{around, index})
	outer := e.here
	e.here = len(e.applied)
	r := e.whole(n, v)
	e.here = outer
	e.path = e.path[:len(e.path)-1]
	if e.trace != nil {
		e.trace.enter(n, v, &r.score, e.judging > 0)
	}
	return r.score
}

// whole evaluates a value by a schema that is not part of another one for the value.
func (e *evaluator) whole(n *node, v *jsonvalue.Value) result {
	r := e.apply(n, v)
	if e.judging == 0 && v.Kind == jsonvalue.Object {
		e.describe(n, v, &r.covered)
	}
	return r
}

// judge evaluates a value without collecting anything.
func (e *evaluator) judge(n *node, v *jsonvalue.Value) result {
	e.judging++
	r := e.apply(n, v)
	e.judging--
	return r
}

// explain evaluates a value that was judged, unless the evaluator only judges.
func (e *evaluator) explain(n *node, v *jsonvalue.Value, judged result) result {
	if e.judging > 0 {
		return judged
	}
	return e.apply(n, v)
}

// apply evaluates a value by a schema.
func (e *evaluator) apply(n *node, v *jsonvalue.Value) (r result) {
	p := n.program()
	entered := p.dynamic && e.enter(p.resource)
	e.applied = append(e.applied, n)
	p.apply(e, v, &r)
	e.applied = e.applied[:len(e.applied)-1]
	if entered {
		e.leave()
	}
	return r
}

// apply evaluates all keywords of the schema.
func (p *program) apply(e *evaluator, v *jsonvalue.Value, r *result) {
	if p.never {
		e.fail(r, p.node, "", ofKind)
		return
	}
	if !p.types.allow(e, v) {
		e.fail(r, p.node, "type", ofKind)
		r.covered.all()
		return
	}
	p.value(e, v, r)
	switch v.Kind {
	case jsonvalue.String:
		p.text(e, v, r)
	case jsonvalue.Number:
		p.number(e, v, r)
	case jsonvalue.Array:
		p.array(e, v, r)
	case jsonvalue.Object:
		p.object(e, v, r)
	}
	p.references(e, v, r)
	p.combine(e, v, r)
	if p.loosensNull && v.Kind == jsonvalue.Null && r.failures == 0 {
		e.fail(r, p.node, "nullable", noted)
	}
	p.unevaluated(e, v, r)
}

// add adds the result of another schema for the same value.
func (r *result) add(o result) {
	r.score.add(o.score)
	r.covered.merge(&o.covered)
}

// refer evaluates a value by a schema that others can refer to, too: once.
func (e *evaluator) refer(from, n *node, keyword string, v *jsonvalue.Value) result {
	bases := ""
	for _, i := range e.inherited {
		if i.value != v {
			continue
		}
		if i.base == n {
			return result{covered: i.covered} // it is being evaluated
		}
		bases += " " + strconv.Itoa(i.base.id)
	}
	key := visit{n, v, e.scopeKey() + bases, e.mode()}
	if r := e.results.of(key); r != nil {
		if r.open {
			var loop result
			e.fail(&loop, from, keyword, hard).Keyword = "$ref"
			return loop
		}
		return *r
	}
	r, mark := e.results.add(key), len(e.skipped)
	r.open = true
	*r = e.apply(n, v)
	e.skipped = append(e.skipped[:mark], slices.DeleteFunc(e.skipped[mark:], func(s *node) bool { return s == n })...)
	if len(e.skipped) > mark { // it depends on what is open
		e.results.forget(key)
	}
	return *r
}

// mode says in which of the modes that have results of their own the evaluator is.
func (e *evaluator) mode() mode {
	switch {
	case e.judging > 0:
		return judging
	case e.choices > 0:
		return explainingNearest
	}
	return explaining
}

// references evaluates $ref, $dynamicRef and $recursiveRef.
func (p *program) references(e *evaluator, v *jsonvalue.Value, r *result) {
	if p.ref != nil {
		r.add(e.refer(p.node, p.ref, "$ref", v))
	}
	if p.dynamicRef != nil {
		r.add(e.refer(p.node, e.dynamicTarget(p), "$dynamicRef", v))
	}
	if p.recursiveRef != nil {
		r.add(e.refer(p.node, e.recursiveTarget(p), "$recursiveRef", v))
	}
}

// dropRepeated drops what a discriminator says of a value that has another failure, or
// of which an outer discriminator says the same.
func (e *evaluator) dropRepeated() {
	if !slices.ContainsFunc(e.failures, func(f Failure) bool { return f.Keyword == "discriminator" }) {
		return
	}
	others := map[string]bool{}
	for _, f := range e.failures {
		if (f.Keyword == "enum" || f.Keyword == "const" || f.Keyword == "type") && !f.Name {
			others[strings.Join(f.Path, "\x00")] = true
		}
	}
	e.failures = slices.DeleteFunc(e.failures, func(f Failure) bool {
		if f.Keyword != "discriminator" {
			return false
		}
		path := strings.Join(f.Path, "\x00")
		repeated := others[path]
		others[path] = true
		return repeated
	})
}

// Outcome is the result of checking a value.
type Outcome struct {
	Failures     []Failure      // each once, ordered by path, keyword and place
	Undocumented []Undocumented // by object, in the order of the text
}

// Undocumented are the members of an object that no schema which applies mentions,
// while others are described.
type Undocumented struct {
	Path    []string     // leads to the object
	Place   plumb.Source // of the schema for the object
	Object  *jsonvalue.Value
	Members []int // indexes of the members
}

// Validate checks a value against the schema.
func (s *Schema) Validate(v *jsonvalue.Value) *Outcome {
	e := newEvaluator(s.set, s.Shape)
	defer e.release()
	s.evaluate(e, v)
	e.dropRepeated()
	return &Outcome{Failures: sortFailures(e.failures), Undocumented: e.undocumented()}
}

func (s *Schema) evaluate(e *evaluator, v *jsonvalue.Value) {
	r := e.refer(s.node, s.node, "", v)
	if v.Kind == jsonvalue.Object {
		e.describe(s.node, v, &r.covered)
	}
}
