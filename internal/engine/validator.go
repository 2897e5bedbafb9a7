// Package engine checks responses against an OpenAPI description.
//
// A [Validator] is compiled once from a description and then checks any number
// of exchanges, from any number of goroutines. It does no I/O and knows no
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
	"github.com/plumbapi/plumb/internal/schema"
	"github.com/plumbapi/plumb/spec"
)

// Validator checks exchanges. It is safe for concurrent use.
type Validator struct {
	desc     *spec.Description
	rules    []*Rule                   // sorted by id
	severity map[string]plumb.Severity // by the id of the rule
	running  []running                 // those that look at single responses
	history  []*Rule                   // those that look at two responses, and are not off
	set      map[string]bool           // rules whose severity an option has set
	strict   bool
	servers  spec.Servers
	router   *spec.Router
	maxDepth int

	schemas   *schema.Set
	bodies    map[plumb.Source]*bodySchema // of responses, by the place of the schema
	resources map[*schema.Shape]*bodySchema
	named     func() []*bodySchema              // components/schemas, in their order
	answers   map[*spec.Operation][]*bodySchema // those of 2xx answers

	labels  map[plumb.Source]string // of the schemas of bodies, by their file and pointer only
	byLabel map[string]plumb.Source // where these are
	places  sync.Map                // by shape: its *shapePlaces

	lives         map[*schema.Shape]*lifecycle.Lifecycle
	tracked       map[*lifecycle.Lifecycle]*tracked
	kinds         []*tracked // one of each, by their numbers
	shapeRules    map[*schema.Shape][]*xRule
	responseRules map[*spec.Response][]*xRule

	decisive   []*bodySchema // see decide
	decideOnce sync.Once
}

// running is a rule that is not off.
type running struct {
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

// Option is a choice for [New].
type Option func(*Validator) error

// WithRule sets the severity of the rules whose id matches a glob as in
// [path.Match]: WithRule("drift-*", Off). Of several that match, the last
// counts. It is an error if the glob matches none of the rules.
func WithRule(glob string, severity plumb.Severity) Option {
	return func(v *Validator) error {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("%q is not a glob: in a rule's name, * stands for any characters", glob)
		}
		found := false
		for _, r := range v.rules {
			if ok, _ := path.Match(glob, r.ID); ok {
				v.severity[r.ID], v.set[r.ID] = severity, true
				found = true
			}
		}
		if !found {
			return fmt.Errorf("no rule is named %q: 'plumb rules' lists them", glob)
		}
		return nil
	}
}

// WithStrict makes each finding that would be a warning an error.
func WithStrict() Option {
	return func(v *Validator) error {
		v.strict = true
		return nil
	}
}

// WithServer names a server that has the operations of the description, in
// place of those that the description names: by its URL, or by the base path
// only ("/v2"). It can be repeated.
func WithServer(url string) Option {
	return func(v *Validator) error {
		v.servers.URLs = append(v.servers.URLs, url)
		return nil
	}
}

// WithTarget says that all requests are made to one server: at the root of this
// URL, or below a base path that the description names. "/" stands for the root
// of any host.
func WithTarget(url string) Option {
	return func(v *Validator) error {
		v.servers.Target = url
		return nil
	}
}

// WithMaxDepth sets how deep the arrays and objects of a body may nest: 512
// unless set.
func WithMaxDepth(n int) Option {
	return func(v *Validator) error {
		if n < 1 {
			return fmt.Errorf("the depth %d is not at least 1", n)
		}
		v.maxDepth = n
		return nil
	}
}

