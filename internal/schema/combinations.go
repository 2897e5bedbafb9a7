package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// combinations are the keywords that apply other schemas to the value itself: allOf,
// anyOf, oneOf, not, if, then and else, and discriminator of OpenAPI.
type combinations struct {
	allOf             []*node
	anyOf, oneOf      *alternatives // or nil
	not               *node
	ifs, thens, elses *node
	subtypes          *discriminator // of the schema itself, where it has no alternatives; or nil
}

// alternatives are the schemas of anyOf or oneOf.
type alternatives struct {
	keyword string
	schemas []*node

	discriminator *discriminator // or nil

	joint sync.Map // see joined

	once    sync.Once // guards what follows
	shapes  []*Shape
	targets []*node // what they refer to, if that is all they do
	tags    []tag
}

func (c *combinations) compile(n *node) {
	c.allOf = n.set.nodesOf(n.AllOf)
	c.not = n.set.nodeOf(n.Not)
	c.ifs, c.thens, c.elses = n.set.nodeOf(n.If), n.set.nodeOf(n.Then), n.set.nodeOf(n.Else)
	if len(n.AnyOf) > 0 {
		c.anyOf = &alternatives{keyword: "anyOf", schemas: n.set.nodesOf(n.AnyOf)}
	}
	if len(n.OneOf) > 0 {
		c.oneOf = &alternatives{keyword: "oneOf", schemas: n.set.nodesOf(n.OneOf)}
	}
	c.compileDiscriminator(n)
}

// combine evaluates the keywords that combine schemas.
func (p *program) combine(e *evaluator, v *jsonvalue.Value, r *result) {
	for _, n := range p.allOf {
		r.add(e.apply(n, v))
	}
	if p.anyOf != nil {
		p.choose(e, p.anyOf, v, r)
	}
	if p.oneOf != nil {
		p.choose(e, p.oneOf, v, r)
	}
	if p.subtypes != nil {
		p.inherit(e, v, r)
	}
	if p.not != nil {
		switch ruledOut := e.judge(p.not, v); {
		case ruledOut.strict():
			e.fail(r, p.node, "not", hard)
		case ruledOut.failures+ruledOut.tolerated == 0:
			e.undecided(r, p.node, ruledOut.undecided)
		}
	}
	if p.ifs != nil {
		p.condition(e, v, r)
	}
}

// condition evaluates if, then and else.
func (p *program) condition(e *evaluator, v *jsonvalue.Value, r *result) {
	branch := p.elses
	switch found := e.judge(p.ifs, v); {
	case found.strict():
		r.covered.merge(&found.covered)
		branch = p.thens
	case found.failures+found.tolerated == 0:
		e.undecided(r, p.node, found.undecided)
		return
	}
	if branch != nil {
		r.add(e.apply(branch, v))
	}
}

// choose evaluates anyOf or oneOf: those of the alternatives that the value satisfies
// apply, else the one that clients can take it for, else the nearest, whose failures
// are then what there is to say.
func (p *program) choose(e *evaluator, a *alternatives, v *jsonvalue.Value, r *result) {
	candidates := a.schemas
	if a.discriminator != nil {
		var decided bool
		if candidates, decided = a.discriminator.pick(e, p, a, v, r); decided {
			return
		}
	}
	if len(candidates) == 1 && len(a.schemas) > 1 { // nothing else can be meant
		r.add(e.refer(p.node, candidates[0], a.keyword, v))
		return
	}
	judged := make([]result, len(candidates))
	var strict []int
	unknown := ""
	for i, n := range candidates {
		judged[i] = e.judge(n, v)
		if judged[i].strict() {
			strict = append(strict, i)
		} else if judged[i].failures == 0 && judged[i].undecided != "" {
			unknown = judged[i].undecided
		}
	}
	switch {
	case len(strict) > 1 && a.keyword == "oneOf" && !a.isUntold(v):
		f := e.fail(r, p.node, a.keyword, hard)
		f.Reason = fmt.Sprintf("valid against schemas at indexes %d and %d", slices.Index(a.schemas, candidates[strict[0]]), slices.Index(a.schemas, candidates[strict[1]]))
	case unknown != "" && (a.keyword == "oneOf" || len(strict) == 0):
		e.undecided(r, p.node, unknown)
		r.covered.all()
		return
	case len(strict) == 0:
		p.nearest(e, a, candidates, judged, v, r)
		return
	}
	for _, i := range strict {
		applied := e.explain(candidates[i], v, judged[i])
		r.covered.merge(&applied.covered)
	}
}

