package plan

import (
	"hash/maphash"
	"math/bits"
)

// Signature identifies the set of deviations of a body: the ways and the places
// in which it differs from what its plan accepts. Bodies with equal signatures,
// read with one plan, have findings of the same rules at the same places. The
// zero Signature is that of a body without deviations.
//
// It is a sum of large random numbers, one for each deviation, so the order of
// members does not matter. The deviations in an element, or in a member that is
// not described by its name, are summed by themselves and scrambled before they
// are added: two faults in one element differ from one fault in each of two.
type Signature struct{ a, b uint64 }

// seeds differ in each process, so that nobody can construct bodies with
// different deviations and equal signatures.
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

// Without returns the signature of s less the deviations of t, which must be
// among those of s.
func (s Signature) Without(t Signature) Signature { return Signature{s.a - t.a, s.b - t.b} }

// within returns the signature of s at a place that the salt identifies.
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
