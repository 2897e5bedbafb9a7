package history

import "slices"

// join writes to b what two parts of the history of a resource give together. The
// later part was begun after the other. Most often all its responses are later,
// too: then only the last response of the one is compared with the first of the
// other.
func (s *Store) join(key Key, b, earlier, later []byte) []byte {
	t, next := readTimeline(earlier), readTimeline(later)
	if t.kind != next.kind {
		s.disk.fail(ofTwoKinds(key))
		return append(b, earlier...)
	}
	k := s.kinds[t.kind]
	if next.count == 1 && t.extends() && s.compareMoments(t.last, next.last) < 0 { // most often
		t.suspect = t.suspect || next.suspect
		return s.extend(b, k, &t, next.last, next.values, nil)
	}
	begins := s.beginning(k, &next)
	if s.compareMoments(t.last, begins.moment) >= 0 || t.count/reduceEvery != (t.count+next.count)/reduceEvery {
		return s.joinAnywhere(b, k, t.observations(k), next.observations(k))
	}
	s.values[2] = k.unpackTo(s.values[2], t.values)
	ends := observation{t.last, s.values[2]}
	s.changes = ends.changes(&begins.observation, s.changes[:0])
	suspect := t.suspect || next.suspect || s.isSuspect(k, t.last, begins.moment, s.changes) || s.partsContradict(k, &t, ends.values, begins.said) || k.partLooksBack(&ends, &begins, &next)
	whole := timeline{kind: t.kind, count: t.count + next.count, again: next.again, suspect: suspect, last: next.last, values: next.values, older: next.older}
	b = appendChanges(begins.appendBefore(whole.append(b), t.last), s.changes)
	return append(b, t.older...)
}

// beginning is the first observation of a timeline, and the first value of each
// member that says anything; where none does, one that does not.
type beginning struct {
	observation
	said []Value
}

// beginning returns that of a timeline. It is good until the next call.
func (s *Store) beginning(k *Kind, t *timeline) beginning {
	s.values[0] = k.unpackTo(s.values[0], t.values)
	s.values[1] = append(s.values[1][:0], s.values[0]...)
	first := beginning{observation{t.last, s.values[0]}, s.values[1]}
	for b := t.older; len(b) > 0; {
		first.moment, b = first.readBefore(b)
		b = readChanges(b, func(member int, v Value) {
			if first.values[member] = v; k.says(member, v) {
				first.said[member] = v
			}
		})
	}
	return first
}

// partsContradict reports whether values of a part may contradict those of the
// part after it: of each member the last one that says anything, and the first one.
// They are compared as if they were neighbours.
func (s *Store) partsContradict(k *Kind, t *timeline, last, said []Value) bool {
	s.said = s.said[:0]
	for m, after := range said {
		before := last[m]
		if before == after || !k.says(m, after) {
			continue
		}
		if !k.says(m, before) {
			var ok bool
			if before, _, ok = t.lastSaid(k, m); !ok || before == after {
				continue
			}
		}
		s.said = append(s.said, Change{m, before, after})
	}
	return len(s.said) > 0 && s.isSuspect(k, moment{}, moment{}, s.said)
}

func (s *Store) joinAnywhere(b []byte, k *Kind, parts ...[]observation) []byte {
	all := slices.Concat(parts...)
	slices.SortFunc(all, func(a, b observation) int { return s.compareObservations(k, &a, &b) })
	t := s.newTimeline(k, s.needed(k, all))
	t.suspect = true
	return t.append(b)
}