// nearest evaluates the alternative that comes nearest to a value which satisfies
// none: one whose failures clients survive; else one of the right type, with the
// right constants, with the fewest failures.
func (p *program) nearest(e *evaluator, a *alternatives, candidates []*node, judged []result, v *jsonvalue.Value, r *result) {
	best := 0
	for i := range judged {
		if judged[i].compare(&judged[best].score) < 0 {
			best = i
		}
	}
	isTie := slices.ContainsFunc(slices.Delete(slices.Clone(judged), best, best+1), func(r result) bool { return r.compare(&judged[best].score) == 0 })
	if judged[best].tolerable() {
		r.add(e.explain(candidates[best], v, judged[best]))
		r.covered.documented.every = r.covered.documented.every || isTie
		return
	}
	if ownFailures(judged) && p.join(e, a, judged, r) || p.mistag(e, a, v, r) {
		return
	}
	mark := len(e.failures)
	e.choices++
	r.add(e.explain(candidates[best], v, judged[best]))
	e.choices--
	untold := a.discriminator != nil && e.keepMember(mark, a.discriminator.property, func() []demands {
		var others []demands
		for i, n := range candidates {
			if i != best && judged[i].kind <= judged[best].kind { // one of another type is not meant
				others = append(others, e.demandsOf(n, v))
			}
		}
		return others
	})
	if untold || isTie {
		r.covered.all() // the value may as well be meant for another one
	}
	if n := withoutNull(candidates, v); n > 1 && !untold {
		for i := mark; i < len(e.failures); i++ {
			e.failures[i].Alternatives = max(e.failures[i].Alternatives, n)
		}
	}
}

// isUntold reports whether a value is null, of which a discriminator does not tell
// which alternative it is of: several may allow it.
func (a *alternatives) isUntold(v *jsonvalue.Value) bool {
	return a.discriminator != nil && v.Kind == jsonvalue.Null
}

// withoutNull counts the alternatives that a value can be meant for: one that is not
// null is not meant for null alone.
func withoutNull(candidates []*node, v *jsonvalue.Value) int {
	n := len(candidates)
	for _, c := range candidates {
		if v.Kind != jsonvalue.Null && (&kindsAsker{}).own(c.Schema, nil) == jsonvalue.Null.Set() {
			n--
		}
	}
	return n
}

// keepMember drops the failures after the mark that are not of a member of the object
// here, if there are any of the member: without the member that picks an alternative,
// any of them can be meant. What all of the others demand, too, is kept. Nor is a
// failure of the member kept twice. It reports whether there was one.
func (e *evaluator) keepMember(mark int, name string, others func() []demands) bool {
	here := len(e.path)
	ofMember := func(f Failure) bool {
		return f.OfMember && f.Member == name && len(f.Path) == here || !f.OfMember && !f.Name && len(f.Path) == here+1 && f.Path[here] == name
	}
	after := e.failures[mark:]
	if !slices.ContainsFunc(after, ofMember) {
		return false
	}
	path, rest := e.pathHere(), others()
	isShared := func(f Failure) bool {
		return len(rest) > 0 && !slices.ContainsFunc(rest, func(d demands) bool { return !d[f.demand()] })
	}
	known := slices.DeleteFunc(slices.Clone(e.failures[:mark]), func(f Failure) bool { return !ofMember(f) || !slices.Equal(f.Path[:here], path) })
	after = slices.DeleteFunc(after, func(f Failure) bool {
		return !ofMember(f) && !isShared(f) || ofMember(f) && slices.ContainsFunc(known, func(k Failure) bool { return k.Keyword == f.Keyword })
	})
	for i := range after {
		after[i].Alternatives = 0
	}
	e.failures = e.failures[:mark+len(after)]
	return true
}

// demandsOf returns what a value lacks of what a schema demands. That is all, but for
// what alternatives within it share.
func (e *evaluator) demandsOf(n *node, v *jsonvalue.Value) demands {
	if e.choices > 0 {
		return nil // only of the outermost alternatives, which keeps the time linear
	}
	other := newEvaluator(e.set, e.shape)
	defer other.release()
	other.path, other.name = append(other.path, e.path...), e.name
	other.scope, other.inherited = append(other.scope, e.scope...), append(other.inherited, e.inherited...)
	other.applied, other.here = append(other.applied, e.applied...), e.here
	other.choices = 1
	other.apply(n, v)
	found := demands{}
	for i := range other.failures {
		found[other.failures[i].demand()] = true
	}
	return found
}

// compare orders scores: the nearest first.
func (s *score) compare(o *score) int {
	return cmp.Or(cmp.Compare(min(s.failures, 1), min(o.failures, 1)), cmp.Compare(s.kind, o.kind), cmp.Compare(s.constants, o.constants),
		cmp.Compare(s.failures, o.failures), cmp.Compare(s.tolerated, o.tolerated))
}