// New compiles the description. It fails where a schema of the description
// does not compile, and says where that is written.
func New(d *spec.Description, opts ...Option) (*Validator, error) {
	v := &Validator{
		desc:      d,
		rules:     slices.Clone(rules),
		severity:  map[string]plumb.Severity{},
		set:       map[string]bool{},
		maxDepth:  512,
		bodies:    map[plumb.Source]*bodySchema{},
		resources: map[*schema.Shape]*bodySchema{},
		answers:   map[*spec.Operation][]*bodySchema{},
		labels:    map[plumb.Source]string{},
		byLabel:   map[string]plumb.Source{},

		lives:         map[*schema.Shape]*lifecycle.Lifecycle{},
		shapeRules:    map[*schema.Shape][]*xRule{},
		responseRules: map[*spec.Response][]*xRule{},
	}
	if err := v.compile(); err != nil {
		return nil, err
	}
	v.tracked, v.kinds = track(v.lives, d.Digest)
	for _, r := range v.rules {
		v.severity[r.ID] = r.Severity
	}
	for _, opt := range opts {
		if err := opt(v); err != nil {
			return nil, err
		}
	}
	var err error
	if v.router, err = d.Router(v.servers); err != nil {
		return nil, err
	}
	for _, r := range v.rules {
		severity := v.severityOf(r)
		if severity == plumb.Off {
			continue
		}
		if r.run != nil {
			v.running = append(v.running, running{r, severity})
		}
		if r.history != nil {
			v.history = append(v.history, r)
		}
	}
	return v, nil
}

// compile compiles the schemas of all responses. Those that merely have a name
// are compiled when they are asked for, unless the description has words of
// ours, all of which are to be right from the start.
func (v *Validator) compile() error {
	v.schemas = schema.New(v.desc)
	names := map[plumb.Source]string{}
	for _, s := range v.desc.Schemas {
		names[s.Place] = s.Name
		v.label(s.Place, s.Name)
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
					v.label(m.Schema, s.label())
				}
				if strings.HasPrefix(r.Status, "2") && !slices.Contains(v.answers[op], s) {
					v.answers[op] = append(v.answers[op], s)
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

// label makes the schema at a place known by a label.
func (v *Validator) label(at plumb.Source, label string) {
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

// Warnings returns what of the description cannot be used, or surely means
// something else than it says, in the order of the files.
func (v *Validator) Warnings() []spec.Warning {
	return append(slices.Clone(v.desc.Warnings), v.schemas.Warnings()...)
}

// HasSchema reports whether the description names a schema so, and which names
// there are, in the order of the file.
func (v *Validator) HasSchema(name string) (ok bool, names []string) {
	for _, s := range v.desc.Schemas {
		names = append(names, s.Name)
	}
	return slices.Contains(names, name), names
}

// Result is what there is to say of one exchange.
type Result struct {
	Findings []plumb.Finding // ordered by their place in the body, then by rule
	Beyond   []Beyond        // the findings that are left out, since they are at too many places

	// Bodies is how many bodies were checked: 1, or for a response that is a
	// list, one for each element. A described response that has no body, and
	// is not described with one, counts as 1.
	Bodies int

	// Skipped says why nothing was checked; empty where Bodies is not 0.
	Skipped string

	// Resources are the identities of the resources in the body, as
	// [History.Life] takes them.
	Resources []string

	Operation string // operationId; empty where unknown
	Status    int    // of the response; 0 where unknown
	Seen      []Seen // what of the description was seen, for the coverage

	// Pattern is set by a [Worker] where the findings are those of many
	// exchanges; where they are Counted, they are left out.
	Pattern *Pattern
	Counted bool

	schema *bodySchema // that the body was checked by
	read   bool        // by a plan
	list   bool        // with elements that are bodies of their own; only where read
	pass   *pass       // for the history; nil where the body has no resource
	notes  []note      // likewise, of a body that a plan read
}

// Check checks one exchange against the description.
func (v *Validator) Check(x *plumb.Exchange) Result {
	p := &pass{v: v, x: x}
	p.identify()
	p.judge()
	p.parse()
	for _, r := range v.running {
		p.rule, p.severity = r.Rule, r.severity
		r.run(p)
	}
	p.applyXRules()
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
	if len(p.resources) > 0 {
		p.out.pass = p
	}
	return p.out
}
