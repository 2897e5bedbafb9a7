package arazzo

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Caller makes the requests of steps.
type Caller interface {
	// Call makes the request of a step.
	Call(ctx context.Context, r *Request) (*Response, error)

	// Wait waits before the request of a step is repeated for the nth time; d
	// is how long the document says.
	Wait(ctx context.Context, d time.Duration, n int) error
}

// Request is what a step asks for, with all expressions replaced by their
// values. Values are as encoding/json decodes them, with numbers as json.Number.
type Request struct {
	Step       *Step
	Parameters []Argument

	// Payload is the body, if HasPayload; a json.RawMessage is sent as it is.
	Payload    any
	HasPayload bool
}

// Argument is the value of a parameter.
type Argument struct {
	Name  string
	In    string // "path", "query", "header" or "cookie"
	Value any
}

// Response is a response, as expressions see it.
type Response struct {
	Method, URL string // of the request
	Status      int
	Header      http.Header
	Body        any // as encoding/json decodes it, with numbers as json.Number
	HasBody     bool
}

// UnmetError says that a response does not meet a criterion of its step.
type UnmetError struct {
	Step      *Step
	Criterion *Criterion
}

func (e *UnmetError) Error() string {
	return fmt.Sprintf("the step %s of the workflow %s expects %s", e.Step.ID, e.Step.Workflow.ID, e.Criterion)
}

// NoValueError says that a step needs the value of an expression that leads to
// nothing.
type NoValueError struct {
	Step       *Step
	Expression string
	What       string // for which the step needs it
}

func (e *NoValueError) Error() string {
	return fmt.Sprintf("step %s: %s is %s, which has no value", e.Step.ID, e.What, e.Expression)
}

// OfResponse reports whether the value would be one of a response.
func (e *NoValueError) OfResponse() bool {
	for _, root := range []string{"$steps.", "$workflows.", "$outputs.", "$response."} {
		if strings.HasPrefix(strings.TrimPrefix(e.Expression, "{"), root) {
			return true
		}
	}
	return false
}

// needs returns an error about what a step needs, given why it could not be
// had.
func (s *Step) needs(what string, err error) error {
	var none unresolvedError
	if errors.As(err, &none) {
		return &NoValueError{s, none.expression, what}
	}
	return fmt.Errorf("step %s: %s: %w", s.ID, what, err)
}

// maxDepth is how deep workflows may be within each other, by way of actions
// that lead from one to another.
const maxDepth = 100

// Run runs a workflow, and returns its outputs. The error is an [*UnmetError], a
// [*NoValueError], that of the caller, or says why a request cannot be made.
func Run(ctx context.Context, w *Workflow, inputs map[string]any, caller Caller) (map[string]any, error) {
	r := &runner{caller: caller, given: inputs, ended: map[*Workflow]workflowValues{}}
	return r.run(ctx, w, inputs)
}

// runner runs a workflow with those that are parts of it.
type runner struct {
	caller Caller
	given  map[string]any // the inputs of the whole run
	ended  map[*Workflow]workflowValues
	last   *exchange
	depth  int
}

// run runs a workflow after those that it depends on.
func (r *runner) run(ctx context.Context, w *Workflow, inputs map[string]any) (map[string]any, error) {
	if r.depth++; r.depth > maxDepth {
		return nil, fmt.Errorf("the workflow %s: workflows lead from one to another more than %d times", w.ID, maxDepth)
	}
	defer func() { r.depth-- }()
	for _, id := range w.DependsOn {
		before := w.document.Find(id)
		if _, ok := r.ended[before]; !ok {
			if _, err := r.run(ctx, before, r.given); err != nil {
				return nil, err
			}
		}
	}
	e := &execution{runner: r, workflow: w, retries: map[retry]int{}}
	e.scope = scope{inputs: w.withDefaults(inputs), steps: map[string]map[string]any{}, workflows: r.ended, document: w.document}
	if err := e.steps(ctx); err != nil {
		return nil, err
	}
	outputs := e.scope.outputsOf(w.outputs)
	r.ended[w] = workflowValues{e.scope.inputs, outputs}
	return outputs, nil
}

// withDefaults returns the inputs of a workflow, with the defaults of those
// that are missing.
func (w *Workflow) withDefaults(given map[string]any) map[string]any {
	inputs := map[string]any{}
	for _, i := range w.Inputs {
		if i.Default != nil {
			inputs[i.Name] = i.Default
		}
	}
	for name, value := range given {
		inputs[name] = value
	}
	return inputs
}

