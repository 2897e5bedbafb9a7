package engine

import (
	"iter"
	"slices"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/schema"
)

// Results are the results of checking several exchanges.
type Results struct {
	Results   []Result // in the order of the exchanges
	Explained int      // how many of them were not known

	stream    *Stream
	known     []times                  // what known bodies have
	tallies   map[*schema.Shape]*tally // what the others have
	notes     []note
	packed    []byte     // of the notes
	ids       []byte     // of the resources in the notes
	resources []Resource // in the notes
}

// newResults returns results for so many exchanges, from those that were
// released if there are any.
func (st *Stream) newResults(exchanges int) *Results {
	st.mu.Lock()
	var rs *Results
	if last := len(st.released) - 1; last >= 0 {
		rs, st.released = st.released[last], st.released[:last]
	}
	st.mu.Unlock()
	if rs == nil {
		rs = &Results{stream: st}
	}
	rs.Explained = 0
	rs.Results = slices.Grow(rs.Results[:0], exchanges)[:exchanges]
	return rs
}

// Release gives the results back for reuse. Findings and identities of
// resources may be kept; nothing else may be used after the call.
func (rs *Results) Release() {
	if rs.stream == nil {
		return
	}
	clear(rs.Results)
	clear(rs.notes)
	clear(rs.resources)
	clear(rs.known)
	rs.notes, rs.packed, rs.ids, rs.resources = rs.notes[:0], rs.packed[:0], rs.ids[:0], rs.resources[:0]
	rs.known = rs.known[:0]
	for _, t := range rs.tallies {
		clear(t.members)
		clear(t.nulls)
		clear(t.values)
	}
	rs.stream.mu.Lock()
	rs.stream.released = append(rs.stream.released, rs)
	rs.stream.mu.Unlock()
}

// Seen returns the documented places that occurred in bodies, beyond those that
// the single results list, and how many times.
func (rs *Results) Seen() iter.Seq2[Seen, int] {
	return func(yield func(Seen, int) bool) {
		for _, t := range rs.known {
			for _, s := range t.seen {
				if !yield(s, t.n) {
					return
				}
			}
		}
		for _, t := range rs.tallies {
			if !t.each(yield) {
				return
			}
		}
	}
}

// tally is how often the documented places of a shape occurred.
type tally struct {
	places         *shapePlaces
	members, nulls []int // by the index of the member: how often it had a value, and null
	values         map[string]int
}

// count counts the documented places at which values were seen.
func (rs *Results) count(v *Validator, visits schema.Visits) {
	var last *schema.Shape
	var around *tally
	for i := range visits {
		value, shape := visits[i].Value, visits[i].Shape
		if parent := visits.Parent(i); parent >= 0 && visits[parent].Value.Kind == jsonvalue.Object {
			if s := visits[parent].Shape; s != last {
				last, around = s, rs.tallyOf(v, s)
			}
			if m := last.Named(visits.Name(i)); m != nil {
				if value.Kind == jsonvalue.Null {
					around.nulls[m.Index]++
				} else {
					around.members[m.Index]++
				}
			}
		}
		if len(shape.Values) > 0 {
			if text, ok := shape.Enumerated(value); ok {
				rs.tallyOf(v, shape).values[text]++
			}
		}
	}
}

func (rs *Results) tallyOf(v *Validator, shape *schema.Shape) *tally {
	t := rs.tallies[shape]
	if t == nil {
		if rs.tallies == nil {
			rs.tallies = map[*schema.Shape]*tally{}
		}
		t = &tally{v.placesOf(shape), make([]int, len(shape.Members)), make([]int, len(shape.Members)), map[string]int{}}
		rs.tallies[shape] = t
	}
	return t
}

// each calls yield for each place that occurred, until it returns false.
func (t *tally) each(yield func(Seen, int) bool) bool {
	for i, s := range t.places.members {
		if n := t.members[i]; n > 0 && !yield(s, n) {
			return false
		}
		s.Null = true
		if n := t.nulls[i]; n > 0 && !yield(s, n) {
			return false
		}
	}
	for text, n := range t.values {
		if !yield(t.places.values[text], n) {
			return false
		}
	}
	return true
}

// times is how often known bodies had some places.
type times struct {
	seen []Seen
	n    int
}

// setResources sets Result.Resources of all results.
func (rs *Results) setResources() {
	ids := string(rs.ids)
	for i := range rs.Results {
		r := &rs.Results[i]
		from := len(rs.resources)
		for _, n := range r.notes {
			rs.resources = append(rs.resources, Resource{ids[n.idStart:n.idEnd], n.key})
		}
		if n := len(rs.resources); n > from {
			r.Resources = rs.resources[from:n:n]
		}
	}
}
