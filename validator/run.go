package validator

import (
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/schemas"
	"github.com/plumbapi/plumb/spec"
	"github.com/plumbapi/plumb/validator/internal/plan"
)

// Run checks many exchanges. It comes to the results of [Validator.Check], but
// reads most bodies by a prepared plan, and leaves out findings that somebody
// has seen often enough, which then are only counted. It is safe for
// concurrent use.
type Run struct {
	v *Validator

	mu       sync.Mutex
	plans    map[planned]*planOf
	patterns map[patternKey]*Pattern
}

// NewRun returns a Run that has seen nothing.
func (v *Validator) NewRun() *Run {
	return &Run{v: v, plans: map[planned]*planOf{}, patterns: map[patternKey]*Pattern{}}
}

// Pattern is what exchanges have in common whose bodies differ from the
// description in the same ways: the findings, but for their occurrences.
type Pattern struct {
	findings atomic.Pointer[[]Finding]
	settled  atomic.Bool
}

// Findings returns the findings that each exchange of the pattern has. Of their
// occurrences there is nothing but the resource: one where they are about the
// resource in the body, and empty where they are not. It is empty before the
// first exchange of the pattern was explained.
func (p *Pattern) Findings() []Finding {
	if all := p.findings.Load(); all != nil {
		return *all
	}
	return nil
}

// Settle says that nobody needs the occurrences of the findings any more:
// further exchanges of the pattern are counted without being explained.
func (p *Pattern) Settle() { p.settled.Store(true) }

// mostPatterns bounds what a run remembers. Exchanges of further patterns are
// always explained.
const mostPatterns = 1 << 16

// patternKey is what tells patterns apart.
type patternKey struct {
	route     route
	signature plan.Signature
	named     bool // the resource in the body says who it is
}

