package plan

import (
	"iter"
	"math/bits"
)

// Tally counts how often the documented places occur in bodies, for coverage.
type Tally struct {
	Plan *Plan

	seen  []int // by the index of the place
	nulls []int // likewise: how many of them were null

	// Most objects have one of a few presences, which are counted as one.
	presences []presenceCount
}

// presenceCount is a presence, and how often it occurred.
type presenceCount struct {
	seenMembers
	count int
}

// NewTally returns an empty tally.
func (p *Plan) NewTally() *Tally {
	return &Tally{
		Plan: p, seen: make([]int, len(p.Places)), nulls: make([]int, len(p.Places)),
		presences: make([]presenceCount, len(p.nodes)*presencesPerNode),
	}
}

// Clear empties the tally.
func (t *Tally) Clear() {
	clear(t.seen)
	clear(t.nulls)
	clear(t.presences)
}

// Count adds the places in the body that was read last to t.
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

// addPresence moves the count of a presence to its places.
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

// Counts says how often a place occurred, with a value other than null and with
// null.
type Counts struct{ Values, Nulls int }

// All returns the places that occurred, and how often.
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
