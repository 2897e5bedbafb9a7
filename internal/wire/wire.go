// Package wire reads and writes numbers and texts in few bytes.
package wire

import "encoding/binary"

// AppendText appends a text and its length to b.
func AppendText[T string | []byte](b []byte, text T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// Reader reads what was appended, from the beginning. Where that is not there, it has
// failed, and all that it reads after that is zero.
type Reader struct {
	rest   []byte
	failed bool
}

// NewReader returns a Reader of b, which must not change.
func NewReader(b []byte) *Reader { return &Reader{rest: b} }

// Failed reports whether something was not there.
func (r *Reader) Failed() bool { return r.failed }

// Fail makes the reader fail: what it has read makes no sense.
func (r *Reader) Fail() { r.failed, r.rest = true, nil }

// Rest returns what has not been read.
func (r *Reader) Rest() []byte { return r.rest }

// Unsigned reads what [binary.AppendUvarint] has appended.
func (r *Reader) Unsigned() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.Fail()
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// Signed reads what [binary.AppendVarint] has appended.
func (r *Reader) Signed() int64 {
	n, size := binary.Varint(r.rest)
	if size <= 0 {
		r.Fail()
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// Bytes reads so many bytes, which are shared with what is read.
func (r *Reader) Bytes(n uint64) []byte {
	if n > uint64(len(r.rest)) {
		r.Fail()
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

// Byte reads a byte.
func (r *Reader) Byte() byte {
	if b := r.Bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// Text reads what [AppendText] has appended. It is shared with what is read.
func (r *Reader) Text() []byte { return r.Bytes(r.Unsigned()) }
