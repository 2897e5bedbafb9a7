package probe

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/mock"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/spec"
)

// clock is a time that advances only when somebody waits.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Wait(_ context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return nil
}

// outcome is the result of probing a server.
type outcome struct {
	rules  map[string]bool // the rules with a finding
	found  []plumb.Finding
	errors map[string]error // by scenario
	bodies int
	seen   []*plumb.Exchange
}

var builtinDescription = sync.OnceValues(func() (*spec.Description, error) { return spec.Builtin() })

// probeServer runs all built-in scenarios that do not need a batch of the
// user's own.
func probeServer(t *testing.T, address string, wait func(context.Context, time.Duration) error, change func(*Prober), overlays ...spec.Overlay) outcome {
	t.Helper()
	desc, err := builtinDescription()
	if len(overlays) > 0 {
		desc, err = spec.Builtin(overlays...)
	}
	require.NoError(t, err)
	v, err := engine.New(desc, engine.WithTarget(address))
	require.NoError(t, err)
	history := v.NewHistory()
	base, err := url.Parse(address)
	require.NoError(t, err)
	out := outcome{rules: map[string]bool{}, errors: map[string]error{}}
	p := &Prober{
		Base:        base,
		Header:      http.Header{"Authorization": {"Bearer test-credential"}},
		Inputs:      map[string]any{"create": true},
		Timeout:     time.Minute,
		MaxRequests: 2000,
		Limits:      recording.DefaultLimits,
		Wait:        wait,
		Seen: func(x *plumb.Exchange) {
			r := v.Check(x)
			history.Add(&r)
			out.bodies += r.Bodies
			out.seen = append(out.seen, x)
			out.found = append(out.found, r.Findings...)
			for _, f := range r.Findings {
				out.rules[f.Rule] = true
			}
		},
	}
	if change != nil {
		change(p)
	}
	doc, err := Builtin()
	require.NoError(t, err)
	for _, s := range doc.Scenarios {
		if len(s.Lacks(p.Inputs)) == 0 {
			if err := p.Run(t.Context(), &s); err != nil {
				out.errors[s.Name] = err
			}
		}
	}
	return out
}

func probeMock(t *testing.T, opt mock.Options, overlays ...spec.Overlay) outcome {
	t.Helper()
	c := &clock{now: time.Date(2025, 11, 3, 9, 0, 0, 0, time.UTC)}
	opt.Now = c.Now
	server, err := mock.New(opt)
	require.NoError(t, err)
	srv := httptest.NewServer(server)
	t.Cleanup(srv.Close)
	return probeServer(t, srv.URL+"/v1", c.Wait, nil, overlays...)
}

// TestMockWithoutFaults checks that the mock without faults responds as the real
// server does, with the drift of the real server and nothing else: what a step
// expects is no finding.
func TestMockWithoutFaults(t *testing.T) {
	out := probeMock(t, mock.Options{})
	assert.Empty(t, out.errors)
	assert.Equal(t, []string{"drift-null", "time-bound"}, slices.Sorted(maps.Keys(out.rules)))
	assert.Greater(t, out.bodies, 100)
	for _, f := range out.found {
		assert.Equal(t, plumb.Warning, f.Severity)
	}
}

// TestMockIsAsObserved checks that with the description of what servers really
// send nothing is found.
func TestMockIsAsObserved(t *testing.T) {
	observed, err := spec.ReadOverlay("observed")
	require.NoError(t, err)
	out := probeMock(t, mock.Options{}, observed)
	assert.Empty(t, out.errors)
	assert.Empty(t, out.found)
}

// alsoFound are the rules that a fault breaks as a consequence, besides the one
// that it is for.
var alsoFound = map[string][]string{
	"clock-ahead":              {"time-skew"}, // for timestamps that are not the newest
	"cancel-of-finished-fails": {"scenario-unmet"},
	"created-201":              {"scenario-unmet"},
	"completed-too-early":      {"time-future", "time-skew"}, // completed_at is not reached yet
	"counts-over-total":        {"history-decreased"},
	"empty-body":               {"scenario-unmet"},
	"not-compressed":           {"scenario-unmet"},
	"output-too-early":         {"history-set-once"},
	"state-goes-back":          {"history-decreased", "history-set-once", "scenario-unmet"},
	"state-without-trace":      {"history-set-once"},
	"trailing-comma":           {"scenario-unmet"},
	"trailing-data":            {"scenario-unmet"},
	"usage-of-an-old-batch":    {"time-between-answers"},
	"usage-too-early":          {"history-decreased"},
}

// TestEachFaultIsFound checks that each fault is found by the rule that it is
// for, that nothing is found that is not a consequence of it, and that no
// response ends a scenario with an error that is not a finding.
func TestEachFaultIsFound(t *testing.T) {
	drift := []string{"drift-null", "time-bound"}
	for _, speed := range []float64{1, 120} {
		for _, fault := range mock.Faults() {
			t.Run(fmt.Sprintf("%s/speed %g", fault.Name, speed), func(t *testing.T) {
				out := probeMock(t, mock.Options{Faults: []string{fault.Name}, Speed: speed})
				assert.True(t, out.rules[fault.Rule], "%s is not among %v", fault.Rule, out.rules)
				for name, err := range out.errors {
					assert.ErrorIs(t, err, ErrUnmet, name)
				}
				var also []string
				for _, rule := range slices.Sorted(maps.Keys(out.rules)) {
					if rule != fault.Rule && !slices.Contains(drift, rule) {
						also = append(also, rule)
					}
				}
				assert.Subset(t, alsoFound[fault.Name], also)
			})
		}
	}
}

// TestEachRuleHasAFault checks that there is a fault for every rule that a
// response can break.
func TestEachRuleHasAFault(t *testing.T) {
	// Rules that no response of a server with the built-in description can
	// break.
	without := []string{
		"drift-null", "time-bound", // broken even without a fault
		"scenario-unmet",              // a consequence of others
		"http-operation", "http-path", // about the request
		"history-id-reused",                                        // about several files
		"http-undescribed-body",                                    // each response of the description has a body
		"capture-limit", "capture-truncated", "capture-unreadable", // about recordings
		"schema-additional-member", "schema-combination", "schema-undecided", "schema-pattern", // not in the description
		"schema-discriminator", "schema-format", "schema-nullable", "schema-write-only", // likewise
	}
	for _, fault := range mock.Faults() {
		without = append(without, fault.Rule)
	}
	desc, err := spec.Builtin()
	require.NoError(t, err)
	v, err := engine.New(desc)
	require.NoError(t, err)
	for _, r := range v.Rules() {
		assert.Contains(t, without, r.ID)
	}
	assert.True(t, slices.IsSortedFunc(mock.Faults(), func(a, b mock.Fault) int { return strings.Compare(a.Name, b.Name) }))
}
