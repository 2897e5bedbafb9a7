// Package history stores what responses said of resources, so that the responses
// of one resource can be compared in the order of time, in whatever order they
// come.
//
// A [Kind] is what is known of the resources of one lifecycle: which members are
// kept, and what stands for an identity. A [Packer] makes a few bytes of the
// values that a response has for them. A [Store] keeps these, says what a new
// response is to be compared with, and gives a [Resource], which can be merged
// into other stores. Of a resource with three responses it keeps some 170 bytes;
// of one with many responses only those that can be needed.
//
// What two responses may not say of one resource is for rules, of which the
// package knows nothing.
//
// A store can be bounded: what does not fit in memory goes to a temporary file, as
// what another store has kept, and is merged with the rest at the end.
package history

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
)

// Store keeps the responses of resources, those of one resource in the order of
// time. It is not safe for concurrent use.
type Store struct {
	// MayContradict reports whether a pair may be a contradiction. Others are not
	// given to a Compare. If it is nil, all may be one.
	MayContradict func(k *Kind, p *Pair) bool

	// Creates reports whether responses of an origin create resources. If it is nil,
	// none do.
	Creates func(Origin) bool

	// Scope is set before anything is inserted.
	Scope Scope

	kinds     []*Kind
	files     numbering[string]
	origins   numbering[Origin]
	timelines timelines // of the resources in memory
	limit     int       // of what these take, in bytes; 0 for none
	disk      disk
	runs      []*run // what was in memory before, in the order of writing
	suspects  *run   // of all; nil where it is not known

	scratch, joined, spare []byte
	changes, said          []Change
	values                 [3][]Value
}

// NewStore returns an empty store. The kinds are in the order of their numbers.
func NewStore(kinds []*Kind) *Store { return &Store{kinds: kinds} }

// Bound makes the store take no more memory than so many bytes, about: what is
// beyond goes to a temporary file. Of a resource that is there, a response is
// compared with those in memory only when it is inserted; [Store.Pairs] gives the
// others, too. A store with a bound must be closed.
func (s *Store) Bound(bytes int) { s.limit = bytes }

// Err returns what went wrong with the temporary file. After that, what is
// inserted stays in memory.
func (s *Store) Err() error { return s.disk.err }

// Close removes the temporary file. The store must not be used any more.
func (s *Store) Close() error { return s.disk.close() }

// Reset drops all responses. The store must not be bounded.
func (s *Store) Reset() {
	s.timelines.empty()
	s.suspects = nil
}

// Size is about how many bytes of memory the store takes.
func (s *Store) Size() int { return s.timelines.bytes() }

// Compare is given two responses, the later or the earlier of which is the one
// that is inserted.
type Compare func(p Pair, laterIsNew bool)

// Insert adds a response where it belongs by its time, and calls compare for the
// pairs that it makes with others, if they may contradict. Most often it is the last.
// The changes of a pair are good until compare returns. In the file of the response
// more may follow: see [Store.Pairs] for the lives that begin anew.
func (s *Store) Insert(key Key, k *Kind, when Moment, packed []byte, compare Compare) {
	at := s.moment(when)
	i, encoded := s.timelines.find(key)
	if encoded == nil {
		t := timeline{kind: k.Number, count: 1, last: at, values: packed}
		t.suspect = s.compareFirst(k, at, packed, compare)
		s.scratch = t.append(s.scratch[:0])
		s.keepAt(i, false, key)
		return
	}
	t := readTimeline(encoded)
	if !t.extends() || cmp.Or(s.compareMoments(t.last, at), bytes.Compare(t.values, packed)) > 0 {
		s.insertAnywhere(key, k, t.observations(k), observation{at, k.Unpack(packed)}, compare)
		return
	}
	s.scratch = s.extend(s.scratch[:0], k, &t, at, packed, compare)
	s.keepAt(i, true, key)
}

