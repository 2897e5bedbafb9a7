// Package mock is a Batch server that keeps its state in memory. It responds as
// OpenAI's server, or that of another vendor, was observed to respond, and
// breaks individual rules on request.
package mock

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Options are the choices for [New]. The zero value is OpenAI's server with the
// time of the machine.
type Options struct {
	Now     func() time.Time // nil for [time.Now]
	Faults  []string         // names of [Faults]
	Dialect string           // one of [Dialects]; empty for OpenAI's
}

// Server is a Batch server. It is safe for concurrent use.
type Server struct {
	now     func() time.Time
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
	s := &Server{now: opt.Now, files: map[string]*file{}, dialect: dialects[opt.Dialect]}
	if s.now == nil {
		s.now = time.Now
	}
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

// Fast returns a clock that starts at the current time and runs faster by the
// factor speed.
func Fast(speed float64) func() time.Time {
	begin := time.Now()
	return func() time.Time {
		return begin.Add(time.Duration(float64(time.Since(begin)) * speed))
	}
}

// ServeHTTP handles a request. The paths of the API may follow any prefix.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// The request is read before the state is locked: a slow client does not
	// hold up others.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestUpload))
	if err != nil {
		http.Error(w, "the request cannot be read: "+err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.answer(r).send(w)
}

// largestUpload is the largest size of a request in bytes.
const largestUpload = 256 << 20

// answer returns the answer to a request.
func (s *Server) answer(r *http.Request) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &answer{now: s.now().Unix(), header: http.Header{}, status: http.StatusOK}
	a.header.Set("Date", time.Unix(a.now, 0).UTC().Format(http.TimeFormat))
	if err := s.route(r, a); err != nil {
		a.refuse(err)
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
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	at := len(path) - 1
	for at >= 0 && path[at] != "batches" && path[at] != "files" {
		at--
	}
	if at < 0 {
		return notFound("there is no such path: " + r.URL.Path)
	}
	id, action := "", ""
	switch rest := path[at+1:]; len(rest) {
	case 0:
	case 1:
		id = rest[0]
	case 2:
		id, action = rest[0], rest[1]
	default:
		return notFound("there is no such path: " + r.URL.Path)
	}
	known := false
	for name, handle := range s.handlers() {
		method, pattern, _ := strings.Cut(name, " ")
		if pattern != shape(path[at], id, action) {
			continue
		}
		known = true
		if method == r.Method {
			return handle(r, a, id)
		}
	}
	if known {
		return &refusal{status: http.StatusMethodNotAllowed, kind: "invalid_request_error", message: "the method " + r.Method + " is not allowed here"}
	}
	return notFound("there is no such path: " + r.URL.Path)
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

func (s *Server) handlers() map[string]handler {
	all := map[string]handler{
		"POST files":            s.upload,
		"GET files/*":           s.retrieveFile,
		"GET files/*/content":   s.fileContent,
		"POST batches":          s.create,
		"GET batches":           s.list,
		"GET batches/*":         s.retrieve,
		"POST batches/*/cancel": s.cancel,
	}
	if s.dialect.cancelsByDelete {
		delete(all, "POST batches/*/cancel")
		all["DELETE batches/*"] = s.cancel
	}
	return all
}

// hasCredentials reports whether a request has a key. The server accepts any
// key.
func hasCredentials(r *http.Request) bool {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token) != "" || r.Header.Get("Api-Key") != "" || r.Header.Get("X-Api-Key") != ""
}

// Dialects returns the names of the vendors whose responses can be imitated.
func Dialects() []string {
	names := slices.Sorted(maps.Keys(dialects))
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}
