// Package probe runs scenarios against a live server. A scenario is a workflow
// in an Arazzo document, or an operation of a description.
package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/arazzo"
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
	reached  bool // whether the server has an operation, as far as is known
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
	e := &executor{prober: p, document: s.document}
	defer e.handOn()
	err := e.run(ctx, s)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var unmet *arazzo.UnmetError
	var none *arazzo.NoValueError
	switch {
	case e.held == nil: // the fault is not one of the last response
	case errors.As(err, &unmet):
		e.held.Defects = append(e.held.Defects, e.unmet(unmet))
		return fmt.Errorf("scenario %s, step %s: %w", s.Name, unmet.Step.ID, ErrUnmet)
	case errors.As(err, &none) && none.OfResponse():
		e.held.Defects = append(e.held.Defects, e.withoutValue(none))
		return fmt.Errorf("scenario %s, step %s: %w", s.Name, none.Step.ID, ErrUnmet)
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
