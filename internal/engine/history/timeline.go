package history

import (
	"encoding/binary"
	"slices"
)

// timeline is what is kept of one resource: its observations, the last one first
// and whole, of each before it what differs from the one after it. So another can
// be added at the end without decoding the others.
type timeline struct {
	kind    int
	count   int
	again   bool   // the last two say the same, and are of one group
	suspect bool   // there may be a contradiction; else it is known that there is none
	last    moment // of the last observation
	values  []byte // of the last observation, packed
	older   []byte // the others, backwards: the moment and the changes of each
}

// readTimeline reads what append wrote; the timeline shares its bytes.
func readTimeline(b []byte) timeline {
	t := timeline{again: b[0]&1 != 0, suspect: b[0]&2 != 0}
	b = b[1:]
	for _, n := range []*int{&t.kind, &t.count} {
		value, size := binary.Uvarint(b)
		*n, b = int(value), b[size:]
	}
	t.last, b = readMoment(b)
	n, size := binary.Uvarint(b)
	b = b[size:]
	t.values, t.older = b[:n], b[n:]
	return t
}

// isSuspect reports whether a timeline that append wrote is suspect.
func isSuspect(b []byte) bool { return b[0]&2 != 0 }

// append writes the timeline to the end of b.
func (t *timeline) append(b []byte) []byte {
	var flags byte
	if t.again {
		flags |= 1
	}
	if t.suspect {
		flags |= 2
	}
	b = binary.AppendUvarint(append(b, flags), uint64(t.kind))
	b = binary.AppendUvarint(b, uint64(t.count))
	b = t.last.append(b)
	b = binary.AppendUvarint(b, uint64(len(t.values)))
	return append(append(b, t.values...), t.older...)
}

// extends reports whether an observation after the last one can be added at the
// end: from time to time, those that are not needed any more are dropped.
func (t *timeline) extends() bool { return (t.count+1)%reduceEvery != 0 }

// repeat writes to b the timeline with one more observation, which says what the
// last one says. Of equal ones in a row the first and the last are kept.
func (t *timeline) repeat(b []byte, at moment) []byte {
	longer := timeline{kind: t.kind, count: t.count, again: true, suspect: t.suspect, last: at, values: t.values}
	before, rest := t.last, t.older
	if t.again {
		before, rest = t.last.readBefore(t.older)
		rest = rest[1:] // that nothing changed
	} else {
		longer.count++
	}
	b = longer.append(b)
	b = append(at.appendBefore(b, before), 0)
	return append(b, rest...)
}

// extend writes to b the timeline with one more observation, which says something
// else than the last one.
func (t *timeline) extend(b []byte, at moment, values []byte, changes []Change) []byte {
	longer := timeline{kind: t.kind, count: t.count + 1, suspect: t.suspect, last: at, values: values}
	b = longer.append(b)
	b = appendChanges(at.appendBefore(b, t.last), changes)
	return append(b, t.older...)
}

// readChanges calls yield for the changes that appendChanges wrote, with the values
// before.
func readChanges(b []byte, yield func(member int, before Value)) (rest []byte) {
	n, size := binary.Uvarint(b)
	b = b[size:]
	for range n {
		member, size := binary.Uvarint(b)
		var v Value
		v, b = readValue(b[size:])
		yield(int(member), v)
	}
	return b
}

func appendChanges(b []byte, changes []Change) []byte {
	b = binary.AppendUvarint(b, uint64(len(changes)))
	for _, c := range changes {
		b = appendValue(binary.AppendUvarint(b, uint64(c.Member)), c.Before)
	}
	return b
}

// lastSaid returns the last value of a member before the last observation that
// says anything, and when; not ok where none does.
func (t *timeline) lastSaid(k *Kind, member int) (value Value, when moment, ok bool) {
	when = t.last
	for b := t.older; len(b) > 0 && !ok; {
		when, b = when.readBefore(b)
		b = readChanges(b, func(m int, v Value) {
			if m == member && k.says(member, v) {
				value, ok = v, true
			}
		})
	}
	return value, when, ok
}

// newTimeline returns the timeline of some observations.
func (s *Store) newTimeline(k *Kind, all []observation) timeline {
	n := len(all) - 1
	t := timeline{
		kind:   k.Number,
		count:  len(all),
		again:  n > 0 && slices.Equal(all[n-1].values, all[n].values) && s.inOneGroup(k, all[n-1].moment, all[n].moment),
		last:   all[n].moment,
		values: k.pack(all[n].values),
	}
	var changes []Change
	for ; n > 0; n-- {
		changes = all[n-1].changes(&all[n], changes[:0])
		t.older = appendChanges(all[n].appendBefore(t.older, all[n-1].moment), changes)
	}
	return t
}

// observations returns those of the timeline, the first one first.
func (t *timeline) observations(k *Kind) []observation {
	all := make([]observation, t.count)
	o := observation{t.last, k.Unpack(t.values)}
	all[t.count-1] = o
	b := t.older
	for i := t.count - 2; i >= 0; i-- {
		o.moment, b = o.readBefore(b)
		o.values = slices.Clone(o.values)
		b = readChanges(b, func(member int, before Value) { o.values[member] = before })
		all[i] = o
	}
	return all
}