// ownFailures reports whether each of the alternatives has one failure, and that of
// the type or the constants of the value itself.
func ownFailures(judged []result) bool {
	return !slices.ContainsFunc(judged, func(r result) bool { return r.sole == nil || r.failures != 1 || r.tolerated != 0 })
}

// join makes one failure of those of alternatives that all require another type, or
// that all require other constants.
func (p *program) join(e *evaluator, a *alternatives, judged []result, r *result) bool {
	keyword := ""
	for i := range judged {
		own := joinedKeyword(judged[i].sole.Keyword)
		if own == "" || keyword != "" && own != keyword {
			return false
		}
		keyword = own
	}
	sole := p.joined(e.set, a, keyword, judged)
	if keyword == "type" {
		r.score.add(score{failures: 1, kind: 1, sole: sole})
	} else {
		r.score.add(score{failures: 1, own: 1, constants: 1, sole: sole})
	}
	r.covered.all()
	if e.judging == 0 {
		e.collect(sole, false)
	}
	return true
}

func joinedKeyword(keyword string) string {
	switch keyword {
	case "type", "enum":
		return keyword
	case "const":
		return "enum"
	}
	return ""
}

// joined returns what the failure of all alternatives says. It is made once for each
// keyword: what they require does not depend on the value.
func (p *program) joined(s *Set, a *alternatives, keyword string, judged []result) *Failure {
	if known, ok := a.joint.Load(keyword); ok && len(judged) == len(a.schemas) {
		return known.(*Failure)
	}
	f := &Failure{Keyword: keyword, Place: s.place(p.node.Location + "/" + a.keyword)}
	seen := map[string]bool{}
	for i := range judged {
		for _, value := range judged[i].sole.Values {
			if !seen[value] {
				seen[value] = true
				f.Values = append(f.Values, value)
			}
		}
	}
	f.Limit = strings.Join(f.Values, ", ")
	if len(judged) == len(a.schemas) {
		a.joint.Store(keyword, f)
	}
	return f
}

// tag is a member by which alternatives are told apart: each has other constants for
// it.
type tag struct {
	name   string
	values []string        // as JSON texts
	known  map[string]bool // their canonical texts
}

// has reports whether some alternative has a value.
func (t *tag) has(v *jsonvalue.Value) bool { return t.known[string(appendCanonical(nil, v))] }

// learn finds out what the alternatives document, once.
func (a *alternatives) learn(s *Set) {
	a.once.Do(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, n := range a.schemas {
			a.shapes = append(a.shapes, s.shape([]*node{n}))
			a.targets = append(a.targets, s.target(n))
		}
		for _, m := range a.shapes[0].Members {
			if t, ok := a.tag(m.Name); ok {
				a.tags = append(a.tags, t)
			}
		}
	})
}

// shapesOf returns the shapes of the alternatives.
func (a *alternatives) shapesOf(s *Set) []*Shape {
	a.learn(s)
	return a.shapes
}

func (a *alternatives) tag(name string) (tag, bool) {
	t := tag{name: name, known: map[string]bool{}}
	for _, shape := range a.shapes {
		m := shape.Named(name)
		if m == nil || len(m.Shape.Values) == 0 {
			return tag{}, false
		}
		for _, value := range m.Shape.Values {
			v, _ := jsonvalue.Parse([]byte(value), len(value))
			if v == nil {
				continue
			}
			if canonical := string(appendCanonical(nil, v)); !t.known[canonical] {
				t.known[canonical] = true
				t.values = append(t.values, value)
			}
		}
	}
	return t, true
}

// mistag records that the value of a member by which alternatives are told apart
// is that of none.
func (p *program) mistag(e *evaluator, a *alternatives, v *jsonvalue.Value, r *result) bool {
	if v.Kind != jsonvalue.Object {
		return false
	}
	a.learn(e.set)
	for _, t := range a.tags {
		i := v.Find(t.name)
		if i < 0 {
			continue
		}
		if e.pin(v.Members[i].Value); t.has(v.Members[i].Value) {
			continue
		}
		r.score.add(score{failures: 1, constants: 1})
		r.covered.all()
		if e.judging == 0 {
			e.path = append(e.path, step{v, i})
			e.collect(&Failure{
				Keyword: "enum", Place: e.set.place(p.node.Location + "/" + a.keyword), Values: t.values, Limit: strings.Join(t.values, ", "),
			}, false)
			e.path = e.path[:len(e.path)-1]
		}
		return true
	}
	return false
}
