// Package engine checks responses against an OpenAPI description.
//
// A [Validator] is compiled once from a description, and then checks any number
// of exchanges, from any number of goroutines. It does no I/O and reads no
// clock: equal exchanges give equal results.
package engine

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/internal/nearest"
	"github.com/plumbapi/plumb/internal/schema"
	"github.com/plumbapi/plumb/spec"
)

// Validator checks exchanges. It is safe for concurrent use.
type Validator struct {
	desc        *spec.Description
	rules       []*Rule                   // sorted by id
	severity    map[string]plumb.Severity // by the id of the rule
	active      []activeRule              // rules about single responses that are not off
	history     []*Rule                   // rules about two responses that are not off
	severitySet map[string]bool           // by the ids of the rules whose severity an option has set
	strict      bool
	servers     spec.Servers
	router      *spec.Router
	secretPaths map[string][]string // by template: the parameters in it that are credentials
	maxDepth    int

	schemas        *schema.Set
	bodies         map[plumb.Source]*bodySchema // of responses, by the place of the schema
	resources      map[*schema.Shape]*bodySchema
	named          func() []*bodySchema              // components/schemas, in their order
	successSchemas map[*spec.Operation][]*bodySchema // of 2xx responses

	labels  map[plumb.Source]string // of the schemas of bodies, by file and pointer
	byLabel map[string]plumb.Source // the places of the same schemas
	places  sync.Map                // by shape: its *shapePlaces

	asked func() map[string]string // for, by operation

	lives         map[*schema.Shape]*lifecycle.Lifecycle
	tracked       map[*lifecycle.Lifecycle]*tracked
	shaped        []*tracked // all of them, by their indexes
	kinds         []*tracked // one of each kind, by their numbers
	secret        string     // see WithSecret
	operations    []string   // the ids of all, sorted
	shapeRules    map[*schema.Shape][]*xRule
	overTime      map[*schema.Shape][]*xRule // those of these rules that compare two responses
	responseRules map[*spec.Response][]*xRule

	guarded map[string]bool // by rule: whether its basis is byGuard
	learns  bool            // whether bodies can be known
}

// activeRule is a rule that is not off, with its severity.
type activeRule struct {
	*Rule
	severity plumb.Severity
}

// severityOf returns the severity of a rule's findings.
func (v *Validator) severityOf(r *Rule) plumb.Severity {
	if severity := v.severity[r.ID]; severity != plumb.Warning || !v.strict {
		return severity
	}
	return plumb.Error
}

// isEnabled reports whether a rule is not off.
func (v *Validator) isEnabled(r *Rule) bool { return v.severityOf(r) != plumb.Off }

// Option configures a Validator that [New] makes.
type Option func(*Validator) error

// WithRule sets the severity of the rules whose ids match a glob as in
// [path.Match]: WithRule("drift-*", plumb.Off). Of several options that match,
// the last takes precedence. A glob that matches no rule is an error.
func WithRule(glob string, severity plumb.Severity) Option {
	return func(v *Validator) error {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("%q is not a glob: in a rule's name, * stands for any characters", glob)
		}
		found := false
		for _, r := range v.rules {
			if ok, _ := path.Match(glob, r.ID); ok {
				v.severity[r.ID], v.severitySet[r.ID] = severity, true
				found = true
			}
		}
		if !found {
			return fmt.Errorf("no rule is named %q%s (\"plumb rules\" lists them)", glob, v.nearRule(glob))
		}
		return nil
	}
}

// nearRule returns which rule a name could have meant, or "".
func (v *Validator) nearRule(name string) string {
	var known []string
	for _, r := range v.rules {
		known = append(known, r.ID)
	}
	if best := nearest.To(name, known); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return ""
}

// WithStrict makes each finding that would be a warning an error.
func WithStrict() Option {
	return func(v *Validator) error {
		v.strict = true
		return nil
	}
}

// WithServer names a server that has the operations of the description, in
// place of those that the description names. The server is given by its URL, or
// by its base path only ("/v2"). The option can be repeated.
func WithServer(url string) Option {
	return func(v *Validator) error {
		v.servers.URLs = append(v.servers.URLs, url)
		return nil
	}
}

