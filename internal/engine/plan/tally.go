package plan

import (
	"iter"
	"math/bits"
)

// Tally counts what of the description bodies have, for coverage.
type Tally struct {
	Plan *Plan

	seen  []int // by place
	nulls []int // likewise: how many of these were null

	// Most objects have one of a few presences, which are counted as a whole.
	presences []presenceCount
}

// presenceCount is a presence, and how often it was there.
type presenceCount struct {
	seenMembers
	count int
}

// NewTally returns a tally without any.
func (p *Plan) NewTally() *Tally {
	return &Tally{
		Plan: p, seen: make([]int, len(p.Places)), nulls: make([]int, len(p.Places)),
		presences: make([]presenceCount, len(p.nodes)*presencesPerNode),
	}
}

// Clear takes back all that was counted.
func (t *Tally) Clear() {
	clear(t.seen)
	clear(t.nulls)
	clear(t.presences)
}

// Count adds to t what the body that was read last has.
func (r *Reader) Count(t *Tally) {
	for i := range r.seenMembers {
		s := &r.seenMembers[i]
		c := &t.presences[s.presence]
		if c.present != s.present || c.nulls != s.nulls || c.count == 0 {
			t.addPresence(c)
			c.seenMembers, c.count = *s, 0
		}
		c.count++
	}
	for _, place := range r.seenValues {
		t.seen[place]++
	}
}

// addPresence adds a presence to the places.
func (t *Tally) addPresence(c *presenceCount) {
	if c.count == 0 {
		return
	}
	for rest := c.present; rest != 0; rest &= rest - 1 {
		t.seen[c.node.members[bits.TrailingZeros64(rest)].place] += c.count
	}
	for rest := c.nulls; rest != 0; rest &= rest - 1 {
		t.nulls[c.node.members[bits.TrailingZeros64(rest)].place] += c.count
	}
	c.count = 0
}

// Counts is how often a place was there.
type Counts struct{ Values, Nulls int }

// All returns the places that were there.
func (t *Tally) All() iter.Seq2[Place, Counts] {
	return func(yield func(Place, Counts) bool) {
		for i := range t.presences {
			t.addPresence(&t.presences[i])
		}
		for i, place := range t.Plan.Places {
			if t.seen[i] > 0 && !yield(place, Counts{t.seen[i] - t.nulls[i], t.nulls[i]}) {
				return
			}
		}
	}
}
