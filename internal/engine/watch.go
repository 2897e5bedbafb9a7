package engine

import (
	"cmp"
	"maps"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/internal/schema"
)

// tracked is what a history keeps of the resources of one kind.
type tracked struct {
	life    *lifecycle.Lifecycle
	members []string // see watched
	shape   *schema.Shape
	kind    int    // number of the kind in the description
	salt    uint64 // tells resources of different kinds with one identity apart
	hash    *hasher
}

// watches are those of the lifecycles of a description.
type watches map[*lifecycle.Lifecycle]*tracked

// newWatches numbers the lifecycles in the order of their places, so that all
// who have the description agree on the numbers.
func newWatches(lives map[*schema.Shape]*lifecycle.Lifecycle, hash *hasher) (all watches, kinds []*tracked) {
	all = watches{}
	shapes := slices.SortedFunc(maps.Keys(lives), func(a, b *schema.Shape) int {
		return cmp.Or(comparePlaces(lives[a].Place, lives[b].Place), comparePlaces(a.Place, b.Place))
	})
	for _, shape := range shapes {
		life := lives[shape]
		kind := len(kinds)
		if kind > 0 && kinds[kind-1].life.Place == life.Place {
			kind--
		}
		w := &tracked{
			life:    life,
			members: watched(life),
			shape:   shape,
			kind:    kind,
			salt:    combine(hash.text(life.Place.File), hash.text(life.Place.Pointer)),
			hash:    hash,
		}
		if all[life] = w; kind == len(kinds) {
			kinds = append(kinds, w)
		}
	}
	return all, kinds
}

// watched are the members whose values a history keeps: the state first, then
// those that the lifecycle speaks of.
func watched(life *lifecycle.Lifecycle) []string {
	pointers := make([]string, 0, 1+len(life.NeverChanges)+len(life.SetOnce)+len(life.NeverDecreases))
	pointers = append(pointers, life.State)
	for _, list := range [][]lifecycle.Member{life.NeverChanges, life.SetOnce, life.NeverDecreases} {
		for _, m := range list {
			pointers = append(pointers, m.Pointer)
		}
	}
	return pointers
}

// subject returns the place of the description that a member of a resource has.
func (w *tracked) subject(pointer string) plumb.Subject {
	to := standpoint{shape: w.shape, subject: subjectAt(w.shape.Place, "")}
	for _, token := range jsonvalue.SplitPointer(pointer) {
		if to.shape == nil {
			break
		}
		way := to.shape.WayTo(token, plumb.Source{})
		to.shape = way.Shape
		to.narrow(way.Place)
	}
	return to.subject
}

// says reports whether the value of a member can contradict a later one. What
// cannot says nothing, and the one before it counts.
func (w *tracked) says(index int, c cell) bool {
	switch {
	case index == 0:
		return w.life.StateNamed(c.name()) != nil
	case index > len(w.life.NeverChanges)+len(w.life.SetOnce):
		return c.isNumber()
	}
	return c.kind != absent
}

// key stands for the identity of a resource of this kind.
func (w *tracked) key(id []byte) ResourceKey {
	return ResourceKey(combine(w.salt, w.hash.bytes(id)))
}

// ResourceKey stands for the identity of a resource and the kind it is of. It is a
// hash, keyed by the digest of the description: it does not show the identity, but
// who has the description can try identities that they guess.
type ResourceKey uint64