// WithTarget says that all requests go to one server: to the root of this URL,
// or below a base path that the description names. "/" is the root of any host.
func WithTarget(url string) Option {
	return func(v *Validator) error {
		v.servers.Target = url
		return nil
	}
}

// WithMaxDepth sets how deep the arrays and objects of a body may nest. The
// default is 512.
func WithMaxDepth(n int) Option {
	return func(v *Validator) error {
		if n < 1 {
			return fmt.Errorf("the depth %d is less than 1", n)
		}
		v.maxDepth = n
		return nil
	}
}

// WithSecret makes the keys of resources, and what stands for the values of their
// members, such that only who has the secret can try which identities and values these
// are of. Histories can be merged where the secret is the same.
func WithSecret(secret string) Option {
	return func(v *Validator) error {
		v.secret = secret
		return nil
	}
}

// New compiles a description. The error says which schemas do not compile, and
// where they are.
func New(d *spec.Description, opts ...Option) (*Validator, error) {
	v := &Validator{
		desc:           d,
		rules:          slices.Clone(rules),
		severity:       map[string]plumb.Severity{},
		severitySet:    map[string]bool{},
		guarded:        map[string]bool{},
		learns:         true,
		maxDepth:       512,
		bodies:         map[plumb.Source]*bodySchema{},
		resources:      map[*schema.Shape]*bodySchema{},
		successSchemas: map[*spec.Operation][]*bodySchema{},
		labels:         map[plumb.Source]string{},
		byLabel:        map[string]plumb.Source{},

		lives:         map[*schema.Shape]*lifecycle.Lifecycle{},
		overTime:      map[*schema.Shape][]*xRule{},
		shapeRules:    map[*schema.Shape][]*xRule{},
		responseRules: map[*spec.Response][]*xRule{},
	}
	if err := v.compile(); err != nil {
		return nil, err
	}
	v.asked = sync.OnceValue(func() map[string]string { return askedFor(d.Operations) })
	for _, r := range v.rules {
		v.severity[r.ID], v.guarded[r.ID] = r.Severity, r.basis == byGuard
	}
	for _, opt := range opts {
		if err := opt(v); err != nil {
			return nil, err
		}
	}
	for shape, rules := range v.overTime {
		v.overTime[shape] = slices.DeleteFunc(rules, func(r *xRule) bool { return !v.isEnabled(r.Rule) })
	}
	v.tracked, v.shaped, v.kinds = track(v.lives, v.overTime, d.Digest+v.secret)
	v.operations = v.operationIDs()
	var err error
	if v.router, err = d.Router(v.servers); err != nil {
		return nil, err
	}
	v.secretPaths = secretPaths(d.Operations)
	for _, r := range v.rules {
		severity := v.severityOf(r)
		if severity == plumb.Off {
			continue
		}
		if r.run != nil {
			v.active = append(v.active, activeRule{r, severity})
			v.learns = v.learns && r.basis != anything
		}
		if r.history != nil {
			v.history = append(v.history, r)
		}
	}
	return v, nil
}

// compile compiles the schemas of all responses. Schemas that only have a name
// are compiled when they are first used, unless the description has extensions
// of plumb, which are all checked at the start.
func (v *Validator) compile() error {
	v.schemas = schema.New(v.desc)
	names := map[plumb.Source]string{}
	for _, s := range v.desc.Schemas {
		names[s.Place] = s.Name
		v.addLabel(s.Place, s.Name)
	}
	for _, op := range v.desc.Operations {
		for _, r := range op.Responses {
			for _, m := range r.Media {
				if !m.HasSchema {
					continue
				}
				s := v.bodies[m.Schema]
				if s == nil {
					s = newBodySchema(v.schemas.At(names[m.Schema], m.Schema))
					s.response = true
					v.bodies[m.Schema], v.resources[s.Shape] = s, s
					v.addLabel(m.Schema, s.label())
				}
				if strings.HasPrefix(r.Status, "2") && !slices.Contains(v.successSchemas[op], s) {
					v.successSchemas[op] = append(v.successSchemas[op], s)
				}
			}
		}
	}
	for _, s := range v.bodies {
		s.findElements(v.resources)
	}
	v.named = sync.OnceValue(v.compileNamed)
	if v.desc.Extended {
		v.named()
	}
	var errs []error
	for _, shape := range v.schemas.Shapes() {
		life, err := lifecycle.Parse(shape)
		errs = append(errs, err)
		if life != nil {
			v.lives[shape] = life
		}
	}
	errs = append(errs, v.loadXRules(v.schemas))
	return errors.Join(errs...)
}

