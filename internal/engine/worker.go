package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/history"
	"github.com/plumbapi/plumb/internal/engine/template"
	"github.com/plumbapi/plumb/spec"
)

// Worker checks the exchanges of a stream on one goroutine. It remembers what it found
// in bodies, and recognises others that are like them: see learn.
type Worker struct {
	stream    *Stream
	memory    memory
	pass      pass // the last one
	reading   reading
	arranger  template.Arranger
	asWritten knownBodies // of a new route
	results   *Results
	checks    int // number of calls of Check
	routes    map[routeKey]*routeState
	lastKey   routeKey
	last      *routeState // of lastKey; nil before the first one
	matches   map[requestKey]*spec.Match
	digests   history.Digests
}

// NewWorker returns a Worker. Each goroutine needs its own.
func (st *Stream) NewWorker() *Worker {
	w := &Worker{stream: st, routes: map[routeKey]*routeState{}, matches: map[requestKey]*spec.Match{}, asWritten: knownBodies{share: all}}
	w.reading.MaxDepth, w.arranger.MaxDepth = st.v.maxDepth, st.v.maxDepth
	w.reading.variables.Filled = &w.reading
	w.reading.variables.Request = w.request
	return w
}

// request returns the request of the exchange that is read, as a variable of
// expressions.
func (w *Worker) request() map[string]any {
	p := newPass(w.stream.v, w.reading.x)
	p.identify()
	return p.celRequest()
}

// Check checks exchanges against the description. They must not be modified
// until the results have been added to a history.
func (w *Worker) Check(exchanges []*plumb.Exchange) *Results {
	rs := w.stream.newResults(len(exchanges))
	w.results = rs
	w.checks++
	for i, x := range exchanges {
		w.check(rs, x, &rs.Results[i])
	}
	rs.setResources()
	w.results = nil
	return rs
}

// check checks one exchange, unless what there is to find is known.
func (w *Worker) check(rs *Results, x *plumb.Exchange, result *Result) {
	state, params := w.route(x)
	if state == nil {
		w.explain(rs, x, result, nil)
		return
	}
	k := w.recall(state, x, params)
	if k != nil && k.isExplained(w) {
		w.accept(rs, result, state, k)
		return
	}
	p, f := w.explain(rs, x, result, state)
	if k == nil {
		w.learn(state, p, f)
	}
}

// explain checks an exchange whose body is not known. If it has findings that many
// exchanges of the route have, they are only counted.
func (w *Worker) explain(rs *Results, x *plumb.Exchange, result *Result, state *routeState) (p *pass, f *found) {
	p = &w.pass
	*p = pass{v: w.stream.v, x: x, memory: &w.memory, tally: rs}
	p.read()
	f = state.findings(p)
	if f != nil && f.isExplained(w) && p.checkValues() {
		p.out.Pattern, p.out.Counted, p.out.Own = f.pattern, f.pattern != nil, len(p.out.Findings)
	} else {
		rs.Explained++
		p.check()
		state.learn(f, p, w.checks)
	}
	if *result = p.out; len(p.resources) > 0 {
		w.noteAll(p, result)
	}
	return p, f
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
