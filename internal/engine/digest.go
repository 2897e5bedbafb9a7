package engine

import (
	"hash/maphash"
	"math/bits"

	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// A digest stands for a value that a history does not keep: values with
// different digests differ. Objects that differ in the order of their members
// only have the same. Digests are of this process: nobody can prepare values
// that have the same.
type digest uint32

var (
	textSeed  = maphash.MakeSeed()
	kindSeeds = [...]uint64{maphash.String(textSeed, "a"), maphash.String(textSeed, "b"), maphash.String(textSeed, "c"), maphash.String(textSeed, "d")}
)

const (
	ofLiteral = iota // a number, true, false or null
	ofObject
	ofArray
	ofMember
)

func hashText(text string) uint64 { return maphash.String(textSeed, text) }

func hashBytes(text []byte) uint64 { return maphash.Bytes(textSeed, text) }

// combine joins two hashes, of which the order matters.
func combine(a, b uint64) uint64 {
	high, low := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xff51afd7ed558ccd)
	return high ^ low + a
}

func hashLiteral(text uint64) uint64 { return combine(kindSeeds[ofLiteral], text) }

// digestOf returns the digest of a value.
func digestOf(v *jsonvalue.Value) digest { return digest(hashOf(v)) }

func hashOf(v *jsonvalue.Value) uint64 {
	switch v.Kind {
	case jsonvalue.String:
		return hashText(v.Text)
	case jsonvalue.Object:
		var sum uint64
		for _, m := range v.Members {
			sum += hashMember(hashText(m.Name), hashOf(m.Value))
		}
		return combine(kindSeeds[ofObject], sum)
	case jsonvalue.Array:
		hash := kindSeeds[ofArray]
		for _, item := range v.Items {
			hash = combine(hash, hashOf(item))
		}
		return hash
	case jsonvalue.Number:
		return hashLiteral(hashText(v.Text))
	case jsonvalue.Bool:
		if v.True {
			return hashLiteral(hashText("true"))
		}
		return hashLiteral(hashText("false"))
	}
	return hashLiteral(hashText("null"))
}

func hashMember(name, value uint64) uint64 {
	return combine(kindSeeds[ofMember], combine(name, value))
}

// digestJSON returns the digest of a JSON text that is known to be good.
func digestJSON(text []byte, maxDepth int) digest {
	h := textHasher{data: text}
	if hash := h.value(); !h.escaped {
		return digest(hash)
	}
	v, _ := jsonvalue.Parse(text, maxDepth)
	return digestOf(v)
}

// textHasher does what hashOf does on the text itself, as long as there are no
// escapes in its strings.
type textHasher struct {
	data    []byte
	pos     int
	escaped bool
}

func (h *textHasher) value() uint64 {
	h.space()
	switch h.data[h.pos] {
	case '"':
		return hashBytes(h.text())
	case '{':
		var sum uint64
		for h.more('}') {
			name := hashBytes(h.text())
			h.space()
			h.pos += len(":")
			sum += hashMember(name, h.value())
		}
		return combine(kindSeeds[ofObject], sum)
	case '[':
		hash := kindSeeds[ofArray]
		for h.more(']') {
			hash = combine(hash, h.value())
		}
		return hash
	}
	start := h.pos
	h.pos = jsonscan.Scalar(h.data, start)
	return hashLiteral(hashBytes(h.data[start:h.pos]))
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

// text returns a string as it is written.
func (h *textHasher) text() []byte {
	end, escaped := jsonscan.Quoted(h.data, h.pos)
	text := h.data[h.pos+1 : end-1]
	h.pos, h.escaped = end, h.escaped || escaped
	return text
}

func (h *textHasher) space() { h.pos = jsonscan.Space(h.data, h.pos) }
