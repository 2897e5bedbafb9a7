package engine

import (
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// StateMember is the member that holds the state of resources.
type StateMember struct {
	Lifecycle plumb.Source   // the value of x-lifecycle
	Schemas   []plumb.Source // that apply to the member: its own, and those that it refers to
}

// StateMembers returns the members that hold states, each lifecycle of the
// description once, in the order of their places.
func (v *Validator) StateMembers() []StateMember {
	var all []StateMember
	for _, shape := range v.schemas.Shapes() {
		life := v.lives[shape]
		if life == nil {
			continue
		}
		for _, name := range jsonvalue.SplitPointer(life.State) {
			shape = shape.Named(name).Shape
		}
		i := slices.IndexFunc(all, func(m StateMember) bool { return m.Lifecycle == life.Place })
		if i < 0 {
			i = len(all)
			all = append(all, StateMember{Lifecycle: life.Place})
		}
		all[i].Schemas = append(all[i].Schemas, shape.Places()...)
	}
	return all
}
