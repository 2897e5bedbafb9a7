package engine

import (
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/plan"
)

// attempt is the reading of a bare body by the plan of one schema.
type attempt struct {
	state *routeState
	reading
}

// checkBare checks a bare body. Which schema it has is found out by reading it
// by the plans of those that it can have.
func (w *Worker) checkBare(rs *Results, x *plumb.Exchange, result *Result) {
	w.attempts = w.attempts[:0]
	for i, state := range w.candidates(x) {
		read, ok := w.read(state.plan, x, nil)
		if !ok {
			continue
		}
		if read.signature == (plan.Signature{}) {
			w.accept(rs, x, result, state)
		} else if !w.count(rs, x, result, state, read) {
			if w.reader.Resources <= 1 { // as in repeat
				w.attempts = append(w.attempts, attempt{state, read})
			}
			continue
		}
		if x.Schema == "" && x.Response.Status == 0 && i > 0 { // the next one is likely to be of the same
			w.bareStates = slices.Insert(slices.Delete(w.bareStates, i, i+1), 0, state)
		}
		return
	}
	w.explain(rs, x, result)
	for _, a := range w.attempts {
		// The schema is known by constants. That these are right, or not, is
		// part of the signature.
		if result.schema == a.state.schema {
			w.learn(result, a.state, a.reading)
		}
	}
}

// candidates returns the ways of the schemas that a bare body can have, the
// likeliest first.
func (w *Worker) candidates(x *plumb.Exchange) []*routeState {
	v := w.stream.v
	if x.Schema != "" {
		for _, s := range v.named() {
			if s.Name == x.Schema {
				return []*routeState{w.stateOf(route{schema: s, status: x.Response.Status})}
			}
		}
		return nil
	}
	if x.Response.Status != 0 {
		return w.inferred(x.Response.Status)
	}
	if w.bareStates == nil {
		w.bareStates = w.inferred(0)
	}
	return w.bareStates
}

// inferred returns the ways of the schemas whose constants leave no doubt.
func (w *Worker) inferred(status int) []*routeState {
	v := w.stream.v
	v.decideOnce.Do(v.decide)
	states := make([]*routeState, len(v.decisive))
	for i, s := range v.decisive {
		states[i] = w.stateOf(route{schema: s, status: status, inferred: true})
	}
	return states
}

// decide finds the named schemas whose constants leave no doubt: no value that
// has them can be of another schema.
func (v *Validator) decide() {
	for _, s := range v.named() {
		own := s.Shape.Constants()
		rival := false
		for _, other := range v.named() {
			rival = rival || other != s && other.canHave(own)
		}
		if len(own) > 0 && !rival {
			v.decisive = append(v.decisive, s)
		}
	}
}

// canHave reports whether an object with the constants can be recognised as a
// value of the schema by as many members, or more.
func (s *bodySchema) canHave(constants map[string]string) bool {
	own := s.Shape.Constants()
	if len(own) < len(constants) {
		return false
	}
	for name, text := range own {
		if there, ok := constants[name]; ok && there != text {
			return false
		}
	}
	return true
}
