package recording

import (
	"bytes"
	"slices"
	"sync"
)

// stride is how many bytes of a text lie between two marks of its index. A text
// up to this length is read from its beginning: most texts are short, and
// looked up once.
const stride = 4 << 10

// lineIndex finds lines of a text without reading it from the beginning, since
// a large body can have a finding at each of its bytes. Its zero value is ready
// for use with one text, and is safe for concurrent use.
type lineIndex struct {
	once  sync.Once
	marks []lineMark
}

// lineMark describes what comes before the nth stride of a text.
type lineMark struct {
	breaks int // line feeds
	last   int // offset of the last one; -1 if there is none
}

// before returns how many line feeds there are before an offset, and the offset
// of the last one, or -1 if there is none. A nil index reads the whole text.
func (x *lineIndex) before(text []byte, offset int) (breaks, last int) {
	offset = min(max(offset, 0), len(text))
	mark, from := lineMark{last: -1}, 0
	if x != nil && offset > stride {
		x.once.Do(func() { x.index(text) })
		mark, from = x.marks[offset/stride], offset/stride*stride
	}
	part := text[from:offset]
	n := bytes.Count(part, []byte("\n")) // faster than looking for the last one
	if n == 0 {
		return mark.breaks, mark.last
	}
	return mark.breaks + n, from + bytes.LastIndexByte(part, '\n')
}

// start returns the offset of the line that follows the given number of line
// feeds, or the length of the text if it has fewer.
func (x *lineIndex) start(text []byte, breaks int) int {
	at := 0
	if x != nil {
		x.once.Do(func() { x.index(text) })
		i, _ := slices.BinarySearchFunc(x.marks, breaks, func(m lineMark, n int) int { return m.breaks - n })
		if i > 0 { // the mark before it has fewer
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

// spelling is a text as it is written, with escapes. It finds where a byte of
// the decoded text is written. It is safe for concurrent use.
type spelling struct {
	written []byte

	// next returns how many bytes the first character of text takes as written
	// (size), and how many decoded (width). The size is 0 at the end.
	next func(text []byte) (size, width int)

	once  sync.Once
	marks []spellingMark
}

// spellingMark is an offset in what is written, and the same in the decoded
// text.
type spellingMark struct{ at, decoded int }

// find returns where the byte at an offset of the decoded text is written, or
// where the escape that stands for it begins.
func (s *spelling) find(offset int) spellingMark {
	var from spellingMark
	if offset > stride {
		s.once.Do(s.index)
		i, found := slices.BinarySearchFunc(s.marks, offset, func(m spellingMark, n int) int { return m.decoded - n })
		if !found {
			i-- // the first mark is at the beginning, so there is one before
		}
		from = s.marks[i]
	}
	return s.walk(from, func(m spellingMark) bool { return m.decoded > offset })
}

// index sets a mark about once in each stride of the text.
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

// walk advances from a mark to the last one that is not beyond, or to the end.
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
