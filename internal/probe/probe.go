// Package probe runs scenarios against a live server. A scenario is a workflow
// of an Arazzo document.
package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/pb33f/libopenapi/arazzo"

	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/validator"
)

// Prober runs scenarios against one server, one after the other.
type Prober struct {
	Base        *url.URL    // of the API, with the version in its path
	Header      http.Header // sent with each request; its credentials go to no other host
	Inputs      map[string]any
	Timeout     time.Duration // of one request, its body included
	MaxRequests int
	Limits      recording.Limits

	// Seen takes each exchange, in the order of time.
	Seen func(*validator.Exchange)

	// Waiting is told before each wait what is waited for.
	Waiting func(d time.Duration, why string)

	// Wait waits, or returns early with the error of ctx; nil waits on the
	// clock.
	Wait func(ctx context.Context, d time.Duration) error

	client   *http.Client
	requests int
}

// Unmet says that a server answered, and not as the scenario expects.
type Unmet struct {
	Scenario, Step string
	Expected       string // the criterion
	Answer         string // what came: "GET https://host/v1/batches: status 500"
}

func (u *Unmet) Error() string {
	return fmt.Sprintf("scenario %s, step %s: expected %s; %s", u.Scenario, u.Step, u.Expected, u.Answer)
}

// slowest is how many times longer than the scenario says a repeated wait can
// become. The first waits are short, since some states are; of a state that
// lasts for minutes one need not ask every second.
const slowest = 10

// ErrUnreachable says that there is no such API at the address: to go on is of
// no use.
var ErrUnreachable = errors.New("the API cannot be reached")

// Run runs a scenario. Its error is an [*Unmet], one that wraps
// [ErrUnreachable], that of ctx, or says why there is no answer.
func (p *Prober) Run(ctx context.Context, s *Scenario) error {
	if p.client == nil {
		p.client = newClient()
	}
	sources := make([]*arazzo.ResolvedSource, len(s.document.sources))
	for i, from := range s.document.sources {
		sources[i] = &arazzo.ResolvedSource{Name: from.name, Type: "openapi", URL: p.Base.String()}
	}
	e := &executor{prober: p, document: s.document}
	engine := arazzo.NewEngineWithConfig(s.document.arazzo, e, sources, &arazzo.EngineConfig{
		SleepFunc: func(ctx context.Context, d time.Duration) error {
			e.repeats++
			return p.wait(ctx, d*time.Duration(min(e.repeats, slowest)), e.answer)
		},
	})
	result, err := engine.RunWorkflow(ctx, s.Name, p.Inputs)
	if err == nil && !result.Success {
		err = result.Error
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var failed *arazzo.StepFailureError
	if errors.As(err, &failed) {
		return e.unmet(s, failed)
	}
	if err != nil {
		return fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	return nil
}

// unmet says what a step expected.
func (e *executor) unmet(s *Scenario, failed *arazzo.StepFailureError) error {
	u := &Unmet{Scenario: s.Name, Step: failed.StepId, Expected: "another answer", Answer: e.answer}
	for _, w := range s.document.arazzo.Workflows {
		for _, step := range w.Steps {
			if step.StepId != failed.StepId || failed.CriterionIndex < 0 || failed.CriterionIndex >= len(step.SuccessCriteria) {
				continue
			}
			if w.WorkflowId == s.Name || u.Expected == "another answer" {
				c := step.SuccessCriteria[failed.CriterionIndex]
				u.Expected = strings.TrimSpace(c.Context + " " + c.Condition)
			}
		}
	}
	return u
}

// wait waits before a request is made again.
func (p *Prober) wait(ctx context.Context, d time.Duration, why string) error {
	if p.Waiting != nil {
		p.Waiting(d, why)
	}
	if p.Wait != nil {
		return p.Wait(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
