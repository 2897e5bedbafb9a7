package scale

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// sorter puts byte strings in order, by their first bytes. Its zero value is ready for use,
// and must be closed. Those that do not fit in memory go to a temporary file.
type sorter struct {
	most int // bytes in memory; usualMost if it is 0

	text  []byte // the strings in memory, one after the other
	spans []span
	file  *os.File
	runs  []span // of the file, each in order
	end   int    // of the file
	named bool   // the file has a name as long as it is open
	spare []byte // for one string
}

type span struct{ start, end int }

const (
	usualMost = 8 << 20
	ofSpan    = 16 // bytes
	headSize  = 64 // how many first bytes decide
)

// add adds a string, which is the parts one after the other.
func (s *sorter) add(parts ...[]byte) error {
	start := len(s.text)
	for _, part := range parts {
		s.text = append(s.text, part...)
	}
	s.spans = append(s.spans, span{start, len(s.text)})
	most := s.most
	if most == 0 {
		most = usualMost
	}
	if len(s.text)+ofSpan*len(s.spans) < most {
		return nil
	}
	return unsorted(s.spill())
}

func unsorted(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the temporary file in which lines are sorted: %w; set TMPDIR to a folder with more room", err)
}

func (s *sorter) of(at span) []byte { return s.text[at.start:at.end] }

func (s *sorter) head(at span) []byte {
	return s.text[at.start:min(at.start+headSize, at.end)]
}

func (s *sorter) sort() {
	slices.SortStableFunc(s.spans, func(a, b span) int { return bytes.Compare(s.head(a), s.head(b)) })
}

// spill writes the strings in memory to the file.
func (s *sorter) spill() error {
	if s.file == nil {
		file, err := os.CreateTemp("", "plumb-lines-")
		if err != nil {
			return err
		}
		// Where the system allows that, it is gone when the process is, however that ends.
		s.file, s.named = file, os.Remove(file.Name()) != nil
	}
	s.sort()
	to := &counter{to: io.NewOffsetWriter(s.file, int64(s.end))}
	w := bufio.NewWriterSize(to, 256<<10)
	for _, at := range s.spans {
		w.Write(binary.AppendUvarint(w.AvailableBuffer(), uint64(at.end-at.start)))
		w.Write(s.of(at))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	s.runs = append(s.runs, span{s.end, s.end + to.n})
	s.end += to.n
	s.text, s.spans = s.text[:0], s.spans[:0]
	return nil
}

// counter counts the bytes that are written.
type counter struct {
	to io.Writer
	n  int
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += n
	return n, err
}

// each calls yield for all strings, in order, until it returns an error. A string is good
// until yield returns.
func (s *sorter) each(yield func([]byte) error) error {
	s.sort()
	const all, least, most = 8 << 20, 1 << 10, 64 << 10 // bytes of buffers
	size := min(max(all/(len(s.runs)+1), least), most)
	var open cursors
	for i, run := range s.runs {
		c := &cursor{run: i, from: bufio.NewReaderSize(io.NewSectionReader(s.file, int64(run.start), int64(run.end-run.start)), size)}
		if err := c.next(); err != nil {
			return unsorted(err)
		}
		open = append(open, c)
	}
	heap.Init(&open)
	for _, at := range s.spans {
		for len(open) > 0 && bytes.Compare(open[0].head, s.head(at)) <= 0 {
			if err := open.take(&s.spare, yield); err != nil {
				return err
			}
		}
		if err := yield(s.of(at)); err != nil {
			return err
		}
	}
	for len(open) > 0 {
		if err := open.take(&s.spare, yield); err != nil {
			return err
		}
	}
	return nil
}

// reset drops all strings.
func (s *sorter) reset() { s.text, s.spans, s.runs, s.end = s.text[:0], s.spans[:0], nil, 0 }

// close removes the file.
func (s *sorter) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if s.named {
		err = errors.Join(err, os.Remove(s.file.Name()))
	}
	return err
}

// cursor is at a string of a run, of which it holds the first bytes.
type cursor struct {
	run  int
	from *bufio.Reader
	head []byte
	rest int // bytes of the string that follow
}

// next goes to the next string; those that follow of the last one must have been read.
// The error is io.EOF at the end.
func (c *cursor) next() error {
	n, err := binary.ReadUvarint(c.from)
	if err != nil {
		return err
	}
	size := min(int(n), headSize)
	c.head, c.rest = slices.Grow(c.head[:0], size)[:size], int(n)-size
	_, err = io.ReadFull(c.from, c.head)
	return err
}

// cursors are a heap of those that are not at their end.
type cursors []*cursor

func (c cursors) Len() int { return len(c) }
func (c cursors) Less(i, j int) bool {
	return cmp.Or(bytes.Compare(c[i].head, c[j].head), cmp.Compare(c[i].run, c[j].run)) < 0
}
func (c cursors) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *cursors) Push(x any)   { *c = append(*c, x.(*cursor)) }

func (c *cursors) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}

// take calls yield for the first string, which it reads to spare, and goes on to the next
// of its run.
func (c *cursors) take(spare *[]byte, yield func([]byte) error) error {
	first := (*c)[0]
	n := len(first.head)
	text := slices.Grow(append((*spare)[:0], first.head...), first.rest)[:n+first.rest]
	*spare = text
	if _, err := io.ReadFull(first.from, text[n:]); err != nil {
		return unsorted(err)
	}
	if err := yield(text); err != nil {
		return err
	}
	switch err := first.next(); err {
	case nil:
		heap.Fix(c, 0)
	case io.EOF:
		heap.Pop(c)
	default:
		return unsorted(err)
	}
	return nil
}
