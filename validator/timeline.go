package validator

import (
	"encoding/binary"
	"hash/maphash"
	"slices"
)

// timeline is what a history keeps of one resource: its observations, encoded,
// and what is needed to add another at the end without decoding them.
type timeline struct {
	encoded []byte
	count   int
	width   int    // cells of an observation
	start   int    // where the last observation begins in encoded
	time    int64  // of the last observation
	before  int64  // of the one before; 0 without one
	hash    uint64 // of the cells of the last observation
	again   bool   // the last two say the same
	loose   bool   // thinned, the rest would be thinned again
}

// newTimeline returns the timeline of some observations.
func newTimeline(all []observation) timeline {
	n := len(all)
	last := all[n-1]
	t := timeline{encoded: encode(all), count: n, width: len(last.cells), time: last.time, hash: hashOf(last.cells)}
	if n > 1 {
		t.before = all[n-2].time
		t.again = slices.Equal(all[n-2].cells, last.cells)
		t.loose = len(thin(slices.Clone(all))) < n
		// What stands before the last does not depend on it.
		t.start = len(encode(all[:n-1]))
	}
	return t
}

// hashOf returns the hash of cells, which is that of their encoding.
func hashOf(cells []cell) uint64 {
	b := make([]byte, 0, 16*len(cells))
	for _, c := range cells {
		b = appendCell(b, c)
	}
	return maphash.Bytes(digestSeeds[0], b)
}

// extends tells whether an observation of that time can be added at the end.
func (t *timeline) extends(time int64) bool {
	return t.count > 0 && t.count < mostObservations && !t.loose && (time == 0 || time >= t.time)
}

// repeat adds an observation that says what the last one says. Of equal ones in
// a row the first and the last are kept.
func (t *timeline) repeat(s *observation) {
	if t.again {
		t.encoded = t.encoded[:t.start]
	} else {
		t.before, t.again = t.time, true
		t.count++
	}
	t.start = len(t.encoded)
	t.encoded = appendPlace(t.encoded, s, t.before)
	t.encoded = append(t.encoded, noChanges[:(t.width+7)/8]...)
	t.time = s.time
}

var noChanges [1 << 10]byte

// extend adds an observation that says something else than the last one did.
func (t *timeline) extend(last []cell, s *observation, hash uint64) {
	t.start, t.before, t.again = len(t.encoded), t.time, false
	t.encoded = appendPlace(t.encoded, s, t.before)
	t.encoded = appendChanges(t.encoded, last, s.cells)
	t.count++
	t.time, t.hash = s.time, hash
}

// last decodes the last observation; its cells go into a slice that is given.
func (t *timeline) last(into []cell) observation {
	s := observation{cells: into[:t.width]}
	clear(s.cells)
	for b := t.encoded; len(b) > 0; {
		b = s.next(b)
	}
	return s
}

// next reads the observation that comes after s in an encoded timeline into s.
func (s *observation) next(b []byte) []byte {
	delta, size := binary.Varint(b)
	b = b[size:]
	s.time += delta
	for _, n := range []*uint64{&s.file, &s.entry, &s.line} {
		*n, size = binary.Uvarint(b)
		b = b[size:]
	}
	bits := b[:(len(s.cells)+7)/8]
	b = b[len(bits):]
	for i := range s.cells {
		if bits[i/8]&(1<<(i%8)) != 0 {
			s.cells[i], b = readCell(b)
		}
	}
	return b
}

// appendPlace writes the time of an observation, as the difference to the one
// before, and its place.
func appendPlace(b []byte, s *observation, before int64) []byte {
	b = binary.AppendVarint(b, s.time-before)
	b = binary.AppendUvarint(b, s.file)
	b = binary.AppendUvarint(b, s.entry)
	return binary.AppendUvarint(b, s.line)
}

// appendChanges writes a bit for each cell that differs from the one before,
// and these cells.
func appendChanges(b []byte, before, cells []cell) []byte {
	bits := len(b)
	b = append(b, make([]byte, (len(cells)+7)/8)...)
	for i, c := range cells {
		if i < len(before) && before[i] == c {
			continue
		}
		b[bits+i/8] |= 1 << (i % 8)
		b = appendCell(b, c)
	}
	return b
}
