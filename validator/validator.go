// Package validator checks HTTP exchanges against an OpenAPI description.
//
// A [Validator] is compiled once from a description and then checks any number
// of exchanges, from any number of goroutines. A [History] checks the exchanges
// of one run, and compares the responses of each resource with those before.
// Neither does I/O nor looks at a clock: equal exchanges give equal results.
package validator

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// Validator checks exchanges. It is safe for concurrent use.
type Validator struct {
	engine *engine.Validator
}

// Option is a choice for [New].
type Option = engine.Option

// WithRule sets the severity of the rules whose id matches a glob as in
// [path.Match]: WithRule("drift-*", plumb.Off). Of several that match, the last
// counts. It is an error if the glob matches none of the rules.
func WithRule(glob string, severity plumb.Severity) Option { return engine.WithRule(glob, severity) }

// WithStrict makes each finding that would be a warning an error.
func WithStrict() Option { return engine.WithStrict() }

// WithServer names a server that has the operations of the description, in
// place of those that the description names: by its URL, or by the base path
// only ("/v2"). It can be repeated.
func WithServer(url string) Option { return engine.WithServer(url) }

// WithTarget says that all requests are made to one server: at the root of this
// URL, or below a base path that the description names. "/" stands for the root
// of any host.
func WithTarget(url string) Option { return engine.WithTarget(url) }

// WithMaxDepth sets how deep the arrays and objects of a body may nest: 512
// unless set.
func WithMaxDepth(n int) Option { return engine.WithMaxDepth(n) }

// New compiles the description. It is an error if an extension of it
// (x-lifecycle, x-rules) is not valid, or an option does not fit; the error names
// file, line and column. A schema that cannot be used is left out: see
// [Validator.Warnings].
func New(d *spec.Description, opts ...Option) (*Validator, error) {
	e, err := engine.New(d, opts...)
	if err != nil {
		return nil, err
	}
	return &Validator{e}, nil
}

// Warnings returns what of the description cannot be used, or surely means
// something else than it says, in the order of the files.
func (v *Validator) Warnings() []spec.Warning { return v.engine.Warnings() }

// Rules returns all rules that can give a finding, those of the description
// included, sorted by id, each with the severity that the options give it.
func (v *Validator) Rules() []plumb.Rule { return v.engine.Rules() }

// Result is what there is to say of one exchange.
type Result struct {
	// Findings are ordered by their place in the body, then by rule.
	Findings []plumb.Finding

	// Bodies is how many bodies were checked: 1, or for a response that is a
	// list, one for each element. A described response that has no body, and
	// is not described with one, counts as 1.
	Bodies int

	// Skipped says why nothing was checked; empty where Bodies is not 0.
	Skipped string

	Operation string // operationId, or "METHOD /path" without one; empty where unknown
	Status    int    // of the response; 0 where unknown
}

func newResult(r *engine.Result) Result {
	return Result{Findings: r.Findings, Bodies: r.Bodies, Skipped: r.Skipped, Operation: r.Operation, Status: r.Status}
}

// Check checks one exchange by itself.
func (v *Validator) Check(x *plumb.Exchange) Result {
	r := v.engine.Check(x)
	return newResult(&r)
}

// History checks the exchanges of a run. The responses of one resource, which
// its identity tells, are compared with each other in the order of their times;
// those without times in the order of their places, else of the calls. It is not safe for concurrent
// use.
type History struct {
	engine  *engine.Validator
	history *engine.History
	checked int
}

// NewHistory returns a history without responses.
func (v *Validator) NewHistory() *History {
	return &History{engine: v.engine, history: v.engine.NewHistory()}
}

// Check checks one exchange as [Validator.Check] does. Its findings include those
// that it gives together with the exchanges before. An exchange without a place has
// the number of the call as its Entry.
func (h *History) Check(x *plumb.Exchange) Result {
	h.checked++
	if x.Place == (plumb.Place{}) {
		numbered := *x
		numbered.Place.Entry = h.checked
		x = &numbered
	}
	r := h.engine.Check(x)
	h.history.Add(&r)
	return newResult(&r)
}
