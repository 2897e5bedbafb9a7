package recording

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// utf8Text returns the text of a recording in UTF-8, converted if it is in
// UTF-16, which is what PowerShell writes. UTF-16 is recognised by the byte
// order mark, or, since all formats begin with ASCII, by zero bytes beside the
// first characters.
func utf8Text(r io.Reader) io.Reader {
	in := bufio.NewReaderSize(r, headSize)
	head, _ := in.Peek(4)
	order := utf16Order(head)
	if order == nil {
		return in
	}
	if order.Uint16(head) == 0xfeff {
		_, _ = in.Discard(2)
	}
	return &utf16Reader{in: in, order: order}
}

// utf16Order returns the byte order of a text in UTF-16, by its first bytes;
// nil if it is not in UTF-16.
func utf16Order(head []byte) binary.ByteOrder {
	if len(head) < 2 {
		return nil
	}
	isASCII := func(at int) bool {
		return head[at] > 0 && head[at] < utf8.RuneSelf && (len(head) < 4 || head[at+2] > 0 && head[at+2] < utf8.RuneSelf)
	}
	isZero := func(at int) bool { return head[at] == 0 && (len(head) < 4 || head[at+2] == 0) }
	switch {
	case head[0] == 0xff && head[1] == 0xfe, isASCII(0) && isZero(1):
		return binary.LittleEndian
	case head[0] == 0xfe && head[1] == 0xff, isZero(0) && isASCII(1):
		return binary.BigEndian
	}
	return nil
}

// utf16Reader reads UTF-16 as UTF-8. An unpaired surrogate becomes U+FFFD.
type utf16Reader struct {
	in    *bufio.Reader
	order binary.ByteOrder
	text  []byte // decoded, but not read yet
	err   error
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.text) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.fill()
	}
	n := copy(p, u.text)
	u.text = u.text[n:]
	return n, nil
}

// fill decodes what is buffered, or waits for at least one character.
func (u *utf16Reader) fill() {
	u.text = u.text[:0]
	for u.err == nil && (len(u.text) == 0 || u.in.Buffered() >= 4) && len(u.text) < headSize {
		r, ok := u.character()
		if ok {
			u.text = utf8.AppendRune(u.text, r)
		}
	}
}

// character decodes the next character.
func (u *utf16Reader) character() (rune, bool) {
	unit, ok := u.unit()
	if !ok || !utf16.IsSurrogate(unit) {
		return unit, ok
	}
	if next, _ := u.in.Peek(2); len(next) == 2 {
		if r := utf16.DecodeRune(unit, rune(u.order.Uint16(next))); r != utf8.RuneError {
			_, _ = u.in.Discard(2)
			return r, true
		}
	}
	return utf8.RuneError, true
}

func (u *utf16Reader) unit() (rune, bool) {
	b, err := u.in.Peek(2)
	if len(b) < 2 {
		u.err = err
		if len(b) == 1 && errors.Is(err, io.EOF) {
			_, _ = u.in.Discard(1)
			return utf8.RuneError, true // half of a character
		}
		return 0, false
	}
	unit := rune(u.order.Uint16(b))
	_, _ = u.in.Discard(2)
	return unit, true
}
