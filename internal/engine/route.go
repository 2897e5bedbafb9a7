package engine

import (
	"maps"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/plan"
	"github.com/plumbapi/plumb/spec"
)

// route is what exchanges have in common whose bodies are read with the same
// plan and whose findings name the same operation and response.
type route struct {
	schema      *bodySchema
	operation   *spec.Operation // nil for a bare body
	response    *spec.Response  // likewise
	status      int
	site        spec.Site // of the URL
	contentType string    // of an exchange whose media type is not described
	unlabelled  bool      // headers were recorded, but no Content-Type
	inferred    bool      // the schema of a bare body was inferred
}

// plain reports whether the route itself leads to no finding.
func (r *route) plain() bool { return r.contentType == "" && !r.unlabelled }

// routeState is a route, and what a Worker remembers of it.
type routeState struct {
	route
	plan     *plan.Plan // nil where the reference engine has to check the exchange
	patterns map[reading]*patternState
}

// patternState is what a Worker remembers of a pattern.
type patternState struct {
	pattern   *Pattern
	settled   bool
	check     int // the call of Check in which it was explained last
	explained int // how often in that call
}

// reading is the outcome of reading a body with a plan, as far as it
// distinguishes patterns.
type reading struct {
	signature  plan.Signature
	nullDrift  plan.Signature // the part of the signature that null for optional members adds
	nullDrifts int            // number of these members
	identified bool           // the resource in the body has an identity
}

// stateOf returns the state of a route, which it makes if there is none.
func (w *Worker) stateOf(r route) *routeState {
	state := w.states[r]
	if state == nil {
		state = &routeState{route: r, patterns: map[reading]*patternState{}}
		if r.schema != nil && w.stream.v.readingDecides(&r) {
			state.plan = w.stream.plan(r.schema, r.response)
		}
		w.states[r] = state
	}
	return state
}

// patternState returns the state of the pattern of a reading. If the pattern is
// not known, it is made if make is set, and the state is nil otherwise.
func (w *Worker) patternState(state *routeState, read reading, make bool) *patternState {
	if n := w.stream.forgets.Load(); n != w.forgets {
		w.forgets = n
		for _, state := range w.states {
			maps.DeleteFunc(state.patterns, func(_ reading, s *patternState) bool { return s.pattern.forgotten.Load() })
		}
	}
	known := state.patterns[read]
	if known == nil {
		pattern := w.stream.pattern(patternKey{state.route, read}, make)
		if pattern == nil {
			return nil
		}
		known = &patternState{pattern: pattern}
		state.patterns[read] = known
	}
	return known
}

// routeKey is what the route of an exchange depends on.
type routeKey struct {
	operation   *spec.Operation
	status      int
	site        spec.Site
	contentType string
	unlabelled  bool
}

// maxRoutes bounds the number of routes that a Worker remembers.
const maxRoutes = 1000

// findRoute returns the state of the route of an exchange.
func (w *Worker) findRoute(x *plumb.Exchange, match spec.Match) *routeState {
	key := routeKey{match.Operation, x.Response.Status, match.Site, x.Response.Header.Get("Content-Type"), unlabelled(&x.Response)}
	if state := w.routes[key]; state != nil {
		return state
	}
	p := &pass{v: w.stream.v, x: x}
	p.identify()
	r := route{operation: match.Operation, response: p.response, status: x.Response.Status, site: match.Site, unlabelled: key.unlabelled}
	if !p.text {
		r.schema = p.schema
	}
	if p.response != nil && key.contentType != "" && p.response.MediaFor(key.contentType) == nil {
		r.contentType = key.contentType
	}
	if len(w.routes) >= maxRoutes {
		clear(w.routes)
		clear(w.states)
	}
	state := w.stateOf(r)
	w.routes[key] = state
	return state
}
