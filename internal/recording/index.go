package recording

import (
	"bytes"
	"slices"
	"sync"
)

// stride is how many bytes of a text lie between two marks of its index. Up to
// there a text is read from its beginning: most are short, and asked once.
const stride = 4 << 10

// lineIndex finds lines of a text in a time that does not grow with the text:
// a large body can have a finding at each of its bytes. Its zero value is ready
// for use, on one text, and safe for concurrent use.
type lineIndex struct {
	once  sync.Once
	marks []lineMark
}

// lineMark says what there is before the nth stride of a text.
type lineMark struct {
	breaks int // line feeds
	last   int // offset of the last one; -1 without one
}

// before returns how many line feeds there are before an offset, and where the
// last one is; -1 without one. A nil index reads the whole text.
func (x *lineIndex) before(text []byte, offset int) (breaks, last int) {
	offset = min(max(offset, 0), len(text))
	mark, from := lineMark{last: -1}, 0
	if x != nil && offset > stride {
		x.once.Do(func() { x.index(text) })
		mark, from = x.marks[offset/stride], offset/stride*stride
	}
	part := text[from:offset]
	n := bytes.Count(part, []byte("\n")) // which is quicker than to look for the last
	if n == 0 {
		return mark.breaks, mark.last
	}
	return mark.breaks + n, from + bytes.LastIndexByte(part, '\n')
}

// start returns the offset at which a line begins that has so many line feeds
// before it; the length of the text where there is none.
func (x *lineIndex) start(text []byte, breaks int) int {
	at := 0
	if x != nil {
		x.once.Do(func() { x.index(text) })
		i, _ := slices.BinarySearchFunc(x.marks, breaks, func(m lineMark, n int) int { return m.breaks - n })
		if i > 0 { // the mark before has fewer
			at, breaks = (i-1)*stride, breaks-x.marks[i-1].breaks
		}
	}
	for ; breaks > 0; breaks-- {
		i := bytes.IndexByte(text[at:], '\n')
		if i < 0 {
			return len(text)
		}
		at += i + 1
	}
	return at
}

func (x *lineIndex) index(text []byte) {
	mark := lineMark{last: -1}
	for from := 0; ; from += stride {
		x.marks = append(x.marks, mark)
		if from+stride > len(text) {
			return
		}
		part := text[from : from+stride]
		mark.breaks += bytes.Count(part, []byte("\n"))
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			mark.last = from + i
		}
	}
}

// spelling is a text as it is written, with escapes, in which bytes of the text
// itself are looked for. It is safe for concurrent use.
type spelling struct {
	written []byte

	// next returns how many bytes what text begins with takes as written, and
	// how many it stands for; 0 as written at the end.
	next func(text []byte) (size, width int)

	once  sync.Once
	marks []spellingMark
}

// spellingMark is an offset as written, and of the text.
type spellingMark struct{ at, decoded int }

// find returns where the byte at an offset of the text is written, or where
// that begins which stands for it.
func (s *spelling) find(offset int) spellingMark {
	var from spellingMark
	if offset > stride {
		s.once.Do(s.index)
		i, found := slices.BinarySearchFunc(s.marks, offset, func(m spellingMark, n int) int { return m.decoded - n })
		if !found {
			i-- // the first mark is that of the beginning
		}
		from = s.marks[i]
	}
	return s.walk(from, func(m spellingMark) bool { return m.decoded > offset })
}

// index marks about each stride of the text.
func (s *spelling) index() {
	var at spellingMark
	for {
		s.marks = append(s.marks, at)
		last := at
		at = s.walk(at, func(m spellingMark) bool { return m.decoded > last.decoded+stride })
		if at.decoded == last.decoded {
			return
		}
	}
}

// walk goes on from a mark, up to what ends where it must not, or to the end.
func (s *spelling) walk(m spellingMark, beyond func(spellingMark) bool) spellingMark {
	for m.at < len(s.written) {
		size, width := s.next(s.written[m.at:])
		after := spellingMark{m.at + size, m.decoded + width}
		if size == 0 || beyond(after) {
			return m
		}
		m = after
	}
	return m
}
