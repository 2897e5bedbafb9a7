// Package mock is a Batch server that keeps its state in memory. It responds as
// OpenAI's server, or that of another vendor, was observed to respond, and
// breaks individual rules on request.
package mock

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// The range of speeds. A batch stays in each of its up to four states before the last
// for at least a second by [Options.Now]: at the fastest, in which its window passes in
// more than eight seconds, it ends within its window if a client asks every second.
const (
	Slowest = 0.001
	Fastest = 10_000
)

// Options are the choices for [New]. The zero value is OpenAI's server with the
// time of the machine.
type Options struct {
	Now func() time.Time // nil for [time.Now]

	// Speed is how many times faster than Now the clock of the server runs, from
	// [Slowest] to [Fastest]; 0 means 1. If it is greater than 1, a batch stays in each state until a
	// response has shown it, and for a second by Now after that, so that a client
	// which polls sees all states and can act on them.
	Speed float64

	Faults  []string // names of [Faults]
	Dialect string   // one of [Dialects]; empty for OpenAI's
}

// Server is a Batch server. It is safe for concurrent use.
type Server struct {
	now     func() time.Time
	begin   time.Time // when now was first asked
	speed   float64
	faults  []Fault
	dialect dialect

	mu      sync.Mutex
	files   map[string]*file
	batches []*batch // in the order of their creation
	made    int      // files and batches so far
}

// file is an uploaded file.
type file struct {
	id, name, purpose string
	created           int64
	content           []byte
}

// New returns a server without files and batches.
func New(opt Options) (*Server, error) {
	s := &Server{now: opt.Now, speed: cmp.Or(opt.Speed, 1), files: map[string]*file{}, dialect: dialects[opt.Dialect]}
	if s.now == nil {
		s.now = time.Now
	}
	s.begin = s.now()
	if _, ok := dialects[opt.Dialect]; !ok {
		return nil, fmt.Errorf("there is no dialect %q; the dialects are %s", opt.Dialect, strings.Join(Dialects(), ", "))
	}
	for _, name := range opt.Faults {
		i := slices.IndexFunc(faults, func(f Fault) bool { return f.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no fault %q; --fault list names them", name)
		}
		s.faults = append(s.faults, faults[i])
	}
	return s, nil
}

// time returns the time by the clock of the server.
func (s *Server) time() int64 {
	passed := s.now().Sub(s.begin).Seconds() * s.speed // more than a time.Duration can hold, after a day
	return s.begin.Unix() + int64(math.Floor(float64(s.begin.Nanosecond())/1e9+passed))
}

// ServeHTTP handles a request. The paths of the API may follow any prefix.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// The request is read before the state is locked: a slow client does not
	// hold up others.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestUpload))
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.answer(r, err).send(w)
}

// largestUpload is the largest size of a request in bytes.
const largestUpload = 256 << 20

// answer returns the answer to a request, whose body could not be read if err
// is not nil.
func (s *Server) answer(r *http.Request, err error) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &answer{now: s.time(), header: http.Header{}, status: http.StatusOK}
	a.header.Set("Date", time.Unix(a.now, 0).UTC().Format(http.TimeFormat))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		a.refuse(&refusal{status: http.StatusRequestEntityTooLarge, message: "The request is too large."})
	case err != nil:
		a.refuse(badRequest(nil, nil, "The request cannot be read: %v", err))
	default:
		if refused := s.route(r, a); refused != nil {
			a.refuse(refused)
		}
	}
	a.finish(s)
	return a
}

// route calls the handler of the request. It looks for the name of a collection
// from the end of the path.
func (s *Server) route(r *http.Request, a *answer) *refusal {
	if !hasCredentials(r) {
		return unauthorized()
	}
	path := strings.Split(strings.Trim(r.URL.EscapedPath(), "/"), "/")
	at := len(path) - 1
	for at >= 0 && path[at] != "batches" && path[at] != "files" {
		at--
	}
	if at < 0 || len(path) > at+3 {
		return noSuchPath(r)
	}
	collection, rest := path[at], append(path[at+1:], "", "")
	id, err := url.PathUnescape(rest[0])
	if err != nil {
		return noSuchPath(r)
	}
	handlers := s.handlers(shape(collection, id, rest[1]))
	if handle := handlers[r.Method]; handle != nil {
		return handle(r, a, id)
	}
	if len(handlers) == 0 {
		return noSuchPath(r)
	}
	return notAllowed(r, slices.Collect(maps.Keys(handlers)))
}

// shape returns a path with an asterisk for the id.
func shape(collection, id, action string) string {
	switch {
	case id == "":
		return collection
	case action == "":
		return collection + "/*"
	}
	return collection + "/*/" + action
}

type handler func(r *http.Request, a *answer, id string) *refusal

// handlers returns the handlers of a path, by their methods.
func (s *Server) handlers(path string) map[string]handler {
	of := map[string]map[string]handler{
		"files":            {"POST": s.upload},
		"files/*":          {"GET": s.retrieveFile},
		"files/*/content":  {"GET": s.fileContent},
		"batches":          {"GET": s.list, "POST": s.create},
		"batches/*":        {"GET": s.retrieve},
		"batches/*/cancel": {"POST": s.cancel},
	}
	if s.dialect.cancelsByDelete {
		delete(of, "batches/*/cancel")
		of["batches/*"]["DELETE"] = s.cancel
	}
	methods := of[path]
	if get := methods["GET"]; get != nil {
		methods["HEAD"] = get
	}
	return methods
}

// hasCredentials reports whether a request has a key, as a bearer token or in a
// header of its own. The server accepts any key.
func hasCredentials(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Bearer") && strings.TrimSpace(token) != "" || r.Header.Get("Api-Key") != "" || r.Header.Get("X-Api-Key") != ""
}

// Dialects returns the names of the vendors whose responses can be imitated.
func Dialects() []string {
	names := slices.Sorted(maps.Keys(dialects))
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}
