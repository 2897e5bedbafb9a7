package engine

import (
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/plan"
)

// attempt is the reading of a bare body with the plan of one schema.
type attempt struct {
	state *routeState
	reading
}

// checkBare checks a bare body. To find its schema, it reads the body with the
// plan of each schema that it can have.
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
			if w.reader.Resources <= 1 { // as in explainOrCount
				w.attempts = append(w.attempts, attempt{state, read})
			}
			continue
		}
		if x.Schema == "" && x.Response.Status == 0 && i > 0 { // the next body probably has the same schema
			w.bareStates = slices.Insert(slices.Delete(w.bareStates, i, i+1), 0, state)
		}
		return
	}
	w.explain(rs, x, result)
	for _, a := range w.attempts {
		// The constants that identify the schema are part of the signature, so
		// equal readings are of the same schema.
		if result.schema == a.state.schema {
			w.learn(result, a.state, a.reading)
		}
	}
}

// candidates returns the states of the schemas that a bare body can have, the
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

// inferred returns the states of the schemas that their constants identify.
func (w *Worker) inferred(status int) []*routeState {
	v := w.stream.v
	v.selfIdentifyingOnce.Do(v.findSelfIdentifying)
	states := make([]*routeState, len(v.selfIdentifying))
	for i, s := range v.selfIdentifying {
		states[i] = w.stateOf(route{schema: s, status: status, inferred: true})
	}
	return states
}

// findSelfIdentifying finds the named schemas that their constants identify: no
// value that has them can be of another schema.
func (v *Validator) findSelfIdentifying() {
	for _, s := range v.named() {
		own := s.Shape.Constants()
		rival := false
		for _, other := range v.named() {
			rival = rival || other != s && other.canHaveConstants(own)
		}
		if len(own) > 0 && !rival {
			v.selfIdentifying = append(v.selfIdentifying, s)
		}
	}
}

// canHaveConstants reports whether an object with the constants can be recognised as a
// value of the schema by at least as many members.
func (s *bodySchema) canHaveConstants(constants map[string]string) bool {
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
