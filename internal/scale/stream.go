// Package scale divides a run among machines. Each step reads and writes lines of a key,
// a tab and a record; what moves the lines from one step to the next is not plumb.
//
// The steps are: map checks exchanges, and writes an outcome for each object (a file of
// exchanges) and an observation for each resource in it. Reduce takes the observations
// of each resource together, writes what these give as an outcome, and for each response
// whose body the report is to show a verdict. A second map takes these, and writes
// outcomes. Merge adds all outcomes.
//
// The outcome of all steps is that of one machine, however the objects are divided. The
// books of the outcomes ([Books]) show whether anything is missing or was counted twice.
package scale

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Keys of lines. All others are those of resources, which never begin with these.
const (
	OutcomeKey = "#" // of the outcome of a step; the number of an object follows in verdicts
	endKey     = "." // of the last line, which counts those before it
)

// Writer writes lines.
type Writer struct {
	to    *bufio.Writer
	lines int
}

// usualBuffer is the size of the buffer of a stream in bytes.
const usualBuffer = 64 << 10

// NewWriter returns a Writer of lines to w. It must be closed.
func NewWriter(w io.Writer) *Writer { return newWriter(w, usualBuffer) }

func newWriter(w io.Writer, buffer int) *Writer {
	return &Writer{to: bufio.NewWriterSize(w, buffer)}
}

// Line writes a line. The record must not have a line feed. Errors are returned by
// Close.
func (w *Writer) Line(key string, record []byte) {
	w.lines++
	w.to.WriteString(key)
	w.to.WriteByte('\t')
	w.to.Write(record)
	w.to.WriteByte('\n')
}

// Close writes the last line. It does not close what the lines are written to.
func (w *Writer) Close() error {
	fmt.Fprintf(w.to, "%s\t%d\n", endKey, w.lines)
	return w.to.Flush()
}

// Reader reads the lines that a Writer wrote, in any order but for the last one.
type Reader struct {
	from  *bufio.Reader
	lines int
	name  string
	line  []byte // that is longer than the buffer of from

	damaged bool // the stream is not what was written
}

// NewReader returns a Reader of lines. Errors name the stream.
func NewReader(r io.Reader, name string) *Reader {
	return &Reader{from: bufio.NewReaderSize(r, usualBuffer), name: name}
}

// Source gives lines: it calls yield for each, until that returns an error. A record is
// good until yield returns.
type Source func(yield func(key string, record []byte) error) error

// Each is a [Source] of all lines. Errors say at which line they are.
func (r *Reader) Each(yield func(key string, record []byte) error) error {
	for {
		key, record, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := yield(key, record); err != nil {
			return fmt.Errorf("%s: line %d: %w", r.name, r.lines, err)
		}
	}
}

// Next returns the next line. The record is good until the next call. After the last
// line, and only there, the error is [io.EOF].
func (r *Reader) Next() (key string, record []byte, err error) {
	line, err := r.readLine()
	if errors.Is(err, io.EOF) {
		if len(line) == 0 && r.lines == 0 {
			return "", nil, r.errorf("it is empty, and has not even the line that ends each stream; the step before has failed: start it again")
		}
		return "", nil, r.errorf("it ends after %d lines without the line that counts them; the step before has not ended, or its output was cut: start it again", r.lines)
	}
	if err != nil {
		return "", nil, r.errorf("%w", err)
	}
	before, record, ok := bytes.Cut(line[:len(line)-1], []byte("\t"))
	if !ok || len(before) == 0 {
		return "", nil, r.errorf("line %d is not a key, a tab and a record; only the lines of plumb map and plumb reduce are to be given", r.lines+1)
	}
	if string(before) != endKey {
		r.lines++
		return string(before), record, nil
	}
	switch n, err := strconv.Atoi(string(record)); {
	case err != nil:
		return "", nil, r.errorf("the last line does not count those before it")
	case n != r.lines:
		return "", nil, r.errorf("it has %d lines and not %d, as its last line says; lines were lost or doubled on the way: start the step before again", r.lines, n)
	}
	if rest, err := r.from.Peek(1); len(rest) > 0 || !errors.Is(err, io.EOF) {
		return "", nil, r.errorf("there is more after its last line; give one stream, with one such line at its end")
	}
	return "", nil, io.EOF
}

func (r *Reader) readLine() ([]byte, error) {
	line, err := r.from.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	r.line = append(r.line[:0], line...)
	for errors.Is(err, bufio.ErrBufferFull) {
		line, err = r.from.ReadSlice('\n')
		r.line = append(r.line, line...)
	}
	return r.line, err
}

func (r *Reader) errorf(format string, args ...any) error {
	r.damaged = true
	return fmt.Errorf("%s: "+format, append([]any{r.name}, args...)...)
}
