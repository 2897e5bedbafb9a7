package engine

import "math/bits"

// sipHash returns SipHash-1-3 of a text: a hash that nobody without the key can
// make collide.
func sipHash[T string | []byte](key [2]uint64, text T) uint64 {
	s := sipState{
		key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
		key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573,
	}
	last := uint64(len(text)) << 56
	for ; len(text) >= 8; text = text[8:] {
		_ = text[7]
		s.word(uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
			uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56)
	}
	for i := range len(text) {
		last |= uint64(text[i]) << (8 * i)
	}
	s.word(last)
	s.c ^= 0xff
	s.round()
	s.round()
	s.round()
	return s.a ^ s.b ^ s.c ^ s.d
}

type sipState struct{ a, b, c, d uint64 }

func (s *sipState) word(w uint64) {
	s.d ^= w
	s.round()
	s.a ^= w
}

func (s *sipState) round() {
	a, b, c, d := s.a, s.b, s.c, s.d
	a += b
	b = bits.RotateLeft64(b, 13) ^ a
	a = bits.RotateLeft64(a, 32)
	c += d
	d = bits.RotateLeft64(d, 16) ^ c
	a += d
	d = bits.RotateLeft64(d, 21) ^ a
	c += b
	b = bits.RotateLeft64(b, 17) ^ c
	c = bits.RotateLeft64(c, 32)
	s.a, s.b, s.c, s.d = a, b, c, d
}
