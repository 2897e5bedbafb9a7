package history

import "slices"

// A timestamp that records the beginning of a state lies between the last response in
// which the resource had not been in the state, and the first one that has the timestamp.
// Responses between these can say nothing of either.

// isWithout reports whether a response is of a state before the one whose beginning a
// member records, and does not have the timestamp.
func (k *Kind) isWithout(o *observation, member int) bool {
	return o.own != 0 && !o.values[member].IsSet() && k.says(0, o.values[0]) && k.precedes(o, member)
}

// isWith reports whether a response has the timestamp of a state, and is not of a state
// before that one.
func (k *Kind) isWith(o *observation, member int) bool {
	return o.own != 0 && o.values[member].IsSet() && k.says(0, o.values[0]) && !k.precedes(o, member)
}

func (k *Kind) precedes(o *observation, member int) bool {
	return k.Life.Precedes(o.values[0].text, k.Entered[member].Name)
}

// timestampsEarlier calls yield for the responses, among those before o, except the
// last, that are without a timestamp which o has.
func (o *observation) timestampsEarlier(k *Kind, before []observation, yield func(before moment, changes []Change)) {
	for m, state := range k.Entered {
		if state == nil || !k.isWith(o, m) {
			continue
		}
		for i := len(before) - 1; i >= 0; i-- {
			earlier := &before[i]
			if k.isWithout(earlier, m) {
				if i < len(before)-1 {
					yield(earlier.moment, earlier.began(o, m))
				}
				break
			}
			if k.isWith(earlier, m) && earlier.values[m] == o.values[m] {
				break // it has been compared
			}
		}
	}
}

// timestampsLater does what timestampsEarlier does for the responses after o, which is
// without a timestamp.
func (o *observation) timestampsLater(k *Kind, after []observation, yield func(after *observation, changes []Change)) {
	for m, state := range k.Entered {
		if state == nil || !k.isWithout(o, m) {
			continue
		}
		var seen []Value
		for i := range after {
			later := &after[i]
			if k.isWithout(later, m) {
				break
			}
			if !k.isWith(later, m) || slices.Contains(seen, later.values[m]) {
				continue
			}
			seen = append(seen, later.values[m])
			if i > 0 {
				yield(later, o.began(later, m))
			}
		}
	}
}

// began returns the changes by which a state began between two responses.
func (o *observation) began(later *observation, member int) []Change {
	return []Change{{0, o.values[0], later.values[0]}, {member, o.values[member], later.values[member]}}
}

// looksBack reports whether a response has a timestamp that is to be compared with a
// response before the last one.
func (o *observation) looksBack(k *Kind, last *observation) bool {
	for m, state := range k.Entered {
		if state != nil && k.isWith(o, m) && !k.isWithout(last, m) && !(k.isWith(last, m) && last.values[m] == o.values[m]) {
			return true
		}
	}
	return false
}

// looksBackForTimestamps reports this for an observation after the last of a timeline,
// the changes to which are those of the store.
func (s *Store) looksBackForTimestamps(k *Kind, t *timeline, at moment, packed []byte) bool {
	begins := func(c Change) bool { return c.Member == 0 || k.Entered[c.Member] != nil }
	if !slices.ContainsFunc(s.changes, begins) && (t.last.own != 0 || at.own == 0) {
		return false // the last one has the same timestamps
	}
	last, o := observation{t.last, k.Unpack(t.values)}, observation{at, k.Unpack(packed)}
	return o.looksBack(k, &last)
}

// partLooksBack reports whether a response of a part may have a timestamp that is to be
// compared with a response of the part before it, other than the first with the last. A
// timestamp that changes within the part is a contradiction in any case.
func (k *Kind) partLooksBack(ends *observation, begins *beginning, part *timeline) bool {
	var last []Value
	for m, state := range k.Entered {
		first := &begins.observation
		if state == nil || k.isWithout(first, m) {
			continue
		}
		if k.isWith(first, m) && (k.isWithout(ends, m) || k.isWith(ends, m) && ends.values[m] == first.values[m]) {
			continue
		}
		if last == nil {
			last = k.Unpack(part.values)
		}
		if first.values[m].IsSet() || begins.said[m].IsSet() || last[m].IsSet() {
			return true
		}
	}
	return false
}
