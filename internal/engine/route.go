package engine

import (
	"net/http"

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
	key := routeKey{status: x.Response.Status, contentType: contentType(x.Response.Header)}
	key.unlabelled = key.contentType == "" && len(x.Response.Header) > 0
	if x.Request.URL == "" {
		key.schema = x.Schema
		return w.state(key), nil
	}
	match := w.match(&x.Request)
	if match.Operation == nil || hasNoBody(x.Request.Method, x.Response.Status) {
		return nil, nil
	}
	key.operation, key.site = match.Operation, match.Site
	return w.state(key), match.Params
}

// contentType does what Get does for a name that is canonical, and in less time.
func contentType(h http.Header) string {
	if values := h["Content-Type"]; len(values) > 0 {
		return values[0]
	}
	return ""
}

func (w *Worker) state(key routeKey) *routeState {
	if w.last != nil && key == w.lastKey {
		return w.last
	}
	state := w.routes[key]
	if state == nil {
		if len(w.routes) >= maxRoutes {
			clear(w.routes)
		}
		state = &routeState{operation: key.operation, asWritten: w.asWritten, found: map[uint64]*found{}}
		w.routes[key] = state
	}
	w.lastKey, w.last = key, state
	return state
}

// requestKey is all of a request that its operation depends on.
type requestKey struct{ target, method, url string }

// Limits on the requests whose operations a Worker remembers.
const (
	mostRequests = 1 << 9
	longestURL   = 1 << 10
)

// match returns the operation of a request. Most resources are asked for several times.
func (w *Worker) match(r *plumb.Request) *spec.Match {
	key := requestKey{r.Target, r.Method, r.URL}
	if known := w.matches[key]; known != nil {
		return known
	}
	match := w.stream.v.router.FindAt(r.Target, r.Method, r.URL)
	if len(r.URL) <= longestURL {
		if len(w.matches) >= mostRequests {
			clear(w.matches)
		}
		w.matches[key] = &match
	}
	return &match
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
