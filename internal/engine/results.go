package engine

import (
	"iter"
	"slices"
)

// Results are the results of checking several exchanges.
type Results struct {
	Results   []Result // in the order of the exchanges
	Explained int      // how many of them were not known

	stream  *Stream
	known   []times // what known bodies have
	seen    []Seen  // besides
	notes   []note
	packed  []byte   // of the notes
	ids     []byte   // of the resources in the notes
	strings []string // the ids, one by one
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
	clear(rs.strings)
	clear(rs.known)
	rs.notes, rs.packed, rs.ids, rs.strings = rs.notes[:0], rs.packed[:0], rs.ids[:0], rs.strings[:0]
	rs.known, rs.seen = rs.known[:0], rs.seen[:0]
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
		for _, s := range rs.seen {
			if !yield(s, 1) {
				return
			}
		}
	}
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
		from := len(rs.strings)
		for _, n := range r.notes {
			rs.strings = append(rs.strings, ids[n.idStart:n.idEnd])
		}
		if n := len(rs.strings); n > from {
			r.Resources = rs.strings[from:n:n]
		}
	}
}
