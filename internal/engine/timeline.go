package engine

import (
	"encoding/binary"
	"slices"
)

// timeline is what a history keeps of one resource: its observations, the last
// one first and whole, of each before it what differs from the one after it.
// So another can be put at the end without decoding the others.
type timeline struct {
	count int
	again bool   // the last two say the same
	loose bool   // thinned, the rest would be thinned again
	last  moment // of the last observation
	cells []byte // of the last observation, packed
	older []byte // the others, backwards; see appendOlder
}

// readTimeline reads what append wrote; the timeline shares its bytes.
func readTimeline(b []byte) timeline {
	t := timeline{count: int(b[0] >> 2), again: b[0]&1 != 0, loose: b[0]&2 != 0}
	t.last, b = readMoment(b[1:])
	n, size := binary.Uvarint(b)
	b = b[size:]
	t.cells, t.older = b[:n], b[n:]
	return t
}

// append writes the timeline to the end of b.
func (t *timeline) append(b []byte) []byte {
	flags := byte(t.count << 2)
	if t.again {
		flags |= 1
	}
	if t.loose {
		flags |= 2
	}
	b = appendMoment(append(b, flags), t.last)
	b = binary.AppendUvarint(b, uint64(len(t.cells)))
	return append(append(b, t.cells...), t.older...)
}

// extends tells whether an observation of that time can be added at the end.
func (t *timeline) extends(time int64) bool {
	return t.count < mostObservations && !t.loose && (time == 0 || time >= t.last.time)
}

// repeat writes to b the timeline with one more observation, that says what the
// last one says. Of equal ones in a row the first and the last are kept.
func (t *timeline) repeat(b []byte, at moment) []byte {
	longer := timeline{count: t.count, again: true, last: at, cells: t.cells}
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
	longer := timeline{count: t.count + 1, last: at, cells: cells}
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
func (t *timeline) known(index int, w *watch) (value cell, when moment, ok bool) {
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
func (w *watch) newTimeline(all []observation) timeline {
	n := len(all) - 1
	t := timeline{
		count: len(all),
		again: n > 0 && slices.Equal(all[n-1].cells, all[n].cells),
		loose: len(thin(slices.Clone(all))) < len(all),
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
func (w *watch) observations(t timeline) []observation {
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
	return binary.AppendVarint(b, m.answer)
}

func readMoment(b []byte) (m moment, rest []byte) {
	for _, n := range []*int64{&m.time, &m.file, &m.entry, &m.line, &m.answer} {
		var size int
		*n, size = binary.Varint(b)
		b = b[size:]
	}
	m.line += m.entry
	return m, b
}

// appendBefore writes an earlier moment as its difference to m.
func (m moment) appendBefore(b []byte, before moment) []byte {
	return appendMoment(b, moment{m.time - before.time, m.file - before.file, m.entry - before.entry, m.line - before.line, m.answer - before.answer})
}

func (m moment) readBefore(b []byte) (moment, []byte) {
	d, b := readMoment(b)
	return moment{m.time - d.time, m.file - d.file, m.entry - d.entry, m.line - d.line, m.answer - d.answer}, b
}
