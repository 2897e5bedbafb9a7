package history

import (
	"math/bits"

	"github.com/dchest/siphash"

	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// A digest stands for a value that a history does not keep: values with
// different digests differ. The order of an object's members does not matter.
type digest uint32

const (
	ofLiteral = iota // a number, true, false or null
	ofObject
	ofArray
	ofMember
	kindsOfHashes
)

// hasher makes keyed hashes. Hashers with the same key agree in all processes.
type hasher struct {
	key   [2]uint64
	kinds [kindsOfHashes]uint64
}

// newHasher derives the key from a text.
func newHasher(text string) *hasher {
	var h hasher
	first, second := h.text(text), h.text(text+"\n")
	h.key = [2]uint64{first, second}
	for kind := range h.kinds {
		h.kinds[kind] = h.text(string(rune('a' + kind)))
	}
	return &h
}

func (h *hasher) text(text string) uint64  { return h.bytes([]byte(text)) }
func (h *hasher) bytes(text []byte) uint64 { return siphash.Hash(h.key[0], h.key[1], text) }

// combine joins two hashes, of which the order matters.
func combine(a, b uint64) uint64 {
	high, low := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xff51afd7ed558ccd)
	return high ^ low + a
}

func (h *hasher) literal(text uint64) uint64 { return combine(h.kinds[ofLiteral], text) }

// digestOf returns the digest of a value.
func (h *hasher) digestOf(v *jsonvalue.Value) digest { return digest(h.value(v)) }

func (h *hasher) value(v *jsonvalue.Value) uint64 {
	switch v.Kind {
	case jsonvalue.String:
		return h.text(v.Text)
	case jsonvalue.Object:
		var sum uint64
		for _, m := range v.Members {
			sum += h.member(h.text(m.Name), h.value(m.Value))
		}
		return combine(h.kinds[ofObject], sum)
	case jsonvalue.Array:
		hash := h.kinds[ofArray]
		for _, item := range v.Items {
			hash = combine(hash, h.value(item))
		}
		return hash
	case jsonvalue.Number:
		return h.literal(h.text(v.Text))
	case jsonvalue.Bool:
		if v.True {
			return h.literal(h.text("true"))
		}
		return h.literal(h.text("false"))
	}
	return h.literal(h.text("null"))
}

func (h *hasher) member(name, value uint64) uint64 {
	return combine(h.kinds[ofMember], combine(name, value))
}

// digestJSON returns the digest of a JSON text that is known to be good.
func (h *hasher) digestJSON(text []byte) digest {
	t := textHasher{hasher: h, data: text}
	return digest(t.value())
}

// textHasher does what hasher.value does on the text itself.
type textHasher struct {
	*hasher
	data      []byte
	pos       int
	unescaped []byte // the last string that has escapes
}

func (h *textHasher) value() uint64 {
	h.space()
	switch h.data[h.pos] {
	case '"':
		return h.bytes(h.string())
	case '{':
		var sum uint64
		for h.more('}') {
			name := h.bytes(h.string())
			h.space()
			h.pos += len(":")
			sum += h.member(name, h.value())
		}
		return combine(h.kinds[ofObject], sum)
	case '[':
		hash := h.kinds[ofArray]
		for h.more(']') {
			hash = combine(hash, h.value())
		}
		return hash
	}
	start := h.pos
	h.pos = jsonscan.Scalar(h.data, start)
	return h.literal(h.bytes(h.data[start:h.pos]))
}

// more goes over the bracket or comma before the next part of an array or
// object, or over the bracket at its end.
func (h *textHasher) more(end byte) bool {
	h.space()
	c := h.data[h.pos]
	h.pos++
	if h.space(); c != end && h.data[h.pos] == end { // it is empty
		h.pos++
		return false
	}
	return c != end
}

// string returns the text of a string. It is good until the next call.
func (h *textHasher) string() []byte {
	end, escaped := jsonscan.Quoted(h.data, h.pos)
	text := h.data[h.pos+1 : end-1]
	h.pos = end
	if escaped {
		h.unescaped = jsonscan.Unescape(h.unescaped[:0], text)
		return h.unescaped
	}
	return text
}

func (h *textHasher) space() { h.pos = jsonscan.Space(h.data, h.pos) }