// pattern returns the pattern with that key; nil if it is not known, unless
// there is room for it and it is to be made.
func (r *Run) pattern(key patternKey, make bool) *Pattern {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.patterns[key]
	if p == nil && make && len(r.patterns) < mostPatterns {
		p = &Pattern{}
		r.patterns[key] = p
	}
	return p
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
func (r *Run) plan(s *bodySchema, response *spec.Response) *plan.Plan {
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
	p.once.Do(func() { p.plan, p.err = r.v.compilePlan(s, response) })
	return p.plan
}

// Fallbacks says for which schemas, of those that were needed so far, bodies go
// to the slower reference engine, always or where a part of them is there, and
// what in the description is the reason. It is sorted.
func (r *Run) Fallbacks() []string {
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

func (v *Validator) compilePlan(s *bodySchema, response *spec.Response) (*plan.Plan, error) {
	source := &plan.Source{
		Shape:        s.Shape,
		Label:        s.label(),
		ElementsName: s.elementsName,
		Life:         func(shape *schemas.Shape) *lifecycle.Lifecycle { return v.lives[shape] },
		Rules:        func(shape *schemas.Shape) []plan.Rule { return planRules(v.shapeRules[shape]) },
		Watched:      watched,
		Whole:        planRules(v.responseRules[response]),
	}
	if s.elements != nil {
		source.Elements, source.ElementsLabel = s.elements.Shape, s.elements.label()
	}
	return plan.Compile(source)
}

func planRules(rules []*xRule) []plan.Rule {
	var all []plan.Rule
	for _, r := range rules {
		all = append(all, plan.Rule{Expression: r.expression, At: r.at})
	}
	return all
}

// route is what an exchange says about how its body is to be read, and what
// its findings say of it.
type route struct {
	schema      *bodySchema
	operation   *spec.Operation // nil for a bare body
	response    *spec.Response  // likewise
	status      int
	contentType string // of an exchange whose media type is not described
	inferred    bool   // the schema of a bare body was found out
}

// Batch is the outcome of checking several exchanges.
type Batch struct {
	Results   []Result // in the order of the exchanges
	Explained int      // how many of them the reference engine looked at

	tallies []*plan.Tally
	notes   []note
	cells   []byte   // of the notes
	ids     []byte   // of the resources in the notes
	strings []string // the ids
}

// Seen returns what of the description stood in bodies of the batch, beyond
// what its results say, and how many times.
func (b *Batch) Seen() iter.Seq2[Seen, int] {
	return func(yield func(Seen, int) bool) {
		for _, t := range b.tallies {
			for i, place := range t.Plan.Places {
				s := Seen{Schema: place.Schema, Pointer: place.Pointer, Value: place.Value}
				if n := t.Seen[i] - t.Nulls[i]; n > 0 && !yield(s, n) {
					return
				}
				s.Null = true
				if n := t.Nulls[i]; n > 0 && !yield(s, n) {
					return
				}
			}
		}
	}
}

func (b *Batch) tally(p *plan.Plan) *plan.Tally {
	for _, t := range b.tallies {
		if t.Plan == p {
			return t
		}
	}
	t := p.NewTally()
	b.tallies = append(b.tallies, t)
	return t
}

// Checker checks exchanges of a run on one goroutine.
type Checker struct {
	run     *Run
	reader  *plan.Reader
	digests map[string]uint64
	batch   *Batch
	x       *Exchange
	first   int // of the notes of the reading
	routes  map[routeKey]route
	last    *bodySchema  // of the bare body before
	tried   []patternKey // the readings of a bare body by the plans of several schemas
}

// NewChecker returns a Checker. Each goroutine needs its own.
func (r *Run) NewChecker() *Checker {
	c := &Checker{run: r, reader: plan.NewReader(r.v.maxDepth), digests: map[string]uint64{}, routes: map[routeKey]route{}}
	c.reader.Take = c.note
	return c
}

// Check holds exchanges against the description. They must not change until
// the results were added to a history.
func (c *Checker) Check(exchanges []*Exchange) *Batch {
	b := &Batch{Results: make([]Result, len(exchanges))}
	if last := c.batch; last != nil { // the next one will be much the same
		b.notes, b.cells, b.ids = make([]note, 0, len(last.notes)), make([]byte, 0, len(last.cells)), make([]byte, 0, len(last.ids))
	}
	c.batch = b
	for i, x := range exchanges {
		c.x = x
		before := b.mark()
		if c.check(b, x, &b.Results[i]); b.Results[i].notes == nil {
			b.forget(before)
		}
	}
	b.name()
	return b
}

func (c *Checker) check(b *Batch, x *Exchange, to *Result) {
	if body := x.Response.Body; len(body.Bytes) == 0 || body.Missing != "" || len(x.Defects) > 0 || !looksLikeJSON(body.Bytes) {
		c.explain(b, x, to)
		return
	}
	if x.Request.URL == "" {
		c.checkBare(b, x, to)
		return
	}
	match := c.run.v.desc.Find(x.Request.Method, x.Request.URL, c.run.v.servers)
	way, ok := c.route(x, match)
	if !ok {
		c.explain(b, x, to)
		return
	}
	p := c.run.plan(way.schema, way.response)
	if p == nil {
		c.explain(b, x, to)
		return
	}
	sig, ok := c.read(p, x, match.Params)
	switch {
	case !ok:
		c.explain(b, x, to)
	case sig == plan.Signature{} && way.contentType == "":
		c.accept(b, x, to, p, way)
	default:
		c.repeat(b, x, to, p, patternKey{way, sig, c.named()})
	}
}

// read reads the body of an exchange by a plan.
func (c *Checker) read(p *plan.Plan, x *Exchange, params map[string]string) (plan.Signature, bool) {
	c.first = len(c.batch.notes)
	return c.reader.Read(p, x.Response.Body.Bytes, plan.Circumstances{Time: x.Time, Status: x.Response.Status, Params: params})
}

// named tells whether the body that was read last holds a resource that says
// who it is.
func (c *Checker) named() bool { return len(c.batch.notes) > c.first }

// explain checks an exchange with the reference engine.
func (c *Checker) explain(b *Batch, x *Exchange, to *Result) {
	b.Explained++
	*to = c.run.v.Check(x)
}

// repeat handles an exchange with deviations: it is explained, or if that was
// done often enough, counted.
func (c *Checker) repeat(b *Batch, x *Exchange, to *Result, p *plan.Plan, key patternKey) {
	var pattern *Pattern
	if c.reader.Resources <= 1 { // else findings are about several resources
		pattern = c.run.pattern(key, true)
	}
	if pattern != nil && pattern.settled.Load() {
		c.accept(b, x, to, p, key.route)
		to.Pattern, to.Counted = pattern, true
		return
	}
	c.explain(b, x, to)
	to.explains(pattern)
}

// explains makes the findings of a result those of a pattern.
func (r *Result) explains(p *Pattern) {
	if p == nil {
		return
	}
	r.Pattern = p
	if p.findings.Load() == nil {
		common := make([]Finding, len(r.Findings))
		for i, f := range r.Findings {
			common[i] = f
			common[i].Occurrence = Occurrence{Resource: f.Resource}
		}
		p.findings.CompareAndSwap(nil, &common)
	}
}

// accept fills in the result of an exchange whose findings need no
// explanation.
func (c *Checker) accept(b *Batch, x *Exchange, to *Result, p *plan.Plan, way route) {
	to.Bodies = max(1, c.reader.Units)
	to.Status = x.Response.Status
	if way.operation != nil {
		to.Operation = way.operation.ID
	}
	c.reader.Count(b.tally(p))
	if n := len(b.notes); n > c.first {
		to.notes = b.notes[c.first:n:n]
	}
}

// routeKey is what a route depends on.
type routeKey struct {
	operation   *spec.Operation
	status      int
	contentType string
}

const mostRoutes = 1000

// route finds how the body of an exchange is to be read. It is false where the
// reference engine has to say.
func (c *Checker) route(x *Exchange, match spec.Match) (route, bool) {
	if match.Operation == nil || x.Request.Method == "HEAD" {
		return route{}, false
	}
	contentType := x.Response.Header.Get("Content-Type")
	key := routeKey{match.Operation, x.Response.Status, contentType}
	if way, ok := c.routes[key]; ok {
		return way, way.schema != nil
	}
	p := &pass{v: c.run.v, x: x}
	p.identify()
	way := route{schema: p.schema, operation: match.Operation, response: p.response, status: x.Response.Status}
	if p.response != nil && contentType != "" && p.response.MediaFor(contentType) == nil {
		way.contentType = contentType
	}
	if len(c.routes) < mostRoutes {
		c.routes[key] = way
	}
	return way, way.schema != nil
}

// checkBare checks a bare body. Which schema it has is found out by reading it
// by the plans of those that it can have.
func (c *Checker) checkBare(b *Batch, x *Exchange, to *Result) {
	c.tried = c.tried[:0]
	for _, s := range c.candidates(x) {
		p := c.run.plan(s, nil)
		if p == nil {
			continue
		}
		sig, ok := c.read(p, x, nil)
		if !ok {
			continue
		}
		key := patternKey{route{schema: s, status: x.Response.Status, inferred: x.Schema == ""}, sig, c.named()}
		if sig == (plan.Signature{}) {
			c.last = s
			c.accept(b, x, to, p, key.route)
			return
		}
		if pattern := c.run.pattern(key, false); pattern != nil && c.reader.Resources <= 1 && pattern.settled.Load() {
			c.last = s
			c.accept(b, x, to, p, key.route)
			to.Pattern, to.Counted = pattern, true
			return
		}
		if c.reader.Resources <= 1 { // as in repeat
			c.tried = append(c.tried, key)
		}
	}
	c.explain(b, x, to)
	for _, t := range c.tried {
		// The schema is known by constants. That these are right, or not, is
		// part of the signature.
		if to.schema == t.route.schema {
			to.explains(c.run.pattern(t, true))
		}
	}
}

// candidates returns the schemas that a bare body can have, the likeliest
// first.
func (c *Checker) candidates(x *Exchange) []*bodySchema {
	v := c.run.v
	if x.Schema != "" {
		for _, s := range v.named {
			if s.Name == x.Schema {
				return []*bodySchema{s}
			}
		}
		return nil
	}
	v.decideOnce.Do(v.decide)
	if len(v.decisive) > 1 && c.last != nil && v.decisive[0] != c.last {
		ordered := []*bodySchema{c.last}
		for _, s := range v.decisive {
			if s != c.last {
				ordered = append(ordered, s)
			}
		}
		return ordered
	}
	return v.decisive
}

// decide finds the named schemas whose constants leave no doubt: no value that
// has them can be of another schema.
func (v *Validator) decide() {
	for _, s := range v.named {
		own := s.Shape.Constants()
		rival := false
		for _, other := range v.named {
			rival = rival || other != s && other.canHave(own)
		}
		if len(own) > 0 && !rival {
			v.decisive = append(v.decisive, s)
		}
	}
}

// canHave tells whether an object with the constants can be recognised as a
// value of the schema by as many members, or more.
func (s *bodySchema) canHave(constants map[string]string) bool {
	own := s.Shape.Constants()
	if len(own) < len(constants) {
		return false
	}
	for name, text := range own {
		if there, ok := constants[name]; ok && there != text {
			return false
		}
	}
	return true
}

// looksLikeJSON tells whether the text begins as a JSON object or array does.
func looksLikeJSON(text []byte) bool {
	for _, c := range text {
		switch c {
		case ' ', '\t', '\n', '\r':
		default:
			return c == '{' || c == '['
		}
	}
	return false
}
