package mock

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// create handles POST /batches.
func (s *Server) create(r *http.Request, a *answer, _ string) *refusal {
	if refused := checkContentType(r); refused != nil {
		return refused
	}
	body, _ := io.ReadAll(r.Body) // it is in memory
	params, refused := s.dialect.readCreation(body)
	if refused != nil {
		return refused
	}
	input := s.files[params.input]
	if input == nil {
		return badRequest("input_file_id", "invalid_value", "Invalid value: '%s'. There is no such file.", params.input)
	}
	s.made++
	b := &batch{
		id:            fmt.Sprintf("batch_%032x", s.made),
		creation:      params,
		created:       a.now,
		cancelSeconds: cancellingSeconds,
		shown:         map[string]int64{},
	}
	if s.speed > 1 {
		b.linger = int64(math.Ceil(s.speed)) // one second of the client
	}
	if s.dialect.id != nil {
		b.id = s.dialect.id(s.made)
	}
	if s.dialect.cancelSeconds != 0 {
		b.cancelSeconds = s.dialect.cancelSeconds
	}
	b.readInput(input.content)
	s.batches = append(s.batches, b)
	a.show("create", b)
	return nil
}

// retrieve handles GET /batches/{id}.
func (s *Server) retrieve(_ *http.Request, a *answer, id string) *refusal {
	b, err := s.batch(id)
	if err != nil {
		return err
	}
	a.show("retrieve", b)
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
		return &refusal{status: s.conflict(), message: fmt.Sprintf("Cannot cancel a batch with status '%s'.", v.status)}
	}
	a.show("cancel", b)
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
		return nil, badRequest("batch_id", "invalid_value", "Invalid 'batch_id': '%s'. Expected an ID that begins with 'batch'.", id)
	}
	i := slices.IndexFunc(s.batches, func(b *batch) bool { return b.id == id })
	if i < 0 {
		return nil, notFound(fmt.Sprintf("No batch found with id '%s'.", id))
	}
	return s.batches[i], nil
}

// list handles GET /batches: the newest batch comes first.
func (s *Server) list(r *http.Request, a *answer, _ string) *refusal {
	query := r.URL.Query()
	limit, refused := readLimit(query.Get("limit"))
	if refused != nil {
		return refused
	}
	all := slices.Clone(s.batches)
	slices.Reverse(all)
	if after := query.Get("after"); after != "" {
		i := slices.IndexFunc(all, func(b *batch) bool { return b.id == after })
		if i < 0 {
			return badRequest("after", "invalid_value", "Invalid value: '%s'. There is no such batch.", after)
		}
		all = all[i+1:]
	}
	more := len(all) > limit
	all = all[:min(limit, len(all))]
	a.shown = []object{} // an empty list, not null
	a.page = object{{"object", "list"}, {"data", nil}}
	if len(all) > 0 {
		a.page.set("first_id", all[0].id)
		a.page.set("last_id", all[len(all)-1].id)
	}
	a.page.set("has_more", more)
	a.show("list", all...)
	return nil
}

// readLimit reads how many batches a page may have at most.
func readLimit(text string) (int, *refusal) {
	const usual, least, most = 20, 1, 100
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return 0, badRequest("limit", "invalid_type", "Invalid type for 'limit': expected an integer, but got '%s' instead.", text)
	case n < least:
		return 0, badRequest("limit", "integer_below_min_value", "Invalid 'limit': integer below minimum value. Expected a value >= %d, but got %d instead.", least, n)
	case n > most:
		return 0, badRequest("limit", "integer_above_max_value", "Invalid 'limit': integer above maximum value. Expected a value <= %d, but got %d instead.", most, n)
	}
	return n, nil
}