// compareFirst compares the first observation of a resource with nothing, and reports
// whether that is suspect. Most often it is none of an answer that creates resources.
func (s *Store) compareFirst(k *Kind, at moment, packed []byte, compare Compare) (suspect bool) {
	if k.Created == 0 || !s.creates(at) {
		return false
	}
	o := observation{at, k.Unpack(packed)}
	l := life{observations: []observation{o}}
	l.eachPair(s, k, 0, func(p Pair) {
		if s.pairMayContradict(k, &p) {
			suspect = true
			compare(p, true)
		}
	})
	return suspect
}

// creates reports whether a response is of an origin that creates resources.
func (s *Store) creates(at moment) bool {
	return s.Creates != nil && s.Creates(s.origins.values[at.origin])
}

// extend writes to b the timeline with one more observation, which is after the
// last one. If compare is nil, it only finds out whether the timeline is suspect.
func (s *Store) extend(b []byte, k *Kind, t *timeline, at moment, packed []byte, compare Compare) []byte {
	if bytes.Equal(t.values, packed) && s.inOneGroup(k, t.last, at) {
		return t.repeat(b, at)
	}
	s.changes = k.changes(t.values, packed, s.changes[:0])
	looksBack := s.looksBackForTimestamps(k, t, at, packed)
	if looksBack || s.isSuspectAfter(k, t, at) {
		t.suspect = true
		if compare != nil {
			s.compareLast(k, t, observation{at, k.Unpack(packed)}, looksBack, compare)
		}
	}
	return t.extend(b, at, packed, s.changes)
}

// compareLast calls compare for the pairs that an observation after the last of a
// timeline makes, the changes to which are those of the store. Two of one file are of
// one life, so most often neither the other lives need be known, nor what was before.
func (s *Store) compareLast(k *Kind, t *timeline, o observation, looksBack bool, compare Compare) {
	saysAgain := func(c Change) bool { return !k.says(c.Member, c.Before) && k.says(c.Member, c.After) }
	if looksBack || t.last.file != o.file || slices.ContainsFunc(s.changes, saysAgain) {
		all := append(t.observations(k), o)
		s.compareAmong(k, all, len(all)-1, compare)
		return
	}
	if p := s.pairOf(k, t.last, &o, s.changes); s.pairMayContradict(k, &p) {
		compare(p, true)
	}
}

// inOneGroup reports whether two observations with the same values are of one group:
// see [grouping].
func (s *Store) inOneGroup(k *Kind, a, b moment) bool {
	return a.file == b.file || s.grouping(k) != byFile
}

// keepAt keeps the timeline in scratch at a slot.
func (s *Store) keepAt(i int, known bool, key Key) {
	s.suspects = nil
	if known {
		s.timelines.replace(i, s.scratch)
	} else {
		s.timelines.add(i, key, s.scratch)
	}
	if s.limit > 0 && s.timelines.bytes() >= s.limit {
		s.spill()
	}
}

func (s *Store) mayContradict(k *Kind, before, after moment, changes []Change) bool {
	if s.MayContradict == nil {
		return true
	}
	p := s.pair(k, before, after, changes)
	return s.MayContradict(k, &p)
}

func (s *Store) pairMayContradict(k *Kind, p *Pair) bool {
	return s.MayContradict == nil || s.MayContradict(k, p)
}

// isSuspect reports whether two observations with one identity, which have not been
// divided among lives, may contradict each other, or be of two lives.
func (s *Store) isSuspect(k *Kind, before, after moment, changes []Change) bool {
	return s.mayContradict(k, before, after, changes) || s.mayBeginAnew(k, changes)
}

// isSuspectAfter does this for an observation after the last of a timeline, the
// changes to which are those of the store.
func (s *Store) isSuspectAfter(k *Kind, t *timeline, at moment) bool {
	if s.isSuspect(k, t.last, at, s.changes) {
		return true
	}
	for _, c := range s.changes {
		if k.says(c.Member, c.Before) || !k.says(c.Member, c.After) {
			continue
		}
		v, when, ok := t.lastSaid(k, c.Member)
		if ok && v != c.After && s.isSuspect(k, when, at, []Change{{c.Member, v, c.After}}) {
			return true
		}
	}
	return false
}

