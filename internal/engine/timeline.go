package engine

import (
	"encoding/binary"
	"slices"
)

// timeline is what a history keeps of one resource: its observations, the last
// one first and whole, of each before it what differs from the one after it.
// So another can be put at the end without decoding the others.
type timeline struct {
	kind    int
	count   int
	again   bool   // the last two say the same
	suspect bool   // there may be a contradiction; else it is known that there is none
	last    moment // of the last observation
	cells   []byte // of the last observation, packed
	older   []byte // the others, backwards; see appendOlder
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
	t.cells, t.older = b[:n], b[n:]
	return t
}

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
	b = appendMoment(b, t.last)
	b = binary.AppendUvarint(b, uint64(len(t.cells)))
	return append(append(b, t.cells...), t.older...)
}

// extends reports whether an observation after the last one can be added at the
// end: from time to time, those that are not needed any more are dropped.
func (t *timeline) extends() bool { return (t.count+1)%reduceEvery != 0 }

// repeat writes to b the timeline with one more observation, that says what the
// last one says. Of equal ones in a row the first and the last are kept.
func (t *timeline) repeat(b []byte, at moment) []byte {
	longer := timeline{kind: t.kind, count: t.count, again: true, suspect: t.suspect, last: at, cells: t.cells}
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

// change is a cell that differs between two observations.
type change struct {
	index         int
	before, after cell
}

// extend writes to b the timeline with one more observation, that says
// something else than the last one did.
func (t *timeline) extend(b []byte, at moment, cells []byte, changes []change) []byte {
	longer := timeline{kind: t.kind, count: t.count + 1, suspect: t.suspect, last: at, cells: cells}
	b = longer.append(b)
	b = appendChanges(at.appendBefore(b, t.last), changes)
	return append(b, t.older...)
}

func appendChanges(b []byte, changes []change) []byte {
	b = binary.AppendUvarint(b, uint64(len(changes)))
	for _, c := range changes {
		b = appendCell(binary.AppendUvarint(b, uint64(c.index)), c.before)
	}
	return b
}

// known returns the last value of a member before the last observation that says
// anything, and when; not ok where none does.
func (t *timeline) known(index int, w *tracked) (value cell, when moment, ok bool) {
	when = t.last
	for b := t.older; len(b) > 0; {
		when, b = when.readBefore(b)
		n, size := binary.Uvarint(b)
		b = b[size:]
		for range n {
			i, size := binary.Uvarint(b)
			if value, b = readCell(b[size:]); int(i) == index && w.says(index, value) {
				return value, when, true
			}
		}
	}
	return cell{}, when, false
}

// newTimeline returns the timeline of some observations.
func (w *tracked) newTimeline(all []observation) timeline {
	n := len(all) - 1
	t := timeline{
		kind:  w.kind,
		count: len(all),
		again: n > 0 && slices.Equal(all[n-1].cells, all[n].cells),
		last:  all[n].moment,
		cells: w.pack(nil, all[n].cells),
	}
	var changes []change
	for ; n > 0; n-- {
		changes = changes[:0]
		for i, c := range all[n-1].cells {
			if after := all[n].cells[i]; c != after {
				changes = append(changes, change{i, c, after})
			}
		}
		t.older = appendChanges(all[n].appendBefore(t.older, all[n-1].moment), changes)
	}
	return t
}

// observations returns those of a timeline, the first one first.
func (w *tracked) observations(t timeline) []observation {
	all := make([]observation, t.count)
	s := observation{t.last, w.unpack(t.cells)}
	all[t.count-1] = s
	b := t.older
	for i := t.count - 2; i >= 0; i-- {
		s.moment, b = s.readBefore(b)
		n, size := binary.Uvarint(b)
		b = b[size:]
		s.cells = slices.Clone(s.cells)
		for range n {
			index, size := binary.Uvarint(b)
			s.cells[index], b = readCell(b[size:])
		}
		all[i] = s
	}
	return all
}

func appendMoment(b []byte, m moment) []byte {
	b = binary.AppendVarint(b, m.time)
	b = binary.AppendVarint(b, m.file)
	b = binary.AppendVarint(b, m.entry)
	b = binary.AppendVarint(b, m.line-m.entry) // most often they are near
	return binary.AppendVarint(b, m.origin)
}

func readMoment(b []byte) (m moment, rest []byte) {
	for _, n := range []*int64{&m.time, &m.file, &m.entry, &m.line, &m.origin} {
		var size int
		*n, size = binary.Varint(b)
		b = b[size:]
	}
	m.line += m.entry
	return m, b
}

// appendBefore writes an earlier moment as its difference to m.
func (m moment) appendBefore(b []byte, before moment) []byte {
	return appendMoment(b, moment{m.time - before.time, m.file - before.file, m.entry - before.entry, m.line - before.line, m.origin - before.origin})
}

func (m moment) readBefore(b []byte) (moment, []byte) {
	d, b := readMoment(b)
	return moment{m.time - d.time, m.file - d.file, m.entry - d.entry, m.line - d.line, m.origin - d.origin}, b
}
