package engine

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// ResourceHistory is what a history keeps of one resource, in a form that does
// not depend on the process: what several runs have kept of it can be put
// together. Nothing in it tells the identity.
type ResourceHistory struct {
	Key       ResourceKey
	Kind      int // which lifecycle of the description it has
	Values    int // how many values each response has
	Responses []ResourceResponse
}

// ResourceResponse is what one response said of a resource.
type ResourceResponse struct {
	Time   int64 // Unix milliseconds; 0 where unknown
	File   string
	Entry  int64
	Line   int64
	Origin Origin
	Packed []byte // the values
}

func compareResponses(a, b ResourceResponse) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.File, b.File), cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Line, b.Line),
		bytes.Compare(a.Packed, b.Packed), cmp.Compare(a.Origin.Operation, b.Origin.Operation), cmp.Compare(a.Origin.Status, b.Origin.Status), cmp.Compare(a.Origin.Within, b.Origin.Within))
}

// Add adds responses, and drops those that are not needed.
func (r *ResourceHistory) Add(responses []ResourceResponse) {
	all := slices.Concat(r.Responses, responses)
	slices.SortFunc(all, compareResponses)
	r.Responses = reduce(all, r.Values, func(s *ResourceResponse) []byte { return s.Packed })
}

// Check reports what is wrong with a history that was read from somewhere.
func (r *ResourceHistory) Check() error {
	if r.Values < 1 || r.Kind < 0 || len(r.Responses) == 0 {
		return fmt.Errorf("the history %016x has no values", r.Key)
	}
	for i := range r.Responses {
		if !isPacked(r.Responses[i].Packed, r.Values) {
			return fmt.Errorf("the values of the history %016x cannot be read", r.Key)
		}
	}
	return nil
}

// isPacked reports whether bytes are so many packed cells.
func isPacked(packed []byte, cells int) bool {
	head := (cells + 1) / 2
	if len(packed) < head {
		return false
	}
	rest := packed[head:]
	for i := range cells {
		kind := packed[i/2] >> (4 * (i & 1)) & 0xf
		size := int(packedSize[kind])
		if kind == text && len(rest) > 0 {
			size += int(rest[0])
		}
		if len(rest) < size || kind == named && i > 0 || kind == named+1 {
			return false
		}
		rest = rest[size:]
	}
	return len(rest) == 0
}

// Resources returns the histories of all resources, in no order.
func (h *History) Resources() iter.Seq[ResourceHistory] {
	return func(yield func(ResourceHistory) bool) {
		for key, encoded := range h.timelines.all() {
			t := readTimeline(encoded)
			w := h.v.kinds[t.kind]
			r := ResourceHistory{Key: key, Kind: t.kind, Values: len(w.members)}
			for _, s := range w.observations(t) {
				r.Responses = append(r.Responses, ResourceResponse{
					Time: s.time, File: h.files[s.file], Entry: s.entry, Line: s.line,
					Origin: h.origins[s.origin], Packed: w.pack(nil, s.cells),
				})
			}
			r.Add(nil)
			if !yield(r) {
				return
			}
		}
	}
}

// Merge adds what another run of the same description has kept of a resource.
func (h *History) Merge(r ResourceHistory) error {
	if err := r.Check(); err != nil {
		return err
	}
	if r.Kind >= len(h.v.kinds) || r.Values != len(h.v.kinds[r.Kind].members) {
		return fmt.Errorf("the description has no lifecycle like that of the history %016x", r.Key)
	}
	w := h.v.kinds[r.Kind]
	var all []observation
	if encoded := h.timelines.get(r.Key); encoded != nil {
		t := readTimeline(encoded)
		if t.kind != r.Kind {
			return fmt.Errorf("the history %016x is of two kinds", r.Key)
		}
		all = w.observations(t)
	}
	for _, s := range r.Responses {
		if kind, value := firstOf(s.Packed, r.Values); kind == named && int(value[0]) >= len(w.life.States()) {
			return fmt.Errorf("the history %016x has a state that the description has not", r.Key)
		}
		at := moment{s.Time, h.file(s.File), s.Entry, s.Line, h.originOf(s.Origin)}
		all = append(all, observation{at, w.unpack(s.Packed)})
	}
	slices.SortFunc(all, func(a, b observation) int {
		return cmp.Or(h.compareMoments(a.moment, b.moment), bytes.Compare(w.pack(nil, a.cells), w.pack(nil, b.cells)))
	})
	h.keep(r.Key, w, all)
	return nil
}

func firstOf(packed []byte, cells int) (kind byte, value []byte) {
	u := unpack(packed, cells)
	return u.next()
}
