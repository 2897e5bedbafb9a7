package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/template"
	"github.com/plumbapi/plumb/spec"
)

// routeKey is all of an exchange, besides its body, that findings depend on.
type routeKey struct {
	operation   *spec.Operation // nil for a bare body
	schema      string          // that a bare body names
	status      int
	site        spec.Site // of the URL
	contentType string
	unlabelled  bool // headers were recorded, but no Content-Type
}

// routeState is what a Worker remembers of the exchanges of a route.
type routeState struct {
	operation  *spec.Operation
	templates  template.Set[[]*known]
	structures map[uint64]int    // how often bodies of a structure came that were not known
	found      map[uint64]*found // by how a body fits the description
	patterns   int               // of these

	tries, hits int // since the last time that templates were judged
	idle        int // how many bodies are not compared with templates
}

// maxRoutes bounds the number of routes that a Worker remembers.
const maxRoutes = 1000

// route returns the state of the route of an exchange, and the parameters in its path;
// nil where its body cannot be known.
func (w *Worker) route(x *plumb.Exchange) (*routeState, map[string]string) {
	body := &x.Response.Body
	if len(body.Bytes) == 0 || body.Missing != "" || len(x.Defects) > 0 || !looksLikeJSON(body.Bytes) {
		return nil, nil
	}
	if x.Request.URL == "" {
		return w.state(routeKey{schema: x.Schema, status: x.Response.Status, unlabelled: unlabelled(&x.Response), contentType: x.Response.Header.Get("Content-Type")}), nil
	}
	match := w.stream.v.router.FindAt(x.Request.Target, x.Request.Method, x.Request.URL)
	if match.Operation == nil || hasNoBody(x.Request.Method, x.Response.Status) {
		return nil, nil
	}
	return w.state(routeKey{match.Operation, "", x.Response.Status, match.Site, x.Response.Header.Get("Content-Type"), unlabelled(&x.Response)}), match.Params
}

func (w *Worker) state(key routeKey) *routeState {
	state := w.routes[key]
	if state == nil {
		if len(w.routes) >= maxRoutes {
			clear(w.routes)
		}
		state = &routeState{operation: key.operation, structures: map[uint64]int{}, found: map[uint64]*found{}}
		w.routes[key] = state
	}
	return state
}

// After so many bodies it is decided whether templates are worth comparing with, and
// if they are not, so many are not compared.
const (
	bodiesJudged = 1 << 9
	bodiesIdle   = 1 << 11
)

// triesTemplates reports whether the next body is to be compared with the templates.
// Where few bodies are known, comparing takes longer than it saves.
func (s *routeState) triesTemplates() bool {
	if s.idle > 0 {
		s.idle--
		return false
	}
	if s.tries == bodiesJudged {
		if s.hits < s.tries/16 {
			s.idle = bodiesIdle
		}
		s.tries, s.hits = 0, 0
	}
	s.tries++
	return true
}

// comesAgain reports whether what is known of a body with a structure is to be learned:
// when it comes for the second time, and, as its values can differ, once in a while.
func (s *routeState) comesAgain(structure uint64) bool {
	if len(s.structures) >= mostStructures {
		clear(s.structures)
	}
	n := s.structures[structure] + 1
	s.structures[structure] = n
	return n > 1 && n&(n-1) == 0 && s.templates.Size() < mostTemplates
}

// add adds what is known of a body.
func (s *routeState) add(text []byte, holes []template.Hole, k *known) {
	all := s.templates.Add(text, holes)
	if len(*all) == mostAlternates {
		*all = (*all)[1:]
	}
	*all = append(*all, k)
}