// outputsOf returns the values of outputs. One that leads to nothing is left
// out.
func (s *scope) outputsOf(expressions map[string]Expression) map[string]any {
	outputs := map[string]any{}
	for name, e := range expressions {
		if value, ok := s.value(e); ok {
			outputs[name] = value
		}
	}
	return outputs
}

// execution is one run of the steps of a workflow.
type execution struct {
	*runner
	workflow *Workflow
	scope    scope
	retries  map[retry]int
}

// retry is an action that repeats a step.
type retry struct {
	step   *Step
	action *action
}

// steps runs the steps, in the order that their actions determine.
func (e *execution) steps(ctx context.Context) error {
	for i := 0; i < len(e.workflow.Steps); {
		s := e.workflow.Steps[i]
		err := e.step(ctx, s)
		var unmet *UnmetError
		if err != nil && !errors.As(err, &unmet) {
			return err
		}
		a := e.next(s, err == nil)
		switch {
		case a == nil && err == nil:
			i++
		case a == nil || a.kind == "end":
			return err
		case a.kind == "retry":
			if err := e.repeat(ctx, s, a); err != nil {
				return err
			}
		case a.workflowID != "":
			_, err := e.run(ctx, e.workflow.document.Find(a.workflowID), e.given)
			return err
		default:
			_, i = e.workflow.step(a.stepID)
		}
	}
	return nil
}

// next returns the action to take after a step, or nil.
func (e *execution) next(s *Step, succeeded bool) *action {
	own, shared := s.onFailure, e.workflow.failureActions
	if succeeded {
		own, shared = s.onSuccess, e.workflow.successActions
		for r := range e.retries {
			if r.step == s {
				delete(e.retries, r)
			}
		}
	}
	for _, a := range slices.Concat(own, shared) {
		exhausted := a.kind == "retry" && e.retries[retry{s, a}] >= a.retryLimit
		if !exhausted && firstUnmet(a.criteria, &e.scope) == nil {
			return a
		}
	}
	return nil
}

// repeat prepares for a step to be repeated.
func (e *execution) repeat(ctx context.Context, s *Step, a *action) error {
	r := retry{s, a}
	e.retries[r]++
	if first, _ := e.workflow.step(a.stepID); first != nil && first != s {
		if err := e.step(ctx, first); err != nil {
			return err
		}
	}
	if a.workflowID != "" {
		if _, err := e.run(ctx, e.workflow.document.Find(a.workflowID), e.given); err != nil {
			return err
		}
	}
	const longest = math.MaxInt64 / int64(time.Second)
	seconds := min(a.retryAfter, float64(longest/2))
	return e.caller.Wait(ctx, time.Duration(seconds*float64(time.Second)), e.retries[r])
}

// step runs a step, and notes its outputs if it succeeds.
func (e *execution) step(ctx context.Context, s *Step) error {
	var err error
	if s.WorkflowID != "" {
		err = e.part(ctx, s)
	} else {
		err = e.call(ctx, s)
	}
	e.scope.exchange = e.last
	if err != nil {
		return err
	}
	if c := firstUnmet(s.Criteria, &e.scope); c != nil {
		return &UnmetError{s, c}
	}
	e.scope.steps[s.ID] = e.scope.outputsOf(s.outputs)
	return nil
}

// part runs the workflow that a step consists of.
func (e *execution) part(ctx context.Context, s *Step) error {
	inputs := map[string]any{}
	for _, p := range s.parameters {
		value, ok, err := e.scope.resolve(p.value)
		if err != nil {
			return s.needs("the parameter "+p.name, err)
		}
		if ok {
			inputs[p.name] = value
		}
	}
	outputs, err := e.run(ctx, s.Part(), inputs)
	e.scope.outputs = outputs
	return err
}

// call makes the request of a step.
func (e *execution) call(ctx context.Context, s *Step) error {
	r := &Request{Step: s}
	for _, p := range s.parameters {
		value, ok, err := e.scope.resolve(p.value)
		switch {
		case err != nil:
			return s.needs("the parameter "+p.name, err)
		case ok:
			r.Parameters = append(r.Parameters, Argument{p.name, p.in, value})
		case p.in == "path":
			return s.needs("the path parameter "+p.name, unresolvedError{textOf(p.value)})
		}
	}
	if s.Body != nil {
		var err error
		if r.Payload, r.HasPayload, err = e.scope.payload(s.Body); err != nil {
			return s.needs("the payload", err)
		}
	}
	resp, err := e.caller.Call(ctx, r)
	if err != nil {
		return err
	}
	e.last = &exchange{r, resp}
	return nil
}
