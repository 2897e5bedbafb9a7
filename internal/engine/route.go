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
	known map[reading]*known
}

// known is what a Checker knows of a pattern.
type known struct {
	pattern   *Pattern
	settled   bool
	batch     int // in which it was explained last
	explained int // how often there
}

// reading is what reading a body by a plan gives, as far as patterns differ.
type reading struct {
	signature plan.Signature
	drift     plan.Signature // the part of it that is null for optional members
	drifts    int            // how many these are
	named     bool           // the resource in the body says who it is
}

// way returns what there is to know of a route.
func (c *Worker) way(r route) *routeState {
	w := c.ways[r]
	if w == nil {
		w = &routeState{route: r, known: map[reading]*known{}}
		if r.schema != nil && c.run.v.readingDecides(&r) {
			w.plan = c.run.plan(r.schema, r.response)
		}
		c.ways[r] = w
	}
	return w
}

// known returns what there is to know of the pattern of a reading; nil if that
// is nothing, unless it is to be made.
func (c *Worker) known(w *routeState, read reading, make bool) *known {
	k := w.known[read]
	if k == nil {
		pattern := c.run.pattern(patternKey{w.route, read}, make)
		if pattern == nil {
			return nil
		}
		k = &known{pattern: pattern}
		w.known[read] = k
	}
	return k
}

// described is what a route depends on.
type described struct {
	operation   *spec.Operation
	status      int
	site        spec.Site
	contentType string
	unlabelled  bool
}

const mostRoutes = 1000

// route finds how the body of an exchange is to be read.
func (c *Worker) route(x *plumb.Exchange, match spec.Match) *routeState {
	key := described{match.Operation, x.Response.Status, match.Site, x.Response.Header.Get("Content-Type"), unlabelled(&x.Response)}
	if w := c.routes[key]; w != nil {
		return w
	}
	p := &pass{v: c.run.v, x: x}
	p.identify()
	r := route{operation: match.Operation, response: p.response, status: x.Response.Status, site: match.Site, unlabelled: key.unlabelled}
	if !p.text {
		r.schema = p.schema
	}
	if p.response != nil && key.contentType != "" && p.response.MediaFor(key.contentType) == nil {
		r.contentType = key.contentType
	}
	if len(c.routes) >= mostRoutes {
		clear(c.routes)
		clear(c.ways)
	}
	w := c.way(r)
	c.routes[key] = w
	return w
}
