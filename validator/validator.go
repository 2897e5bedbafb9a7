// Package validator checks HTTP exchanges against an OpenAPI description.
//
// A [Validator] is compiled once from a description. It can then check any
// number of exchanges, from any number of goroutines. A [History] checks the
// exchanges of one run, and compares each response with the earlier responses
// about the same resource. Neither does any I/O or reads the clock: equal
// exchanges give equal results.
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

// Option is an option of [New].
type Option = engine.Option

// WithRule sets the severity of the rules whose ids match a glob, as in
// [path.Match]: WithRule("drift-*", plumb.Off). If several options match a
// rule, the last one counts. A glob that matches no rule is an error.
func WithRule(glob string, severity plumb.Severity) Option { return engine.WithRule(glob, severity) }

// WithStrict turns each warning into an error.
func WithStrict() Option { return engine.WithStrict() }

// WithServer names a server that has the operations of the description, in
// place of the servers that the description names: a URL, or just a base path
// ("/v2"). It can be repeated.
func WithServer(url string) Option { return engine.WithServer(url) }

// WithTarget says that all requests are made to one server: at the root of this
// URL, or below a base path that the description names. "/" means the root of
// any host.
func WithTarget(url string) Option { return engine.WithTarget(url) }

// WithMaxDepth sets how deep the arrays and objects of a body may nest: 512
// unless set.
func WithMaxDepth(n int) Option { return engine.WithMaxDepth(n) }

// New compiles the description. It returns an error, with file, line and
// column, if an extension of the description (x-lifecycle, x-rules) is not
// valid, and an error if an option does not fit the description. A schema that
// cannot be used is left out: see [Validator.Warnings].
func New(d *spec.Description, opts ...Option) (*Validator, error) {
	e, err := engine.New(d, opts...)
	if err != nil {
		return nil, err
	}
	return &Validator{e}, nil
}

// Warnings returns the parts of the description that cannot be used, or that
// certainly do not mean what they say, in the order of the files.
func (v *Validator) Warnings() []spec.Warning { return v.engine.Warnings() }

// Rules returns all rules that can give a finding, including those that the
// description defines, sorted by id, each with the severity that the options
// give it.
func (v *Validator) Rules() []plumb.Rule { return v.engine.Rules() }

// Result is the result of checking one exchange.
type Result struct {
	// Findings are ordered by their place in the body, then by rule.
	Findings []plumb.Finding

	// Bodies is the number of bodies that were checked: 1, or for a response
	// that is a list, one for each element. A described response that has no
	// body, and is not described with one, counts as 1.
	Bodies int

	// Skipped says why nothing was checked; it is empty if Bodies is not 0.
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

// History checks the exchanges of a run. It compares the responses about one
// resource, which are recognised by the resource's identity, in the order of
// their times; responses without a time are taken in the order of their places,
// or else in the order of the calls. A History is not safe for concurrent use.
type History struct {
	engine  *engine.Validator
	history *engine.History
	checked int
}

// NewHistory returns an empty history.
func (v *Validator) NewHistory() *History {
	return &History{engine: v.engine, history: v.engine.NewHistory()}
}

// Check checks one exchange as [Validator.Check] does, and adds the findings
// that the exchange gives together with earlier ones. An exchange without a
// place gets the number of the call as its Entry.
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
