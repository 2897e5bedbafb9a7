package outcome

import (
	"slices"
	"strings"
)

// smallest keeps values by their keys; if there are too many, those with the
// smallest keys. Which ones are kept does not depend on the order in which keys
// are added: one that was dropped never comes back, since the largest key that
// is kept only decreases.
type smallest[K comparable, V any] struct {
	most    int
	compare func(a, b K) int
	sorted  []K
	values  map[K]V
}

func newSmallest[K comparable, V any](most int, compare func(a, b K) int) *smallest[K, V] {
	return &smallest[K, V]{most: most, compare: compare, values: map[K]V{}}
}

// get returns the value of a key; not ok where there is none.
func (s *smallest[K, V]) get(key K) (value V, ok bool) {
	value, ok = s.values[key]
	return value, ok
}

// takes reports whether there is room for a key.
func (s *smallest[K, V]) takes(key K) bool {
	return len(s.sorted) < s.most || s.compare(key, s.sorted[len(s.sorted)-1]) < 0
}

// set sets the value of a key for which there is room. It returns the value
// that was dropped to make room.
func (s *smallest[K, V]) set(key K, value V) (dropped V, ok bool) {
	if _, known := s.values[key]; !known {
		if len(s.sorted) == s.most {
			last := s.sorted[s.most-1]
			dropped, ok = s.values[last], true
			delete(s.values, last)
			s.sorted = s.sorted[:s.most-1]
		}
		i, _ := slices.BinarySearchFunc(s.sorted, key, s.compare)
		s.sorted = slices.Insert(s.sorted, i, key)
	}
	s.values[key] = value
	return dropped, ok
}

// all returns the values in the order of their keys.
func (s *smallest[K, V]) all() []V {
	all := make([]V, 0, len(s.sorted))
	for _, key := range s.sorted {
		all = append(all, s.values[key])
	}
	return all
}

// counts counts texts, of which there may be any number.
type counts struct {
	*smallest[string, int]
	beyond int // the number of texts that are not kept
}

func newCounts(most int) counts {
	return counts{smallest: newSmallest[string, int](most, strings.Compare)}
}

func (c *counts) add(text string, n int) {
	if known, ok := c.get(text); ok {
		c.values[text] = sum(known, n)
		return
	}
	if !c.takes(text) {
		c.beyond = sum(c.beyond, n)
		return
	}
	dropped, _ := c.set(text, sum(n, 0))
	c.beyond = sum(c.beyond, dropped)
}

func (c *counts) merge(o *counts) {
	for text, n := range o.values {
		c.add(text, n)
	}
	c.beyond = sum(c.beyond, o.beyond)
}
