package history

import (
	"math"
	"slices"

	"github.com/plumbapi/plumb/internal/lifecycle"
)

// Kind is a kind of resources: those of one lifecycle.
type Kind struct {
	Life    *lifecycle.Lifecycle
	Number  int      // in the description
	Members []string // pointers to the members whose values are kept: the state, then those that never change, are set once, never decrease

	Created int // index of the timestamp of the initial state, that is, of creation; 0 where there is none

	Entered []*lifecycle.State // by the index of a member: the state whose beginning it records, if that is one

	hash *hasher
	salt uint64 // distinguishes resources of different kinds with one identity
}

// NewKind returns the kind of a lifecycle. Kinds with the same secret make the
// same keys and values, in all processes: what one has observed can be merged
// with what another has.
func NewKind(life *lifecycle.Lifecycle, number int, secret string) *Kind {
	k := &Kind{Life: life, Number: number, Members: []string{life.State}, hash: newHasher(secret)}
	k.salt = combine(k.hash.text(life.Place.File), k.hash.text(life.Place.Pointer))
	for _, list := range [][]lifecycle.Member{life.NeverChanges, life.SetOnce, life.NeverDecreases} {
		for _, m := range list {
			k.Members = append(k.Members, m.Pointer)
		}
	}
	for _, pointer := range k.Members {
		k.Entered = append(k.Entered, stateEnteredAt(life, pointer))
	}
	if initial := life.StateNamed(life.Initial); initial != nil && initial.Entered != "" {
		k.Created = slices.Index(k.Members, initial.Entered) // it is set once, or never changes
	}
	return k
}

// stateEnteredAt returns the state whose beginning a member records; nil where that is
// none, or several.
func stateEnteredAt(life *lifecycle.Lifecycle, pointer string) (state *lifecycle.State) {
	for _, s := range life.States() {
		if s.Entered != pointer {
			continue
		}
		if state != nil {
			return nil
		}
		state = s
	}
	return state
}

// Key stands for the identity of a resource and its kind. It is a hash, keyed by
// the secret of the kind: it does not show the identity, but who has the secret
// can try identities that they guess.
type Key uint64

// Key returns the key of the resource with an identity.
func (k *Kind) Key(id []byte) Key { return Key(combine(k.salt, k.hash.bytes(id))) }

// says reports whether a value of a member can contradict a later one. One that
// cannot says nothing, and the one before it counts.
func (k *Kind) says(member int, v Value) bool {
	switch {
	case member == 0:
		return v.kind == kindText && k.Life.StateNamed(v.text) != nil
	case member > len(k.Life.NeverChanges)+len(k.Life.SetOnce):
		return v.isNumber()
	}
	return v.kind != kindAbsent
}

// stateNumber returns the number by which a state is packed.
func (k *Kind) stateNumber(name string) (number byte, ok bool) {
	for i, s := range k.Life.States() {
		if s.Name == name {
			return byte(i), i <= math.MaxUint8
		}
	}
	return 0, false
}