// addLabel gives the schema at a place a label.
func (v *Validator) addLabel(at plumb.Source, label string) {
	v.labels[plumb.Source{File: at.File, Pointer: at.Pointer}], v.byLabel[label] = label, at
}

// compileNamed compiles the schemas that have a name.
func (v *Validator) compileNamed() []*bodySchema {
	byPlace := maps.Clone(v.bodies)
	var all []*bodySchema
	for _, named := range v.desc.Schemas {
		s := byPlace[named.Place]
		if s == nil {
			s = newBodySchema(v.schemas.At(named.Name, named.Place))
			s.findElements(v.resources)
			byPlace[named.Place] = s
		}
		all = append(all, s)
	}
	return all
}

// Warnings returns the problems of the description that do not keep it from
// being used: what is ignored, or probably means something else than intended.
// They are in the order of the files.
func (v *Validator) Warnings() []spec.Warning {
	all := slices.Clone(v.desc.Warnings)
	for _, w := range v.schemas.Warnings() {
		w.Place = v.desc.Shown(w.Place)
		all = append(all, w)
	}
	return all
}

// HasSchema reports whether the description has a schema with that name. It
// returns the names of all schemas, too, in the order of the file.
func (v *Validator) HasSchema(name string) (ok bool, names []string) {
	for _, s := range v.desc.Schemas {
		names = append(names, s.Name)
	}
	return slices.Contains(names, name), names
}

// Result is the result of checking one exchange.
type Result struct {
	Findings []plumb.Finding // ordered by their place in the body, then by rule
	Beyond   []Beyond        // counts of the findings that are not listed, because they are at too many places

	// Bodies is the number of bodies that were checked: 1, or the number of
	// elements of a response that is a list. A response without a body counts
	// as 1 where the description has none either.
	Bodies int

	// Skipped says why nothing was checked; empty where Bodies is not 0.
	Skipped string

	Resources []Resource // in the body, those with an identity

	Operation string // operationId; empty where unknown
	Status    int    // of the response; 0 where unknown
	Seen      []Seen // the documented places in the body, for coverage

	// Pattern is set by a [Worker] where many exchanges have the same findings.
	// If Counted is set, those of the pattern count besides Findings. The first Own of
	// Findings are of the exchange itself, and the others of a history.
	Pattern *Pattern
	Counted bool
	Own     int

	schema     *bodySchema // that the body was checked against
	list       bool        // the elements count as bodies of their own
	wellFormed bool        // the body is JSON without repeated names
	pass       *pass       // for the history; nil where the body has no resource
	notes      []note      // likewise, of a body that is not kept
}

// Resource is what a response is about, that has an identity.
type Resource struct {
	ID  string
	Key ResourceKey // zero where the result is not for a history
}

// Check checks one exchange against the description.
func (v *Validator) Check(x *plumb.Exchange) Result {
	p := newPass(v, x)
	p.read()
	p.check()
	if len(p.resources) > 0 {
		p.out.pass = p
	}
	return p.out
}

// newPass returns the pass of an exchange, with memory of its own.
func newPass(v *Validator, x *plumb.Exchange) *pass {
	return &pass{v: v, x: x, memory: &memory{}}
}

// read finds out what the body is, and how it fits its schema.
func (p *pass) read() {
	p.identify()
	p.skipOtherAPI()
	p.parse()
}

// check applies the rules.
func (p *pass) check() {
	for _, r := range p.v.active {
		p.rule, p.severity = r.Rule, r.severity
		r.run(p)
	}
	p.applyXRules()
	p.finish()
}

// finish completes the result.
func (p *pass) finish() {
	slices.SortStableFunc(p.out.Findings, func(a, b plumb.Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Pointer, b.Pointer))
	})
	if len(p.out.Findings) > MostPlaces {
		p.leaveOut()
	}
	if p.out.Bodies > 0 {
		p.out.Skipped = ""
	}
	p.out.schema = p.schema
	p.out.list = p.isList()
	p.out.wellFormed = p.root != nil && !p.text && len(p.faults) == 0
}
