package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/plan"
)

// Worker checks exchanges of a run on one goroutine.
type Worker struct {
	run     *Stream
	reader  *plan.Reader
	batch   *Results
	batches int // so far
	x       *plumb.Exchange
	first   int // of the notes of the reading
	routes  map[described]*routeState
	ways    map[route]*routeState
	bare    []*routeState // see candidates
	tried   []attempt     // the readings of a bare body by the plans of several schemas
}

// NewWorker returns a Checker. Each goroutine needs its own.
func (r *Stream) NewWorker() *Worker {
	c := &Worker{run: r, reader: plan.NewReader(r.v.maxDepth), routes: map[described]*routeState{}, ways: map[route]*routeState{}}
	c.reader.OnResource = c.note
	return c
}

// Check checks exchanges against the description. They must not change until
// the results were added to a history.
func (c *Worker) Check(exchanges []*plumb.Exchange) *Results {
	b := c.run.batch(len(exchanges))
	c.batch = b
	c.batches++
	for i, x := range exchanges {
		c.x = x
		before := b.mark()
		if c.check(b, x, &b.Results[i]); b.Results[i].notes == nil {
			b.forget(before)
		}
	}
	b.name()
	c.batch, c.x = nil, nil
	return b
}

func (c *Worker) check(b *Results, x *plumb.Exchange, to *Result) {
	if body := &x.Response.Body; len(body.Bytes) == 0 || body.Missing != "" || len(x.Defects) > 0 || !looksLikeJSON(body.Bytes) {
		c.explain(b, x, to)
		return
	}
	if x.Request.URL == "" {
		c.checkBare(b, x, to)
		return
	}
	match := c.run.v.router.FindAt(x.Request.Target, x.Request.Method, x.Request.URL)
	if match.Operation == nil || hasNoBody(x.Request.Method, x.Response.Status) {
		c.explain(b, x, to)
		return
	}
	w := c.route(x, match)
	read, ok := c.read(w.plan, x, match.Params)
	switch {
	case !ok:
		c.explain(b, x, to)
	case read.signature == plan.Signature{} && w.plain():
		c.accept(b, x, to, w)
	default:
		c.repeat(b, x, to, w, read)
	}
}

// read reads the body of an exchange by a plan. It is false where the reference
// engine has to.
func (c *Worker) read(p *plan.Plan, x *plumb.Exchange, params map[string]string) (reading, bool) {
	if p == nil {
		return reading{}, false
	}
	c.first = len(c.batch.notes)
	sig, ok := c.reader.Read(p, x.Response.Body.Bytes, plan.ExchangeFacts{Time: ownTime(x), Status: x.Response.Status, Params: params})
	return reading{sig, c.reader.NullDrift, c.reader.NullDrifts, len(c.batch.notes) > c.first}, ok
}

// explain checks an exchange with the reference engine.
func (c *Worker) explain(b *Results, x *plumb.Exchange, to *Result) {
	b.Explained++
	*to = c.run.v.Check(x)
}

// repeat handles an exchange with deviations: it is explained, or if that was
// done often enough, counted.
func (c *Worker) repeat(b *Results, x *plumb.Exchange, to *Result, w *routeState, read reading) {
	if c.count(b, x, to, w, read) {
		return
	}
	alone := c.reader.Resources <= 1 // else findings are about several resources
	c.explain(b, x, to)
	if alone && to.schema == w.schema { // else the exchange is another API's
		c.learn(to, w, read)
	}
}

// count handles an exchange whose pattern was explained often enough, if it was.
func (c *Worker) count(b *Results, x *plumb.Exchange, to *Result, w *routeState, read reading) bool {
	if c.reader.Resources > 1 {
		return false
	}
	k := c.known(w, read, false)
	if k == nil {
		return false
	}
	if !k.settled {
		k.settled = k.pattern.settled.Load()
	}
	if !k.settled && (k.batch != c.batches || k.explained < c.run.enough) {
		return false
	}
	c.accept(b, x, to, w)
	to.Pattern, to.Counted = k.pattern, true
	return true
}

// learn makes the findings of an exchange that was explained those of its
// pattern.
func (c *Worker) learn(to *Result, w *routeState, read reading) {
	k := c.known(w, read, true)
	if k == nil {
		return
	}
	if k.batch != c.batches {
		k.batch, k.explained = c.batches, 0
	}
	k.explained++
	to.Pattern = k.pattern
	if k.pattern.findings.Load() == nil {
		c.run.explained(k.pattern, patternKey{w.route, read}, to.Findings, read.drifts)
	}
}

// accept fills in the result of an exchange whose findings need no
// explanation.
func (c *Worker) accept(b *Results, x *plumb.Exchange, to *Result, w *routeState) {
	to.Bodies = max(1, c.reader.Elements)
	to.Status = x.Response.Status
	to.schema, to.read, to.list = w.schema, true, c.reader.Elements > 0
	if w.operation != nil {
		to.Operation = w.operation.ID
	}
	c.reader.Count(b.tally(w.plan))
	if n := len(b.notes); n > c.first {
		to.notes = b.notes[c.first:n:n]
	}
}

// looksLikeJSON reports whether the text begins as a JSON object or array does.
func looksLikeJSON(text []byte) bool {
	for _, c := range text {
		switch c {
		case ' ', '\t', '\n', '\r':
		default:
			return c == '{' || c == '['
		}
	}
	return false
}
