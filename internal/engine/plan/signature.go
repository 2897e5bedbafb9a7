package plan

import (
	"hash/maphash"
	"math/bits"
)

// Signature stands for all the ways in which a body differs from what its plan
// accepts, and where: its deviations. Bodies with equal signatures, read by
// one plan, have findings of the same rules at the same places. The zero
// Signature is that of a body without any.
//
// It is a sum of large random numbers, one for each deviation, so the order in
// which members come does not matter. What differs within an element or within
// a member of the caller's own is summed by itself and scrambled before it is
// added: two faults in one element are not one fault in each of two.
type Signature struct{ a, b uint64 }

// seeds differ from one process to the next, so that nobody can prepare bodies
// with different deviations and equal signatures.
var seeds = [2]uint64{random(), random()}

func random() uint64 { return maphash.Bytes(maphash.MakeSeed(), nil) }

// deviation identifies one way to differ at one place of a plan.
type deviation uint64

func (d deviation) signature() Signature {
	return Signature{scramble(uint64(d) + seeds[0]), scramble(uint64(d) ^ seeds[1])}
}

func (s *Signature) add(t Signature) {
	s.a += t.a
	s.b += t.b
}

// Without returns the signature of the deviations that are not among those of
// t, which is of a part of them.
func (s Signature) Without(t Signature) Signature { return Signature{s.a - t.a, s.b - t.b} }

// within returns the signature of s at a place that the salt stands for.
func (s Signature) within(salt uint64) Signature {
	return Signature{
		scramble(s.a ^ bits.RotateLeft64(s.b, 32) ^ scramble(salt+seeds[0])),
		scramble(s.b + s.a*0x9e3779b97f4a7c15 + salt ^ seeds[1]),
	}
}

// scramble is the finalizer of MurmurHash3.
func scramble(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}
