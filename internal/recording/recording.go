// Package recording reads recordings of HTTP exchanges, in many formats.
//
// It works in two layers. A splitter cuts the stream into entries without
// decoding them, so that memory use does not grow with the input and a broken
// entry does not hide the next one. Then each entry is parsed by itself.
package recording

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"

	"github.com/plumbapi/plumb"
)

// Limits bound what a reader keeps in memory. Whatever exceeds a limit becomes
// a "capture-limit" defect of its exchange, and reading continues.
type Limits struct {
	Body  int64 // bytes of one body, after decoding its Content-Encoding
	Entry int64 // bytes of one entry as recorded
	Ratio int64 // how many times larger compressed data may become
}

// DefaultLimits are the limits that apply unless flags change them.
var DefaultLimits = Limits{Body: 16 << 20, Entry: 32 << 20, Ratio: 1000}

// Errors that [Read] wraps. It adds the name of the file and what to do.
var (
	ErrEmpty         = errors.New("the recording is empty")
	ErrUnknownFormat = errors.New("not in a format that plumb reads")
)

// Read reads the recording in r, and finds the format from its content. Places
// name the file by name; files that the recording refers to are looked for in
// the folder of that name, unless it is "-". An error ends the sequence: r
// cannot be read, is empty ([ErrEmpty]), or is not in a known format
// ([ErrUnknownFormat]); the error names the file and says what to do. If ctx is
// done, the error is that of ctx. The caller may keep the exchanges. A
// recording without entries, such as a HAR file of an idle browser, yields
// neither exchanges nor an error.
func Read(ctx context.Context, name string, r io.Reader, lim Limits) iter.Seq2[*plumb.Exchange, error] {
	return func(yield func(*plumb.Exchange, error) bool) {
		for b, err := range Blocks(ctx, name, r, lim, nil) {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, x := range b.Exchanges() {
				if err := ctx.Err(); err != nil {
					yield(nil, err)
					return
				}
				if !yield(x, nil) {
					return
				}
			}
		}
	}
}

// errStopped ends the reading when the caller wants no more exchanges.
var errStopped = errors.New("stopped")

// reader reads one recording.
type reader struct {
	ctx   context.Context
	name  string
	lim   Limits
	pool  *Pool // may be nil
	yield func(*Block, error) bool

	archive  *zip.Reader // contains the recording; may be nil
	folder   string      // of the recording in the archive
	listings sync.Map    // by name, the []fs.DirEntry of the folders in which attached files were looked for

	asSent bool // bodies are as they were sent; a recording may have decoded them

	src     *source
	block   *Block // being filled; nil before its first entry
	entries int    // how many were put into blocks so far
}

// read finds out the format and reads to the end.
func (r *reader) read(in io.Reader) error {
	raw := &rawReader{ctx: r.ctx, r: in}
	text, err := decompressed(raw, r.lim)
	if err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	buffered := bufio.NewReaderSize(text, headSize)
	if head, _ := buffered.Peek(len(zipMagic)); isZip(head) {
		return r.zip()
	}
	return r.uncompressed(buffered)
}

// uncompressed reads a recording that is not compressed.
func (r *reader) uncompressed(in io.Reader) error {
	r.src = newSource(utf8Text(in))
	head, whole := r.src.head()
	if r.src.err != nil && len(head) == 0 {
		return fmt.Errorf("%s: %w", r.name, r.src.err)
	}
	if len(bytes.TrimSpace(head)) == 0 && whole {
		return fmt.Errorf("%s: %w; give one with at least one exchange", r.name, ErrEmpty)
	}
	format := formatOf(head, whole)
	if format == nil {
		if b := beginningOf(head); b.has("openapi") || b.hasKey("openapi:") {
			return fmt.Errorf("%s: %w: it is an OpenAPI description; name it with --spec, and recordings here", r.name, ErrUnknownFormat)
		}
		return fmt.Errorf("%s: %w: it begins with %s; see 'plumb help formats'", r.name, ErrUnknownFormat, quoteStart(head))
	}
	if err := format.read(r); err != nil {
		return err
	}
	return r.sourceFault()
}

// beginning returns the beginning of the recording, or of what is left of it.
func (r *reader) beginning() beginning {
	head, whole := r.src.head()
	b := beginningOf(head)
	b.whole = whole
	return b
}

// sourceFault reports why the stream ended early, if it did. Damage to
// compressed data is a defect of the recording; a failure to read the file is
// an error.
func (r *reader) sourceFault() error {
	err := r.src.err
	if err == nil {
		return nil
	}
	d := plumb.Defect{Place: r.src.place()}
	var broken *compressionError
	switch {
	case errors.Is(err, errRatio):
		d.Rule, d.Message = "capture-limit", "the file grows by more than the limit when it is decompressed; --max-ratio raises it"
	case errors.As(err, &broken) && errors.Is(err, io.ErrUnexpectedEOF):
		d.Rule, d.Message = "capture-truncated", "the compressed file ends before its data does; the rest is lost"
	case errors.As(err, &broken):
		d.Rule, d.Message, d.Found = "capture-unreadable", "the compressed file is damaged; the rest is lost", broken.Error()
	default:
		return fmt.Errorf("%s:%d: %w", r.name, r.src.line, err)
	}
	return r.giveDefect(d)
}

// isBrokenOff reports whether an entry is the one within which damaged
// compressed data ended. It does not become an exchange, since sourceFault
// reports the damage.
func (r *reader) isBrokenOff(e *entry) bool {
	if e.ended || e.large {
		return false
	}
	var broken *compressionError
	return errors.Is(r.src.err, errRatio) || errors.As(r.src.err, &broken)
}

// giveDefect adds an exchange that has only a defect.
func (r *reader) giveDefect(d plumb.Defect) error {
	x := &plumb.Exchange{Place: d.Place}
	unreadable(x, d)
	return r.give(x)
}

// unreadable adds the defect that keeps x from having a body.
func unreadable(x *plumb.Exchange, d plumb.Defect) {
	x.Defects = append(x.Defects, d)
	x.Response.Body = plumb.Body{Missing: "the recording is broken here"}
}

// quoteStart quotes the first bytes of a file, for messages.
func quoteStart(head []byte) string {
	const enough = 24
	line, _, _ := bytes.Cut(bytes.TrimSpace(head), []byte("\n"))
	if len(line) > enough {
		line = line[:enough]
	}
	return fmt.Sprintf("%q", line)
}

// byteOrderMark may precede UTF-8 text and has no meaning.
const byteOrderMark = "\xef\xbb\xbf"

// newSource returns a source that skips a byte order mark.
func newSource(r io.Reader) *source {
	s := &source{r: bufio.NewReaderSize(r, headSize), line: 1, column: 1}
	if b, _ := s.r.Peek(len(byteOrderMark)); string(b) == byteOrderMark {
		s.advance(len(byteOrderMark))
	}
	return s
}
