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
	operation *spec.Operation
	asWritten knownBodies
	arranged  knownBodies       // whose members may be in any order
	found     map[uint64]*found // by how a body fits the description
	patterns  int               // of these
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
		state = &routeState{operation: key.operation, asWritten: w.asWritten, found: map[uint64]*found{}}
		w.routes[key] = state
	}
	return state
}

// knownBodies are the templates of the bodies of a route, in one form of these.
type knownBodies struct {
	templates  template.Set[[]*known]
	structures map[uint64]int // how often bodies of a structure came that were not known

	compared    bool // whether the last body was
	tries, hits int  // since the last time that the templates were judged
	share       int  // of all, how many were known when the templates were judged last
	idle        int  // how many bodies are not compared
}

// After so many bodies it is decided whether templates are worth comparing with, and
// if they are not, so many are not compared.
const (
	bodiesJudged = 1 << 9
	bodiesIdle   = 1 << 11
	all          = 16
)

// isNext reports whether the next body is to be compared with the templates. Where few
// bodies are known, comparing takes longer than it saves.
func (b *knownBodies) isNext() bool {
	if b.compared = b.idle == 0; !b.compared {
		b.idle--
		return false
	}
	if b.tries == bodiesJudged {
		if b.share = b.hits * all / b.tries; b.share == 0 {
			b.idle = bodiesIdle
		}
		b.tries, b.hits = 0, 0
	}
	b.tries++
	return true
}

// isPoor reports whether many bodies were not known.
func (b *knownBodies) isPoor() bool { return b.share < all*7/8 }

// comesAgain reports whether what is known of a body with a structure is to be learned:
// when it comes for the second time, and, as its values can differ, once in a while.
func (b *knownBodies) comesAgain(structure uint64) bool {
	if b.structures == nil || len(b.structures) >= mostStructures {
		b.structures = map[uint64]int{}
	}
	n := b.structures[structure] + 1
	b.structures[structure] = n
	return n > 1 && n&(n-1) == 0 && b.templates.Size() < mostTemplates
}

// add adds what is known of a body.
func (b *knownBodies) add(text []byte, holes []template.Hole, k *known) {
	all := b.templates.Add(text, holes)
	if len(*all) == mostAlternates {
		*all = (*all)[1:]
	}
	*all = append(*all, k)
}
