package engine

import "github.com/plumbapi/plumb/internal/lifecycle"

// watch is what a history keeps of the resources of one kind.
type watch struct {
	life    *lifecycle.Lifecycle
	members []string // see watched
	kind    uint64   // tells resources of different kinds with one identity apart
}

// watches are those of the lifecycles that were met so far.
type watches map[*lifecycle.Lifecycle]*watch

func (w watches) of(life *lifecycle.Lifecycle) *watch {
	known := w[life]
	if known == nil {
		known = &watch{
			life:    life,
			members: watched(life),
			kind:    combine(hashText(life.Place.File), hashText(life.Place.Pointer)),
		}
		w[life] = known
	}
	return known
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

// says tells whether the value of a member can contradict a later one. What
// cannot says nothing, and the one before it counts.
func (w *watch) says(index int, c cell) bool {
	switch {
	case index == 0:
		return w.life.StateNamed(c.name()) != nil
	case index > len(w.life.NeverChanges)+len(w.life.SetOnce):
		return c.isNumber()
	}
	return c.kind != absent
}

// key stands for the identity of a resource of this kind.
func (w *watch) key(id []byte) resourceKey { return resourceKey(combine(w.kind, hashBytes(id))) }

// resourceKey stands for the identity of a resource and the kind it is of.
type resourceKey uint64
