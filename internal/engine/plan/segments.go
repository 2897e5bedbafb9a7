package plan

import (
	"encoding/binary"
	"slices"

	"github.com/plumbapi/plumb/internal/jsonscan"
)

// segment is the text of an object between two values that have to be read:
// punctuation, names, white space, null, and strings that are enumerated or that
// never varied. Objects of one kind repeat their segments byte for byte, so a
// Reader caches the segments that it has read, and recognises most of them with
// one comparison.
type segment struct {
	text           string
	present, nulls uint64 // the members that begin in it, the one whose value follows included
	values         []segmentValue
	next           int  // the member whose value follows, or how the segment ends
	bytesAfter     int  // how many bytes must follow
	nullable       bool // the value that follows may be null
}

// segmentValue is a string in a segment.
type segmentValue struct {
	slot       int32
	start, end int32 // of its text in the segment
	index      int32 // of the enumerated value; -1 if it is not enumerated
	place      int32 // for coverage
}

// How a segment ends, other than before the value of a described member.
const (
	endOfObject       = -1 // with the object
	undescribedMember = -2 // with a member that is not described
)

// What precedes a segment: the index of its segmentCache in a node.
const (
	afterBrace       = 0 // the opening brace
	afterUndescribed = 1 // a member that is not described
	afterMember      = 2 // plus the index of the member
)

// segmentCache holds the segments that were read at one position of objects.
type segmentCache struct {
	last   *segment // the one that was read last; nil before the first
	all    []*segment
	misses int
}

const (
	maxSegments     = 24   // in one cache
	maxSegmentBytes = 1024 // in a cached segment
	replaceEvery    = 16   // misses of a full cache after which a new segment replaces one
)

// find returns the cached segment that is at the position; nil if there is
// none.
func (c *segmentCache) find(data []byte, pos int) *segment {
	for _, seg := range c.all {
		if seg != c.last && seg.isAt(data, pos) {
			c.last = seg
			return seg
		}
	}
	return nil
}

// isAt reports whether the segment is at the position.
func (s *segment) isAt(data []byte, pos int) bool {
	end := pos + len(s.text)
	return end+s.bytesAfter <= len(data) && string(data[pos:end]) == s.text && (s.nullable || data[end] != 'n')
}

// readSegment reads a segment member by member, and caches it. The segment is
// valid until the next one is read.
func (r *Reader) readSegment(n *schemaNode, before, pos, firstName int) (*segment, int) {
	data, start := r.data, pos
	seg := segment{bytesAfter: 1, values: r.lastRead.values[:0]}
	for first := before == afterBrace; ; first = false {
		if pos = jsonscan.Space(data, pos); pos >= len(data) {
			return nil, declined
		}
		if data[pos] == '}' {
			seg.next, seg.bytesAfter, seg.nullable = endOfObject, 0, true
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
			if !r.isFirst(name, firstName) {
				return nil, declined
			}
			end = r.readUndescribedMember(n, end, name) // which may read segments of its own
			r.lastRead = seg
			r.lastRead.next = undescribedMember
			return &r.lastRead, end
		}
		m, bit := &n.members[i], uint64(1)<<i
		if seg.present&bit != 0 {
			return nil, declined
		}
		seg.present |= bit
		pos = end
		if m.null != nullByReader && isNull(data, pos) {
			seg.nulls |= bit
			pos += len("null")
			continue
		}
		v, end := r.readSegmentValue(n, i, pos, start)
		if end < 0 {
			seg.next, seg.nullable = i, m.null == nullByReader
			break
		}
		seg.values = append(seg.values, v)
		pos = end
	}
	r.segments[n.id][before].keep(seg, data[start:pos])
	r.lastRead = seg
	return &r.lastRead, pos
}

// readSegmentValue reads the value of a member if segments include it: a string
// without deviations that is enumerated, or of which no other value was seen.
// Otherwise the end is declined.
func (r *Reader) readSegmentValue(n *schemaNode, i, pos, start int) (v segmentValue, end int) {
	m := &n.members[i]
	node := m.node
	if !m.checkable || node.kinds&kindString == 0 || pos >= len(r.data) || r.data[pos] != '"' {
		return v, declined
	}
	stop, escaped := jsonscan.StringEnd(r.data, pos+1)
	if stop < 0 || escaped || stop-start > maxSegmentBytes/2 {
		return v, declined
	}
	text := r.data[pos+1 : stop]
	v = segmentValue{slot: node.slot, start: int32(pos + 1 - start), end: int32(stop - start), index: -1, place: -1}
	if len(node.enumValues) > 0 {
		found := node.enumIndex(kindString, text)
		if found < 0 {
			return v, declined
		}
		v.index, v.place = int32(found), node.enumValues[found].place
	} else if !r.isConstant(n, i, text) {
		return v, declined
	}
	sig, values := r.sig, len(r.seenValues)
	if r.readString(node, pos) < 0 || r.sig != sig {
		r.sig, r.seenValues = sig, r.seenValues[:values]
		return v, declined
	}
	return v, stop + 1
}

// isConstant reports whether a member never had another value. When its value
// changes, the segments that include the old one are dropped.
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

// constantText holds the strings that the members of an object always had.
type constantText struct {
	seen, varied uint64
	texts        []string // by the index of the member
}

// applySegment keeps the values of a segment, as reading them one by one does.
func (r *Reader) applySegment(seg *segment, pos int) {
	for i := range seg.values {
		v := &seg.values[i]
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

// keep caches a segment with that text.
func (c *segmentCache) keep(seg segment, text []byte) {
	if len(text) > maxSegmentBytes {
		return
	}
	seg.text, seg.values = string(text), slices.Clone(seg.values)
	if len(c.all) < maxSegments {
		c.all = append(c.all, &seg)
		c.last = &seg
		return
	}
	if c.misses++; c.misses%replaceEvery == 0 {
		c.all[c.misses/replaceEvery%maxSegments] = &seg
		c.last = &seg
	}
}
