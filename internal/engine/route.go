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
	plan  *plan.Plan // nil where the reference engine has to read
	known map[reading]*patternState
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

// way returns what there is to know of a route.
func (c *Worker) way(r route) *routeState {
	w := c.states[r]
	if w == nil {
		w = &routeState{route: r, known: map[reading]*patternState{}}
		if r.schema != nil && c.stream.v.readingDecides(&r) {
			w.plan = c.stream.plan(r.schema, r.response)
		}
		c.states[r] = w
	}
	return w
}

// known returns what there is to know of the pattern of a reading; nil if that
// is nothing, unless it is to be made.
func (c *Worker) known(w *routeState, read reading, make bool) *patternState {
	k := w.known[read]
	if k == nil {
		pattern := c.stream.pattern(patternKey{w.route, read}, make)
		if pattern == nil {
			return nil
		}
		k = &patternState{pattern: pattern}
		w.known[read] = k
	}
	return k
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

// route finds how the body of an exchange is to be read.
func (c *Worker) route(x *plumb.Exchange, match spec.Match) *routeState {
	key := routeKey{match.Operation, x.Response.Status, match.Site, x.Response.Header.Get("Content-Type"), unlabelled(&x.Response)}
	if w := c.routes[key]; w != nil {
		return w
	}
	p := &pass{v: c.stream.v, x: x}
	p.identify()
	r := route{operation: match.Operation, response: p.response, status: x.Response.Status, site: match.Site, unlabelled: key.unlabelled}
	if !p.text {
		r.schema = p.schema
	}
	if p.response != nil && key.contentType != "" && p.response.MediaFor(key.contentType) == nil {
		r.contentType = key.contentType
	}
	if len(c.routes) >= maxRoutes {
		clear(c.routes)
		clear(c.states)
	}
	w := c.way(r)
	c.routes[key] = w
	return w
}
