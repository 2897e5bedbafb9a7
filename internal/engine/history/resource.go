package history

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
)

// Resource is what a store keeps of one resource, in a form that does not depend
// on the store: what several have kept of it can be put together. Nothing in it
// tells the identity.
type Resource struct {
	Key       Key
	Kind      int // number of the kind
	Values    int // how many values each response has
	Group     int // by which of them responses are grouped; 0 for their files
	Responses []Response
}

// Response is what one response said of a resource.
type Response struct {
	Moment
	Packed []byte // the values
}

func compareResponses(a, b Response) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.File, b.File), cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Index, b.Index),
		bytes.Compare(a.Packed, b.Packed), cmp.Compare(a.Origin.Operation, b.Origin.Operation), cmp.Compare(a.Origin.Status, b.Origin.Status), cmp.Compare(a.Origin.Within, b.Origin.Within), cmp.Compare(a.Own, b.Own))
}

// Add adds responses, and drops those that are not needed.
func (r *Resource) Add(responses []Response) {
	all := slices.Concat(r.Responses, responses)
	slices.SortFunc(all, compareResponses)
	r.Responses = reduce(all, reduction[Response]{
		by: grouping(r.Group), members: r.Values,
		packed: func(s *Response) []byte { return s.Packed }, file: func(s *Response) string { return s.File },
	})
}

// ErrScope is the error of histories that cannot be merged.
var ErrScope = errors.New("the histories were kept with another --history-scope; give all runs the same")

func ofTwoKinds(key Key) error { return fmt.Errorf("the history %016x is of two kinds", key) }

// Check reports what is wrong with a resource that was read from somewhere.
func (r *Resource) Check() error {
	if r.Values < 1 || r.Kind < 0 || r.Group < 0 || r.Group >= r.Values || len(r.Responses) == 0 {
		return fmt.Errorf("the history %016x has no values", r.Key)
	}
	for i := range r.Responses {
		if !isPacked(r.Responses[i].Packed, r.Values) {
			return fmt.Errorf("the values of the history %016x cannot be read", r.Key)
		}
	}
	return nil
}

// Resource returns what is kept of a resource; false where there is none.
func (s *Store) Resource(key Key) (Resource, bool) {
	_, encoded := s.timelines.find(key)
	for _, r := range slices.Backward(s.runs) {
		c := s.disk.around(r, key)
		more := c.next()
		for more && c.key < key {
			more = c.next()
		}
		switch {
		case !more || c.key != key:
		case encoded == nil:
			encoded = c.timeline // good, since the cursor goes no further
		default:
			encoded = s.join(key, nil, c.timeline, encoded)
		}
	}
	if encoded == nil {
		return Resource{}, false
	}
	return s.resource(key, encoded), true
}

// Files returns the files that responses were in, in no order. It must not be changed.
func (s *Store) Files() []string { return s.files.values }

// Resources returns what is kept of all resources, in the order of their keys.
func (s *Store) Resources() iter.Seq[Resource] {
	return func(yield func(Resource) bool) {
		for key, encoded := range s.all() {
			if !yield(s.resource(key, encoded)) {
				return
			}
		}
	}
}

func (s *Store) resource(key Key, encoded []byte) Resource {
	t := readTimeline(encoded)
	k := s.kinds[t.kind]
	r := Resource{Key: key, Kind: t.kind, Values: len(k.Members), Group: int(s.grouping(k))}
	for _, o := range t.observations(k) {
		r.Responses = append(r.Responses, Response{s.momentOf(o.moment), k.pack(o.values)})
	}
	r.Add(nil)
	return r
}

// Merge adds what another store, whose kinds are the same, has kept of a resource.
func (s *Store) Merge(r Resource) error {
	if err := r.Check(); err != nil {
		return err
	}
	if r.Kind >= len(s.kinds) || r.Values != len(s.kinds[r.Kind].Members) {
		return fmt.Errorf("the description has no lifecycle like that of the history %016x", r.Key)
	}
	k := s.kinds[r.Kind]
	if grouping(r.Group) != s.grouping(k) {
		return ErrScope
	}
	var all []observation
	if _, encoded := s.timelines.find(r.Key); encoded != nil {
		t := readTimeline(encoded)
		if t.kind != r.Kind {
			return ofTwoKinds(r.Key)
		}
		all = t.observations(k)
	}
	for _, o := range r.Responses {
		if state, ok := packedState(o.Packed, r.Values); ok && state >= len(k.Life.States()) {
			return fmt.Errorf("the history %016x has a state that is not in the description", r.Key)
		}
		all = append(all, observation{s.moment(o.Moment), k.Unpack(o.Packed)})
	}
	slices.SortFunc(all, func(a, b observation) int { return s.compareObservations(k, &a, &b) })
	if len(all) < reduceEvery {
		t := s.newTimeline(k, all)
		t.suspect = true
		s.keep(r.Key, &t)
		return nil
	}
	s.keepNeeded(r.Key, k, all)
	return nil
}
