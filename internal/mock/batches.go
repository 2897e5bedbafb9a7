package mock

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// create handles POST /batches.
func (s *Server) create(r *http.Request, a *answer, _ string) *refusal {
	var params struct {
		Input    string          `json:"input_file_id"`
		Endpoint string          `json:"endpoint"`
		Window   string          `json:"completion_window"`
		Metadata json.RawMessage `json:"metadata"`
	}
	if err := json.NewDecoder(r.Body).Decode(&params); err != nil {
		return invalid("body", "the request is not the JSON object of a batch")
	}
	input := s.files[params.Input]
	switch {
	case input == nil:
		return invalid("input_file_id", fmt.Sprintf("there is no file %q", params.Input))
	case params.Endpoint == "":
		return invalid("endpoint", "endpoint is missing")
	case params.Window == "":
		return invalid("completion_window", "completion_window is missing")
	}
	s.made++
	b := &batch{
		id:            fmt.Sprintf("batch_%032x", s.made),
		endpoint:      params.Endpoint,
		input:         params.Input,
		window:        params.Window,
		created:       a.now,
		cancelSeconds: cancellingSeconds,
	}
	if s.dialect.id != nil {
		b.id = s.dialect.id(s.made)
	}
	if s.dialect.cancelSeconds != 0 {
		b.cancelSeconds = s.dialect.cancelSeconds
	}
	if text := string(params.Metadata); text != "" && text != "null" {
		b.metadata = params.Metadata
	}
	b.readInput(input.content)
	s.batches = append(s.batches, b)
	a.show("create", b.at(a.now))
	return nil
}

// retrieve handles GET /batches/{id}.
func (s *Server) retrieve(_ *http.Request, a *answer, id string) *refusal {
	b, err := s.batch(id)
	if err != nil {
		return err
	}
	a.show("retrieve", b.at(a.now))
	return nil
}

// cancel handles POST /batches/{id}/cancel.
func (s *Server) cancel(_ *http.Request, a *answer, id string) *refusal {
	b, err := s.batch(id)
	if err != nil {
		return err
	}
	switch v := b.at(a.now); {
	case v.cancellable():
		b.cancelled = a.now
	case v.status == "completed", v.status == "failed":
		return &refusal{status: s.conflict(), kind: "invalid_request_error", message: "a batch that is " + v.status + " cannot be cancelled"}
	}
	a.show("cancel", b.at(a.now))
	return nil
}

// conflict returns the status of the response to a cancel request that comes
// too late.
func (s *Server) conflict() int {
	for _, f := range s.faults {
		if f.conflict != 0 {
			return f.conflict
		}
	}
	return http.StatusConflict
}

func (s *Server) batch(id string) (*batch, *refusal) {
	if !strings.HasPrefix(id, "batch") {
		return nil, invalid("batch_id", fmt.Sprintf("%q is not the id of a batch, which begins with batch", id))
	}
	i := slices.IndexFunc(s.batches, func(b *batch) bool { return b.id == id })
	if i < 0 {
		return nil, notFound(fmt.Sprintf("there is no batch %q", id))
	}
	return s.batches[i], nil
}

// list handles GET /batches: the newest batch comes first.
func (s *Server) list(r *http.Request, a *answer, _ string) *refusal {
	query := r.URL.Query()
	limit := 20
	if text := query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 100 {
			return invalid("limit", "limit is not a number from 1 to 100")
		}
		limit = n
	}
	all := slices.Clone(s.batches)
	slices.Reverse(all)
	if after := query.Get("after"); after != "" {
		i := slices.IndexFunc(all, func(b *batch) bool { return b.id == after })
		if i < 0 {
			return invalid("after", fmt.Sprintf("there is no batch %q", after))
		}
		all = all[i+1:]
	}
	more := len(all) > limit
	all = all[:min(limit, len(all))]
	a.operation = "list"
	for _, b := range all {
		b.answers++
		a.views = append(a.views, b.at(a.now))
	}
	a.shown = []object{} // an empty list, not null
	a.page = object{{"object", "list"}, {"data", nil}}
	if len(all) > 0 {
		a.page.set("first_id", all[0].id)
		a.page.set("last_id", all[len(all)-1].id)
	}
	a.page.set("has_more", more)
	return nil
}
