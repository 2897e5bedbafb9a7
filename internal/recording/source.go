package recording

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// headSize is how many bytes are examined to find the format.
const headSize = 64 << 10

// source is a stream that knows the place of its next byte.
type source struct {
	r      *bufio.Reader
	line   int   // of the next byte, from 1
	column int   // in bytes, from 1
	err    error // why the stream ended early, if it did
}

// window returns the bytes that are buffered, at least one; nil at the end.
func (s *source) window() []byte {
	if s.r.Buffered() == 0 {
		if _, err := s.r.Peek(1); err != nil {
			s.fail(err)
			return nil
		}
	}
	b, _ := s.r.Peek(s.r.Buffered())
	return b
}

// head returns the next headSize bytes, and whether nothing comes after them.
func (s *source) head() (head []byte, whole bool) {
	head, err := s.r.Peek(headSize)
	if err != nil {
		s.fail(err)
	}
	return head, err != nil
}

func (s *source) fail(err error) {
	if !errors.Is(err, io.EOF) {
		s.err = err
	}
}

// advance skips the next n bytes, which are buffered.
func (s *source) advance(n int) {
	b, _ := s.r.Peek(n)
	if lines := bytes.Count(b, []byte("\n")); lines > 0 {
		s.line += lines
		s.column = n - bytes.LastIndexByte(b, '\n')
	} else {
		s.column += n
	}
	_, _ = s.r.Discard(n) // never fails for bytes that are buffered
}

// next returns the next byte that is not JSON white space, without skipping it;
// false at the end.
func (s *source) next() (byte, bool) {
	for {
		b := s.window()
		if b == nil {
			return 0, false
		}
		if i := bytes.IndexFunc(b, notSpace); i >= 0 {
			s.advance(i)
			return b[i], true
		}
		s.advance(len(b))
	}
}

func notSpace(r rune) bool { return r != ' ' && r != '\t' && r != '\n' && r != '\r' }

// place returns the place of the next byte.
func (s *source) place() plumb.Place {
	return plumb.Place{Line: s.line, Column: s.column}
}

// scanner finds the end of a part of a stream. It is given the stream window by
// window, and returns how many bytes of the window it takes, and whether it is
// done after them.
type scanner interface {
	scan(window []byte) (n int, done bool)
}

// entry is a part of a recording, cut out of its stream.
type entry struct {
	data  []byte // nil if the entry is too large
	start plumb.Place
	ended bool // the scanner saw its end; otherwise the stream ended first
	large bool // the entry is larger than the limit

	parts [][]byte // the data, while it is being read
	size  int      // total size of the parts

	memory *memory         // for the tree; if nil, the tree has memory of its own
	room   *plumb.Exchange // for the exchange; may be nil
	lines  *lineIndex      // see indexed
}

// tree parses the entry. If the entry was given memory, the tree is valid until
// that is used again. The names lead to the body, of which an outline is
// enough.
func (e *entry) tree(body []string) (*jsonvalue.Value, []jsonvalue.Fault) {
	if v := e.outline(body...); v != nil {
		return v, nil
	}
	if e.memory == nil {
		return jsonvalue.Parse(e.data, maxDepth)
	}
	return e.memory.tree.Parse(e.data, maxDepth)
}

// outline parses the entry if it was given memory and is nothing unusual;
// otherwise it returns nil.
func (e *entry) outline(body ...string) *jsonvalue.Value {
	if e.memory == nil {
		return nil
	}
	return e.memory.outline.read(e.data, body)
}

// exchange returns memory for the exchange that is made of the entry.
func (e *entry) exchange() *plumb.Exchange {
	if e.room == nil {
		return &plumb.Exchange{}
	}
	*e.room = plumb.Exchange{}
	return e.room
}

// begun reports whether something of the entry has been read.
func (e *entry) begun() bool { return e.size > 0 || e.large }

// cut reads what the scanner takes. If an entry is over the limit, nothing of
// it is kept.
func (s *source) cut(limit int64, sc scanner) *entry {
	e := &entry{start: s.place()}
	s.extend(e, limit, sc)
	e.join()
	return e
}

// extend reads what the scanner takes into the parts of an entry.
func (s *source) extend(e *entry, limit int64, sc scanner) {
	for e.ended = false; !e.ended; {
		b := s.window()
		if b == nil {
			return
		}
		var n int
		n, e.ended = sc.scan(b)
		if !e.large && int64(e.size+n) > limit {
			e.large, e.parts, e.size = true, nil, 0
		}
		if !e.large {
			e.add(b[:n])
		}
		s.advance(n)
	}
}

// indentation returns how many spaces the next line begins with, and what comes
// after them: at least two bytes, unless the line is shorter. It returns false
// at the end.
func (s *source) indentation() (int, []byte, bool) {
	b := s.window()
	for n := len(b); ; {
		content := bytes.TrimLeft(b, " ")
		if len(content) > 1 || bytes.HasPrefix(content, []byte("\n")) || n >= headSize {
			return len(b) - len(content), content, true
		}
		n = min(n+64, headSize)
		longer, err := s.r.Peek(n)
		if err != nil {
			content = bytes.TrimLeft(longer, " ")
			return len(longer) - len(content), content, len(longer) > 0
		}
		b = longer
	}
}

// add appends bytes to the parts. Many parts take half the memory of a single
// one that grows.
func (e *entry) add(b []byte) {
	e.size += len(b)
	if last := len(e.parts) - 1; last >= 0 {
		n := min(len(b), cap(e.parts[last])-len(e.parts[last]))
		e.parts[last] = append(e.parts[last], b[:n]...)
		b = b[n:]
	}
	if len(b) > 0 {
		const maxRoom = 1 << 20
		room := len(b)
		if len(e.parts) > 0 {
			room = max(room, min(e.size, maxRoom))
		}
		e.parts = append(e.parts, append(make([]byte, 0, room), b...))
	}
}

// join makes data from the parts.
func (e *entry) join() {
	switch len(e.parts) {
	case 0:
	case 1:
		e.data = slices.Clip(e.parts[0])
	default:
		e.data = slices.Concat(e.parts...)
	}
	e.parts = nil
}

// place returns the place of the byte at an offset of the entry.
func (e *entry) place(offset int) plumb.Place {
	e.indexed()
	breaks, last := e.lines.before(e.data, offset)
	offset = min(max(offset, 0), len(e.data))
	if last < 0 {
		return plumb.Place{Line: e.start.Line, Column: e.start.Column + offset}
	}
	return plumb.Place{Line: e.start.Line + breaks, Column: offset - last}
}

// indexed gives the entry an index of its lines, if it needs one. It must be
// called before several goroutines can look up places in the entry.
func (e *entry) indexed() {
	if e.lines == nil && len(e.data) > stride {
		e.lines = &lineIndex{}
	}
}

// locate returns the Locate of a body that is at an offset of the entry, as it
// was sent.
func (e *entry) locate(start int) func(int) (int, int) {
	e.indexed()
	return func(offset int) (int, int) {
		p := e.place(start + offset)
		return p.Line, p.Column
	}
}

// onLine returns the Locate of a body of which only the line is known.
func onLine(line int) func(int) (int, int) {
	return func(int) (int, int) { return line, 0 }
}

// lineScanner is a scanner that takes one line with its line feed.
type lineScanner struct{}

func (lineScanner) scan(window []byte) (int, bool) {
	if i := bytes.IndexByte(window, '\n'); i >= 0 {
		return i + 1, true
	}
	return len(window), false
}