func (s *Store) insertAnywhere(key Key, k *Kind, all []observation, o observation, compare Compare) {
	i := len(all)
	for i > 0 && s.compareObservations(k, &all[i-1], &o) > 0 {
		i--
	}
	all = slices.Insert(all, i, o)
	s.compareAmong(k, all, i, compare)
	s.keepNeeded(key, k, all)
}

// compareAmong calls compare for the pairs that an observation makes with the others
// of its life.
func (s *Store) compareAmong(k *Kind, all []observation, i int, compare Compare) {
	o := all[i]
	for _, l := range s.lives(k, all, o.file) {
		at := len(l.observations) - 1 // of equal ones it is the last
		for at >= 0 && !(l.observations[at].moment == o.moment && slices.Equal(l.observations[at].values, o.values)) {
			at--
		}
		if at < 0 {
			continue
		}
		l.eachPair(s, k, at, func(p Pair) {
			if s.pairMayContradict(k, &p) {
				compare(p, true)
			}
		})
		l.eachLater(s, k, at, func(p Pair) {
			if s.pairMayContradict(k, &p) {
				compare(p, false)
			}
		})
		return
	}
}

// keepNeeded keeps the observations of a resource, which are sorted, as far as
// they are needed.
func (s *Store) keepNeeded(key Key, k *Kind, all []observation) {
	t := s.newTimeline(k, s.needed(k, all))
	t.suspect = true
	s.keep(key, &t)
}

func (s *Store) keep(key Key, t *timeline) {
	s.scratch = t.append(s.scratch[:0])
	i, before := s.timelines.find(key)
	s.keepAt(i, before != nil, key)
}

// needed drops the observations that are not needed.
func (s *Store) needed(k *Kind, all []observation) []observation {
	return reduce(all, reduction[observation]{
		by: s.grouping(k), members: len(k.Members),
		packed: func(o *observation) []byte { return k.pack(o.values) },
		file:   func(o *observation) string { return s.files.values[o.file] },
	})
}

// Pairs returns the pairs of all resources that Insert could not find to be
// without contradictions, those of one resource in the order of time. Of a
// resource with many responses, the two of a pair can be farther apart than any
// that were inserted.
func (s *Store) Pairs() iter.Seq2[Key, Pair] {
	return func(yield func(Key, Pair) bool) {
		stopped := false
		for key, encoded := range s.ofSuspects() {
			t := readTimeline(encoded)
			k := s.kinds[t.kind]
			for _, l := range s.lives(k, s.needed(k, t.observations(k)), -1) {
				for i := range l.observations {
					l.eachPair(s, k, i, func(p Pair) { stopped = stopped || !yield(key, p) })
				}
			}
			if stopped {
				return
			}
		}
	}
}

func (s *Store) pair(k *Kind, before, after moment, changes []Change) Pair {
	return Pair{Kind: k.Number, Before: s.momentOf(before), After: s.momentOf(after), Changes: changes}
}

func (s *Store) moment(m Moment) moment {
	return moment{m.Time, m.Own, s.files.of(m.File), m.Entry, m.Line, m.Index, s.origins.of(m.Origin)}
}

func (s *Store) momentOf(m moment) Moment {
	return Moment{m.time, m.own, s.files.values[m.file], m.entry, m.line, m.index, s.origins.values[m.origin]}
}

// compareMoments compares the times of two observations of a resource, and where
// they are equal the places.
func (s *Store) compareMoments(a, b moment) int {
	if c := cmp.Compare(a.time, b.time); c != 0 {
		return c
	}
	if a.file != b.file {
		if c := cmp.Compare(s.files.values[a.file], s.files.values[b.file]); c != 0 {
			return c
		}
	}
	return cmp.Or(cmp.Compare(a.entry, b.entry), cmp.Compare(a.line, b.line), cmp.Compare(a.index, b.index))
}

// compareObservations compares two observations of a resource. Of those that a
// list has in one line, the values decide, so that the order does not depend on
// that of reading.
func (s *Store) compareObservations(k *Kind, a, b *observation) int {
	if c := s.compareMoments(a.moment, b.moment); c != 0 {
		return c
	}
	return bytes.Compare(k.pack(a.values), k.pack(b.values))
}
