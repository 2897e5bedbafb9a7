package recording

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

const (
	gzipMagic = "\x1f\x8b"
	zstdMagic = "\x28\xb5\x2f\xfd"

	// maxWindow bounds the memory of a zstd decoder. It is twice as much as the
	// zstd command needs without --ultra.
	maxWindow = 16 << 20
)

// errRatio says that data grows by more than Limits.Ratio.
var errRatio = errors.New("it grows by more than the limit when it is decompressed")

// compressionError is an error in compressed data, as opposed to an error from
// reading the file.
type compressionError struct{ err error }

func (e *compressionError) Error() string { return e.err.Error() }
func (e *compressionError) Unwrap() error { return e.err }

// rawReader reads the file without decompressing it. It stops when ctx is done.
type rawReader struct {
	ctx context.Context
	r   io.Reader
	n   int64 // bytes read so far
	err error // from reading the file, not from its contents
}

func (r *rawReader) Read(p []byte) (int, error) {
	if r.err == nil {
		r.err = r.ctx.Err()
	}
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.r.Read(p)
	r.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// decompressed returns the text of a file that may be compressed. gzip and zstd
// are recognised by their magic numbers. Brotli has none, and that of zlib is
// short: they are tried on a file that is not text, and are used if they yield
// a known format.
func decompressed(raw *rawReader, lim Limits) (io.Reader, error) {
	in := bufio.NewReaderSize(raw, headSize)
	head, _ := in.Peek(headSize) // what precedes an error is read, too
	if raw.err != nil && len(head) == 0 {
		return nil, raw.err
	}
	var out io.Reader
	var err error
	switch {
	case bytes.HasPrefix(head, []byte(gzipMagic)):
		out, err = gzip.NewReader(in)
	case bytes.HasPrefix(head, []byte(zstdMagic)):
		out, err = newZstd(in)
	case isZip(head), utf16Order(head) != nil:
		return in, nil // see [reader.zip] and [utf8Text]
	case !isText(head) && isZlib(head):
		out, err = zlib.NewReader(in)
	case !isText(head) && isBrotli(head):
		out = brotli.NewReader(in)
	default:
		return in, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the compressed file is damaged: %w", err)
	}
	return &ratioReader{raw: raw, r: out, ratio: lim.Ratio}, nil
}

func newZstd(in io.Reader) (*zstd.Decoder, error) {
	return zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
}

// isText reports whether the beginning of a file can be text.
func isText(head []byte) bool {
	for i := 0; i < len(head); {
		if c := head[i]; c < utf8.RuneSelf { // the usual case
			if isControl(rune(c)) {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(head[i:])
		if r == utf8.RuneError && size == 1 && utf8.FullRune(head[i:]) {
			return false
		}
		i += size
	}
	return true
}

func isControl(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f'
}

// isZlib reports whether head is the beginning of a known format, compressed
// with zlib, as mitmproxy does with a HAR file whose name ends with .zhar. The
// header of zlib is too short to be sure by itself.
func isZlib(head []byte) bool {
	in, err := zlib.NewReader(bytes.NewReader(head))
	if err != nil {
		return false
	}
	return isKnownStart(in)
}

// isBrotli reports whether head is the beginning of a known format, compressed
// with brotli.
func isBrotli(head []byte) bool {
	return isKnownStart(brotli.NewReader(bytes.NewReader(head)))
}

// isKnownStart reports whether the output of a decoder begins as a known
// format.
func isKnownStart(out io.Reader) bool {
	text := make([]byte, 4096)
	n, _ := io.ReadFull(out, text)
	text = bytes.TrimPrefix(text[:n], []byte(byteOrderMark))
	return len(text) > 0 && isText(text) && formatOf(text, false) != nil
}

// ratioReader reads decompressed data until it exceeds ratio times the
// compressed data.
type ratioReader struct {
	raw   *rawReader
	r     io.Reader
	ratio int64
	n     int64 // bytes read so far
}

func (r *ratioReader) Read(p []byte) (int, error) {
	if float64(r.n) > float64(r.ratio)*float64(r.raw.n) {
		return 0, errRatio
	}
	n, err := r.r.Read(p)
	r.n += int64(n)
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return n, err
	case r.raw.err != nil:
		return n, r.raw.err
	}
	return n, &compressionError{err}
}
