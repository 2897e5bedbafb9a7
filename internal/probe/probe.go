// Package probe runs scenarios against a live server. A scenario is a workflow
// in an Arazzo document.
package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/pb33f/libopenapi/arazzo"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/recording"
)

// Prober runs scenarios against one server, one after the other.
type Prober struct {
	Base        *url.URL       // URL of the API, with the version in its path
	Header      http.Header    // sent with each request; its credentials are never sent to another host
	Inputs      map[string]any // by name; inputs that are missing have their defaults
	Timeout     time.Duration  // of one request, including the body of the response
	MaxRequests int
	Limits      recording.Limits

	// Seen is called with each exchange, in chronological order, once it is
	// known whether the exchange meets its step; if not, that is one of its
	// defects.
	Seen func(*plumb.Exchange)

	// Waiting is called before each wait, with the reason.
	Waiting func(d time.Duration, why string)

	// Wait waits for d, or returns early with the error of ctx. If nil, real
	// time passes.
	Wait func(ctx context.Context, d time.Duration) error

	client   *http.Client
	requests int
}

// ErrUnmet means that a server responded, but not as the scenario expects. The
// exchange has the defect "scenario-unmet".
var ErrUnmet = errors.New("the scenario is not met")

// maxSlowdown is how many times longer than the scenario says a repeated wait
// can become. The first waits are short, since some states are; a state that
// lasts for minutes need not be polled every second.
const maxSlowdown = 10

// ErrUnreachable means that there is no such API at the address, so that there
// is no point in continuing.
var ErrUnreachable = errors.New("the API cannot be reached")

// Run runs a scenario. Its error wraps [ErrUnmet] or [ErrUnreachable], is that
// of ctx, or says why there is no response.
func (p *Prober) Run(ctx context.Context, s *Scenario) error {
	if p.client == nil {
		p.client = newClient()
	}
	sources := make([]*arazzo.ResolvedSource, len(s.document.sources))
	for i, from := range s.document.sources {
		sources[i] = &arazzo.ResolvedSource{Name: from.name, Type: "openapi", URL: p.Base.String()}
	}
	e := &executor{prober: p, document: s.document}
	defer e.handOn()
	engine := arazzo.NewEngineWithConfig(s.document.arazzo, e, sources, &arazzo.EngineConfig{
		SleepFunc: func(ctx context.Context, d time.Duration) error {
			e.repeats++
			e.handOn()
			return p.wait(ctx, d*time.Duration(min(e.repeats, maxSlowdown)), e.answer)
		},
	})
	inputs := maps.Clone(s.defaults)
	maps.Copy(inputs, p.Inputs)
	result, err := engine.RunWorkflow(ctx, s.Name, inputs)
	if err == nil && !result.Success {
		err = result.Error
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var failed *arazzo.StepFailureError
	if errors.As(err, &failed) && e.held != nil {
		e.held.Defects = append(e.held.Defects, e.unmet(s, failed))
		return fmt.Errorf("scenario %s, step %s: %w", s.Name, failed.StepId, ErrUnmet)
	}
	if err != nil && e.failed == nil && e.held != nil && !json.Valid(e.held.Response.Body.Bytes) {
		e.held.Defects = append(e.held.Defects, e.unreadable(s))
		return fmt.Errorf("scenario %s: %w", s.Name, ErrUnmet)
	}
	if err != nil {
		return fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	return nil
}

// wait waits before a request is repeated.
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
