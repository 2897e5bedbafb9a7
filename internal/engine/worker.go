package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/history"
	"github.com/plumbapi/plumb/internal/engine/plan"
)

// Worker checks the exchanges of a stream on one goroutine.
type Worker struct {
	stream     *Stream
	reader     *plan.Reader
	results    *Results
	checks     int             // number of calls of Check
	x          *plumb.Exchange // the one that is being checked
	firstNote  int             // index of the first note of its reading
	routes     map[routeKey]*routeState
	states     map[route]*routeState
	digests    history.Digests
	forgets    int64         // how often the stream had forgotten patterns
	bareStates []*routeState // see candidates
	attempts   []attempt     // the readings of a bare body with the plans of several schemas
}

// NewWorker returns a Worker. Each goroutine needs its own.
func (st *Stream) NewWorker() *Worker {
	w := &Worker{stream: st, reader: plan.NewReader(st.v.maxDepth), routes: map[routeKey]*routeState{}, states: map[route]*routeState{}}
	w.reader.OnResource = w.note
	return w
}

// Check checks exchanges against the description. They must not be modified
// until the results have been added to a history.
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

// check checks one exchange: by a plan where there is one that reads its body,
// else with the reference engine.
func (w *Worker) check(rs *Results, x *plumb.Exchange, result *Result) {
	if body := &x.Response.Body; len(body.Bytes) == 0 || body.Missing != "" || len(x.Defects) > 0 || !looksLikeJSON(body.Bytes) {
		w.explain(rs, x, result)
		return
	}
	if x.Request.URL == "" {
		w.checkBare(rs, x, result)
		return
	}
	match := w.stream.v.router.FindAt(x.Request.Target, x.Request.Method, x.Request.URL)
	if match.Operation == nil || hasNoBody(x.Request.Method, x.Response.Status) {
		w.explain(rs, x, result)
		return
	}
	state := w.findRoute(x, match)
	read, ok := w.read(state.plan, x, match.Params)
	switch {
	case !ok:
		w.explain(rs, x, result)
	case read.signature == plan.Signature{} && state.plain():
		w.accept(rs, x, result, state)
	default:
		w.explainOrCount(rs, x, result, state, read)
	}
}

// read reads the body of an exchange with a plan. It is not ok where the
// reference engine has to check the exchange.
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
	if result.pass != nil && !w.stream.v.comparesBodies {
		w.noteAll(result)
	}
}

// explainOrCount handles an exchange with deviations: it is explained until its
// pattern has been explained often enough, and then only counted.
func (w *Worker) explainOrCount(rs *Results, x *plumb.Exchange, result *Result, state *routeState, read reading) {
	if w.count(rs, x, result, state, read) {
		return
	}
	alone := w.reader.Resources <= 1 // else findings are about several resources
	w.explain(rs, x, result)
	if alone && result.schema == state.schema { // else the exchange is another API's
		w.learn(result, state, read)
	}
}

// count counts an exchange whose pattern has been explained often enough. It
// reports whether it did.
func (w *Worker) count(rs *Results, x *plumb.Exchange, result *Result, state *routeState, read reading) bool {
	if w.reader.Resources > 1 {
		return false
	}
	known := w.patternState(state, read, false)
	if known == nil {
		return false
	}
	if !known.settled {
		known.settled = known.pattern.settled.Load()
	}
	if !known.settled && (known.check != w.checks || known.explained < w.stream.keepOccurrences) {
		return false
	}
	w.accept(rs, x, result, state)
	if !known.pattern.used.Load() {
		known.pattern.used.Store(true)
	}
	result.Pattern, result.Counted = known.pattern, true
	return true
}

// learn makes the findings of an exchange that was explained the findings of
// its pattern.
func (w *Worker) learn(result *Result, state *routeState, read reading) {
	known := w.patternState(state, read, true)
	if known == nil {
		return
	}
	if known.check != w.checks {
		known.check, known.explained = w.checks, 0
	}
	known.explained++
	result.Pattern = known.pattern
	if known.pattern.findings.Load() == nil {
		w.stream.setFindings(known.pattern, patternKey{state.route, read}, result.Findings, read.nullDrifts)
	}
}

// accept fills in the result of an exchange that needs no explanation.
func (w *Worker) accept(rs *Results, x *plumb.Exchange, result *Result, state *routeState) {
	result.Bodies = max(1, w.reader.Elements)
	result.Status = x.Response.Status
	result.schema, result.read, result.list = state.schema, true, w.reader.Elements > 0
	if state.operation != nil {
		result.Operation = state.operation.ID
	}
	w.reader.Count(rs.tally(state.plan))
	if n := len(rs.notes); n > w.firstNote {
		result.notes = rs.notes[w.firstNote:n:n]
	}
}

// looksLikeJSON reports whether the text begins like a JSON object or array.
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
