package engine

import (
	"iter"
	"slices"

	"github.com/plumbapi/plumb/internal/engine/plan"
)

// Results is the outcome of checking several exchanges.
type Results struct {
	Results   []Result // in the order of the exchanges
	Explained int      // how many of them the reference engine looked at

	run     *Stream
	tallies []*plan.Tally
	notes   []note
	packed  []byte   // of the notes
	ids     []byte   // of the resources in the notes
	strings []string // the ids
}

// batch returns a batch for so many exchanges.
func (r *Stream) batch(exchanges int) *Results {
	r.mu.Lock()
	var b *Results
	if last := len(r.released) - 1; last >= 0 {
		b, r.released = r.released[last], r.released[:last]
	}
	r.mu.Unlock()
	if b == nil {
		b = &Results{run: r}
	}
	b.Explained = 0
	b.Results = slices.Grow(b.Results[:0], exchanges)[:exchanges]
	return b
}

// Release gives the batch back, with its results, to be used for a later one.
// Findings and identities of resources may be kept.
func (b *Results) Release() {
	if b.run == nil {
		return
	}
	clear(b.Results)
	clear(b.notes)
	clear(b.strings)
	b.notes, b.packed, b.ids, b.strings = b.notes[:0], b.packed[:0], b.ids[:0], b.strings[:0]
	for _, t := range b.tallies {
		t.Clear()
	}
	b.run.mu.Lock()
	b.run.released = append(b.run.released, b)
	b.run.mu.Unlock()
}

// Seen returns what of the description was in bodies of the batch, beyond
// what its results say, and how many times.
func (b *Results) Seen() iter.Seq2[Seen, int] {
	return func(yield func(Seen, int) bool) {
		for _, t := range b.tallies {
			for place, n := range t.All() {
				s := Seen{Schema: place.Schema, Pointer: place.Pointer, Value: place.Value}
				if n.Values > 0 && !yield(s, n.Values) {
					return
				}
				s.Null = true
				if n.Nulls > 0 && !yield(s, n.Nulls) {
					return
				}
			}
		}
	}
}

func (b *Results) tally(p *plan.Plan) *plan.Tally {
	for _, t := range b.tallies {
		if t.Plan == p {
			return t
		}
	}
	t := p.NewTally()
	b.tallies = append(b.tallies, t)
	return t
}

// mark is how much of a batch is of bodies before.
type mark struct{ notes, packed, ids int }

func (b *Results) mark() mark { return mark{len(b.notes), len(b.packed), len(b.ids)} }

// forget takes back what was noted of a body that a plan declined.
func (b *Results) forget(m mark) {
	b.notes, b.packed, b.ids = b.notes[:m.notes], b.packed[:m.packed], b.ids[:m.ids]
}

// name gives the results the identities of their resources.
func (b *Results) name() {
	ids := string(b.ids)
	for i := range b.Results {
		r := &b.Results[i]
		from := len(b.strings)
		for _, n := range r.notes {
			b.strings = append(b.strings, ids[n.idStart:n.idEnd])
		}
		if n := len(b.strings); n > from {
			r.Resources = b.strings[from:n:n]
		}
	}
}
