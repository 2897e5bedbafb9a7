// Package validator holds responses against an OpenAPI description.
//
// A [Validator] is compiled once from a description and then checks any number
// of exchanges, from any number of goroutines. It does no I/O and knows no
// clock: equal exchanges give equal results.
package validator

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"sync"

	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/schemas"
	"github.com/plumbapi/plumb/spec"
)

// Validator checks exchanges. It is safe for concurrent use.
type Validator struct {
	desc     *spec.Description
	rules    []*Rule             // sorted by id
	severity map[string]Severity // by the id of the rule
	running  []running           // those that look at single responses
	strict   bool
	servers  bool
	maxDepth int

	bodies map[spec.Place]*bodySchema // by the place of the schema
	named  []*bodySchema              // components/schemas, in their order

	labels  map[spec.Place]string // of the schemas of bodies, by their file and pointer only
	byLabel map[string]spec.Place // where these are
	places  sync.Map              // by shape: its *shapePlaces

	lives         map[*schemas.Shape]*lifecycle.Lifecycle
	shapeRules    map[*schemas.Shape][]*xRule
	responseRules map[*spec.Response][]*xRule

	decisive   []*bodySchema // see decide
	decideOnce sync.Once
}

// running is a rule that is not off.
type running struct {
	*Rule
	severity Severity
}

// severityOf returns the severity of a rule's findings.
func (v *Validator) severityOf(r *Rule) Severity {
	if severity := v.severity[r.ID]; severity != Warning || !v.strict {
		return severity
	}
	return Error
}

// Option is a choice for [New].
type Option func(*Validator) error

// WithRule sets the severity of the rules whose id matches a glob as in
// [path.Match]: WithRule("drift-*", Off). Of several that match, the last
// counts. It is an error if the glob matches none of the rules.
func WithRule(glob string, severity Severity) Option {
	return func(v *Validator) error {
		if _, err := path.Match(glob, ""); err != nil {
			return fmt.Errorf("%q is not a glob: in a rule's name, * stands for any characters", glob)
		}
		found := false
		for _, r := range v.rules {
			if ok, _ := path.Match(glob, r.ID); ok {
				v.severity[r.ID] = severity
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

// WithServers holds requests to the servers of the description; otherwise any
// host and any prefix of the path will do.
func WithServers() Option {
	return func(v *Validator) error {
		v.servers = true
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
		desc:     d,
		rules:    slices.Clone(rules),
		severity: map[string]Severity{},
		maxDepth: 512,
		bodies:   map[spec.Place]*bodySchema{},
		labels:   map[spec.Place]string{},
		byLabel:  map[string]spec.Place{},

		lives:         map[*schemas.Shape]*lifecycle.Lifecycle{},
		shapeRules:    map[*schemas.Shape][]*xRule{},
		responseRules: map[*spec.Response][]*xRule{},
	}
	if err := v.compile(); err != nil {
		return nil, err
	}
	for _, r := range v.rules {
		v.severity[r.ID] = r.Severity
	}
	for _, opt := range opts {
		if err := opt(v); err != nil {
			return nil, err
		}
	}
	for _, r := range rules {
		if severity := v.severityOf(r); r.run != nil && severity != Off {
			v.running = append(v.running, running{r, severity})
		}
	}
	return v, nil
}

// compile compiles the schemas of all responses and those with a name.
func (v *Validator) compile() error {
	set, err := schemas.Compile(v.desc)
	if err != nil {
		return err
	}
	names := map[spec.Place]string{}
	for _, s := range v.desc.Schemas {
		names[s.Place] = s.Name
	}
	add := func(at spec.Place) error {
		if v.bodies[at] != nil {
			return nil
		}
		s, err := set.At(names[at], at)
		if err != nil {
			return err
		}
		v.bodies[at] = newBodySchema(s)
		label := v.bodies[at].label()
		v.labels[spec.Place{File: at.File, Pointer: at.Pointer}], v.byLabel[label] = label, at
		return nil
	}
	for _, s := range v.desc.Schemas {
		if err := add(s.Place); err != nil {
			return err
		}
		v.named = append(v.named, v.bodies[s.Place])
	}
	resources := map[*schemas.Shape]*bodySchema{}
	for _, op := range v.desc.Operations {
		for _, r := range op.Responses {
			for _, m := range r.Media {
				if !m.HasSchema {
					continue
				}
				if err := add(m.Schema); err != nil {
					return err
				}
				s := v.bodies[m.Schema]
				s.response = true
				resources[s.Shape] = s
			}
		}
	}
	for _, s := range v.bodies {
		s.findElements(resources)
	}
	var errs []error
	for _, shape := range set.Shapes() {
		life, err := lifecycle.Parse(shape)
		errs = append(errs, err)
		if life != nil {
			v.lives[shape] = life
		}
	}
	errs = append(errs, v.loadXRules(set))
	return errors.Join(errs...)
}

// Warnings returns what of the description cannot be used, or surely means
// something else than it says, in the order of the files.
func (v *Validator) Warnings() []spec.Warning { return v.desc.Warnings }

// HasSchema tells whether the description names a schema so, and which names
// there are, in the order of the file.
func (v *Validator) HasSchema(name string) (ok bool, names []string) {
	for _, s := range v.named {
		names = append(names, s.Name)
	}
	return slices.Contains(names, name), names
}

// Result is what there is to say of one exchange.
type Result struct {
	Findings []Finding // ordered by their place in the body, then by rule

	// Bodies is how many bodies were validated: 1, or for a response that is
	// a list, one for each element.
	Bodies int

	// Skipped says why no body was validated; empty where Bodies is not 0.
	Skipped string

	// Resources are the identities of the resources in the body, as
	// [History.Life] takes them.
	Resources []string

	Operation string // operationId; empty where unknown
	Status    int    // of the response; 0 where unknown
	Seen      []Seen // what of the description was seen, for the coverage

	// Pattern is set by a [Checker] where the findings are those of many
	// exchanges; where they are Counted, they are left out.
	Pattern *Pattern
	Counted bool

	schema *bodySchema // that the body was checked by
	read   bool        // by a plan
	list   bool        // with elements that are bodies of their own; only where read
	pass   *pass       // for the history; nil where the body has no resource
	notes  []note      // likewise, of a body that a plan read
}

// Check holds one exchange against the description.
func (v *Validator) Check(x *Exchange) Result {
	p := &pass{v: v, x: x}
	p.identify()
	p.parse()
	for _, r := range v.running {
		p.rule, p.severity = r.Rule, r.severity
		r.run(p)
	}
	p.applyXRules()
	slices.SortStableFunc(p.out.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Pointer, b.Pointer))
	})
	if p.out.Bodies > 0 {
		p.out.Skipped = ""
	}
	p.out.schema = p.schema
	if len(p.resources) > 0 {
		p.out.pass = p
	}
	return p.out
}
