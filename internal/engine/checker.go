package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/plan"
)

// Worker checks exchanges of a run on one goroutine.
type Worker struct {
	stream     *Stream
	reader     *plan.Reader
	results    *Results
	checks     int // so far
	x          *plumb.Exchange
	firstNote  int // of the notes of the reading
	routes     map[routeKey]*routeState
	states     map[route]*routeState
	bareStates []*routeState // see candidates
	attempts   []attempt     // the readings of a bare body by the plans of several schemas
}

// NewWorker returns a Checker. Each goroutine needs its own.
func (st *Stream) NewWorker() *Worker {
	w := &Worker{stream: st, reader: plan.NewReader(st.v.maxDepth), routes: map[routeKey]*routeState{}, states: map[route]*routeState{}}
	w.reader.OnResource = w.note
	return w
}

// Check checks exchanges against the description. They must not change until
// the results were added to a history.
func (w *Worker) Check(exchanges []*plumb.Exchange) *Results {
	rs := w.stream.newResults(len(exchanges))
	w.results = rs
	w.checks++
	for i, x := range exchanges {
		w.x = x
		before := rs.mark()
		if w.check(rs, x, &rs.Results[i]); rs.Results[i].notes == nil {
			rs.dropNotesSince(before)
		}
	}
	rs.setResources()
	w.results, w.x = nil, nil
	return rs
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
	match := c.stream.v.router.FindAt(x.Request.Target, x.Request.Method, x.Request.URL)
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
func (w *Worker) read(p *plan.Plan, x *plumb.Exchange, params map[string]string) (reading, bool) {
	if p == nil {
		return reading{}, false
	}
	w.firstNote = len(w.results.notes)
	sig, ok := w.reader.Read(p, x.Response.Body.Bytes, plan.ExchangeFacts{Time: ownTime(x), Status: x.Response.Status, Params: params})
	return reading{sig, w.reader.NullDrift, w.reader.NullDrifts, len(w.results.notes) > w.firstNote}, ok
}

// explain checks an exchange with the reference engine.
func (w *Worker) explain(rs *Results, x *plumb.Exchange, result *Result) {
	rs.Explained++
	*result = w.stream.v.Check(x)
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
	if !k.settled && (k.check != c.checks || k.explained < c.stream.keepOccurrences) {
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
	if k.check != c.checks {
		k.check, k.explained = c.checks, 0
	}
	k.explained++
	to.Pattern = k.pattern
	if k.pattern.findings.Load() == nil {
		c.stream.setFindings(k.pattern, patternKey{w.route, read}, to.Findings, read.nullDrifts)
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
	if n := len(b.notes); n > c.firstNote {
		to.notes = b.notes[c.firstNote:n:n]
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
