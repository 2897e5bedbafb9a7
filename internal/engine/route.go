package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/plan"
	"github.com/plumbapi/plumb/spec"
)

// route is what an exchange says about how its body is to be read, and what
// its findings say of it.
type route struct {
	schema      *bodySchema
	operation   *spec.Operation // nil for a bare body
	response    *spec.Response  // likewise
	status      int
	site        spec.Site // of the URL
	contentType string    // of an exchange whose media type is not described
	unlabelled  bool      // headers were recorded, and no media type is among them
	inferred    bool      // the schema of a bare body was found out
}

// plain reports whether the route itself gives no finding.
func (r *route) plain() bool { return r.contentType == "" && !r.unlabelled }

// routeState is a route, and what a Checker knows of it.
type routeState struct {
	route
	plan     *plan.Plan // nil where the reference engine has to read
	patterns map[reading]*patternState
}

// patternState is what a Checker knows of a pattern.
type patternState struct {
	pattern   *Pattern
	settled   bool
	check     int // in which it was explained last
	explained int // how often there
}

// reading is what reading a body by a plan gives, as far as patterns differ.
type reading struct {
	signature  plan.Signature
	nullDrift  plan.Signature // the part of it that is null for optional members
	nullDrifts int            // how many these are
	identified bool           // the resource in the body says who it is
}

// stateOf returns what there is to know of a route.
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

// patternState returns what there is to know of the pattern of a reading; nil if that
// is nothing, unless it is to be made.
func (w *Worker) patternState(state *routeState, read reading, make bool) *patternState {
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

// routeKey is what a route depends on.
type routeKey struct {
	operation   *spec.Operation
	status      int
	site        spec.Site
	contentType string
	unlabelled  bool
}

const maxRoutes = 1000

// findRoute finds how the body of an exchange is to be read.
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
