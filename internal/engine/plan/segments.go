package plan

import (
	"encoding/binary"
	"slices"

	"github.com/plumbapi/plumb/internal/jsonscan"
)

// segment is the text of an object between two values that have to be read: what
// is punctuation, names, white space, null, and strings that are enumerated or
// always the same. Objects of
// one kind repeat their segments to the letter, so a Reader keeps those that it has
// read, and compares most segments as a whole.
type segment struct {
	text           string
	present, nulls uint64 // the members that it brings, also the one that follows
	values         []segmentValue
	next           int  // the member whose value follows
	bytesAfter     int  // at least so many bytes follow
	nullable       bool // that value can be null
}

// segmentValue is an enumerated string in a segment.
type segmentValue struct {
	slot       int32
	start, end int32 // of its text in the segment
	index      int32 // which of the values it is
	place      int32 // for coverage
}

// What follows a segment other than the value of a described member.
const (
	endOfObject       = -1 // the segment ended the object
	undescribedMember = -2 // a member that is not described, which was read with the segment
)

// What a segment comes after.
const (
	afterBrace       = 0
	afterUndescribed = 1
	afterMember      = 2 // the value of the first member; the others follow
)

// segmentCache are those that came after one value.
type segmentCache struct {
	last   *segment // the one that was there last; nil before the first
	all    []*segment
	misses int
}

const (
	maxSegments     = 24   // after one value
	maxSegmentBytes = 1024 // bytes
	replaceEvery    = 16   // of so many new segments one is kept in the place of an older one
)

// find returns the segment that is at the position, if it is a known one.
func (s *segmentCache) find(data []byte, pos int) *segment {
	for _, g := range s.all {
		if g != s.last && g.isAt(data, pos) {
			s.last = g
			return g
		}
	}
	return nil
}

func (g *segment) isAt(data []byte, pos int) bool {
	end := pos + len(g.text)
	return end+g.bytesAfter <= len(data) && string(data[pos:end]) == g.text && (g.nullable || data[end] != 'n')
}

// readSegment reads a readSegment member by member, and keeps it for the next object.
//
// The readSegment is good until the next one is read.
func (r *Reader) readSegment(n *schemaNode, before, pos, names int) (*segment, int) {
	data, start := r.data, pos
	g := segment{bytesAfter: 1, values: r.lastRead.values[:0]}
	for first := before == afterBrace; ; first = false {
		if pos = jsonscan.Space(data, pos); pos >= len(data) {
			return nil, declined
		}
		if data[pos] == '}' {
			g.next, g.bytesAfter, g.nullable = endOfObject, 0, true
			pos++
			break
		}
		if !first {
			if data[pos] != ',' {
				return nil, declined
			}
			pos = jsonscan.Space(data, pos+1)
		}
		i, name, end := r.readName(n, pos)
		if end < 0 {
			return nil, declined
		}
		if i < 0 {
			if !r.isFirst(name, names) {
				return nil, declined
			}
			end = r.readUndescribedMember(n, end, name) // which may read segments of its own
			r.lastRead = g
			r.lastRead.next = undescribedMember
			return &r.lastRead, end
		}
		m, bit := &n.members[i], uint64(1)<<i
		if g.present&bit != 0 {
			return nil, declined
		}
		g.present |= bit
		pos = end
		if m.null != nullByReader && isNull(data, pos) {
			g.nulls |= bit
			pos += len("null")
			continue
		}
		v, end := r.readSegmentValue(n, i, pos, start)
		if end < 0 {
			g.next, g.nullable = i, m.null == nullByReader
			break
		}
		g.values = append(g.values, v)
		pos = end
	}
	r.segments[n.id][before].keep(g, data[start:pos])
	r.lastRead = g
	return &r.lastRead, pos
}

// readSegmentValue reads the value of a member if it is one that segments hold: a string of
// which there is nothing to say, and that is enumerated, or was never seen to
// be another one.
func (r *Reader) readSegmentValue(n *schemaNode, i, pos, start int) (v segmentValue, end int) {
	m := &n.members[i]
	at := m.node
	if !m.known || at.kinds&kindString == 0 || pos >= len(r.data) || r.data[pos] != '"' {
		return v, declined
	}
	stop, escaped := jsonscan.StringEnd(r.data, pos+1)
	if stop < 0 || escaped || stop-start > maxSegmentBytes/2 {
		return v, declined
	}
	text := r.data[pos+1 : stop]
	v = segmentValue{slot: at.slot, start: int32(pos + 1 - start), end: int32(stop - start), index: -1, place: -1}
	if len(at.enumValues) > 0 {
		found := at.enumIndex(kindString, text)
		if found < 0 {
			return v, declined
		}
		v.index, v.place = int32(found), at.enumValues[found].place
	} else if !r.isConstant(n, i, text) {
		return v, declined
	}
	sig, values := r.sig, len(r.seenValues)
	if r.readString(at, pos) < 0 || r.sig != sig {
		r.sig, r.seenValues = sig, r.seenValues[:values]
		return v, declined
	}
	return v, stop + 1
}

// isConstant reports whether a member has had no other value so far. Gaps that
// hold the value that it had are of no use any more when it changes.
func (r *Reader) isConstant(n *schemaNode, i int, text []byte) bool {
	constants := &r.constants[n.id]
	bit := uint64(1) << i
	switch {
	case constants.varied&bit != 0:
		return false
	case constants.seen&bit == 0:
		if constants.texts == nil {
			constants.texts = make([]string, len(n.members))
		}
		constants.seen |= bit
		constants.texts[i] = string(text)
	case constants.texts[i] != string(text):
		constants.varied |= bit
		clear(r.segments[n.id])
		return false
	}
	return true
}

// constantText are the strings that the members of an object have always had.
type constantText struct {
	seen, varied uint64
	texts        []string
}

// applySegment does for the values of a segment what reading them does.
func (r *Reader) applySegment(g *segment, pos int) {
	for i := range g.values {
		v := &g.values[i]
		if v.slot >= 0 {
			r.frame.texts |= 1 << v.slot
			s := &r.frame.values[v.slot]
			s.start, s.end, s.index, s.unescaped = int32(pos)+v.start, int32(pos)+v.end, v.index, false
		}
		if v.place >= 0 {
			r.seenValues = append(r.seenValues, v.place)
		}
	}
}

func isNull(data []byte, pos int) bool {
	const null = 'n' | 'u'<<8 | 'l'<<16 | 'l'<<24
	return pos+4 <= len(data) && binary.LittleEndian.Uint32(data[pos:]) == null
}

// keep keeps a segment with that text.
func (s *segmentCache) keep(g segment, text []byte) {
	if len(text) > maxSegmentBytes {
		return
	}
	g.text, g.values = string(text), slices.Clone(g.values)
	if len(s.all) < maxSegments {
		s.all = append(s.all, &g)
		s.last = &g
		return
	}
	if s.misses++; s.misses%replaceEvery == 0 {
		s.all[s.misses/replaceEvery%maxSegments] = &g
		s.last = &g
	}
}
