package mock

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// answer is a response that the server is about to send.
type answer struct {
	now       int64
	operation string // on batches: "create", "retrieve", "list" or "cancel"; empty for others
	status    int
	header    http.Header
	views     []view   // the batches in it
	shown     []object // these batches, as sent
	page      object   // the members of a list, without its data
	other     []byte   // the body of a response that is not about batches
	body      []byte   // as sent
}

// show makes batches the content of the answer.
func (a *answer) show(operation string, batches ...*batch) {
	a.operation = operation
	for _, b := range batches {
		a.views = append(a.views, b.show(a.now))
	}
}

// finish writes the body, and applies the dialect and the faults to it.
func (a *answer) finish(s *Server) {
	for i := range a.views {
		o := a.views[i].object()
		if s.dialect.batch != nil {
			s.dialect.batch(&a.views[i], &o)
		}
		a.shown = append(a.shown, o)
		for _, f := range s.faults {
			if f.batch != nil {
				f.batch(a, &a.views[i], &a.shown[i])
			}
		}
	}
	for _, f := range s.faults {
		if f.answer != nil && a.operation != "" {
			f.answer(a)
		}
	}
	switch {
	case a.other != nil:
		a.body = a.other
		return
	case a.operation == "list":
		a.page.set("data", a.shown)
		a.body = encode(a.page)
	case len(a.shown) > 0:
		a.body = encode(a.shown[0])
	}
	for _, f := range s.faults {
		if f.bytes != nil && a.operation != "" {
			a.body = f.bytes(a.body)
		}
	}
}

// encode writes an object as JSON, which never fails for its values.
func encode(o object) []byte {
	text, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return text
}

// send sends the answer. The server leaves the body out where the request is
// HEAD.
func (a *answer) send(w http.ResponseWriter) {
	if a.header.Get("Content-Type") == "" {
		a.header.Set("Content-Type", "application/json")
	}
	a.header.Set("Content-Length", strconv.Itoa(len(a.body)))
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // if it fails, the client is gone
}

// refusal is an error response.
type refusal struct {
	status      int
	message     string
	param, code any         // nil for null
	header      http.Header // that the status needs; may be nil
}

// refuse turns the answer into an error response.
func (a *answer) refuse(r *refusal) {
	a.status, a.operation, a.views = r.status, "", nil
	maps.Copy(a.header, r.header)
	a.other = encode(object{{"error", object{{"message", r.message}, {"type", "invalid_request_error"}, {"param", r.param}, {"code", r.code}}}})
}

func unauthorized() *refusal {
	return &refusal{
		status:  http.StatusUnauthorized,
		message: "You didn't provide an API key. Send it as 'Authorization: Bearer KEY'.",
		header:  http.Header{"Www-Authenticate": {`Bearer realm="plumb mock"`}},
	}
}

func noSuchPath(r *http.Request) *refusal {
	return notFound(fmt.Sprintf("Invalid URL (%s %s)", r.Method, r.URL.Path))
}

func notFound(message string) *refusal {
	return &refusal{status: http.StatusNotFound, message: message}
}

// notAllowed refuses a method; the header Allow lists those that the path has.
func notAllowed(r *http.Request, allowed []string) *refusal {
	slices.Sort(allowed)
	return &refusal{
		status:  http.StatusMethodNotAllowed,
		message: fmt.Sprintf("Not allowed to %s on %s.", r.Method, r.URL.Path),
		header:  http.Header{"Allow": {strings.Join(allowed, ", ")}},
	}
}

// badRequest refuses a request because of one parameter, or of none if param is
// nil.
func badRequest(param, code any, format string, values ...any) *refusal {
	return &refusal{status: http.StatusBadRequest, message: fmt.Sprintf(format, values...), param: param, code: code}
}
