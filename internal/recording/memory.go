package recording

import (
	"unsafe"

	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// memory is what the entries of a block are parsed in, one after the other. An
// exchange keeps of the tree of its entry only strings; its headers and its body
// are valid until the block is released.
type memory struct {
	tree    jsonvalue.Parser // for what outlines give up on
	outline outliner
	item    itemReader
	headers headerMemory
}

// release makes the memory for the bodies of a block available again.
func (m *memory) release() {
	m.outline.bodies.release()
	m.item.bodies.release()
	m.headers.release()
}

// texts makes strings that share memory, and whose memory is not used again.
type texts struct{ room []byte }

// sharedText is how many bytes strings share. Keeping one of them keeps all.
const sharedText = 1 << 10

// keep returns a string of bytes: the last one if it is the same, which names
// of members mostly are, and many values.
func (t *texts) keep(text []byte, last string) string {
	switch {
	case string(text) == last:
		return last
	case len(text) > sharedText/4:
		return string(text)
	case cap(t.room)-len(t.room) < len(text):
		t.room = make([]byte, 0, sharedText)
	}
	from := len(t.room)
	t.room = append(t.room, text...)
	return asString(t.room[from:])
}

// asString returns a string that shares memory with bytes.
func asString(text []byte) string { return unsafe.String(unsafe.SliceData(text), len(text)) }

// bytesOf returns the bytes of a text, which must not be changed.
func bytesOf(text string) []byte {
	if text == "" {
		return []byte{}
	}
	return unsafe.Slice(unsafe.StringData(text), len(text))
}

// bodies are decoded texts of the bodies of a block. They are valid until the
// block is released, as the bytes of all bodies are.
type bodies struct{ room []byte }

// grow makes room for a text of n bytes, and for eight more, which
// [jsonscan.Unescape] needs.
func (b *bodies) grow(n int) {
	if cap(b.room)-len(b.room) < n+8 {
		b.room = make([]byte, 0, max(blockBytes, n+8)) // earlier texts keep what they are in
	}
}

// unescape adds the text of a JSON string.
func (b *bodies) unescape(text []byte) string {
	b.grow(len(text))
	from := len(b.room)
	b.room = jsonscan.Unescape(b.room, text)
	return asString(b.room[from:])
}

// add adds a text.
func (b *bodies) add(text []byte) string {
	b.grow(len(text))
	from := len(b.room)
	b.room = append(b.room, text...)
	return asString(b.room[from:])
}

func (b *bodies) release() {
	if cap(b.room) > 2*blockBytes {
		b.room = nil
	}
	b.room = b.room[:0]
}

// kept copies a part into memory that it shares with other parts.
func kept[T any](all *[]T, part []T) []T {
	if cap(*all)-len(*all) < len(part) {
		*all = make([]T, 0, max(64, len(part), 2*cap(*all)))
	}
	from := len(*all)
	*all = append(*all, part...)
	return (*all)[from:len(*all):len(*all)]
}

// mostMemory is how many values are kept for the next entry.
const mostMemory = 4 << 10
