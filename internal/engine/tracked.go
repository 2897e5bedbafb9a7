package engine

import (
	"cmp"
	"maps"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/history"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/internal/schema"
)

// tracked is a kind of resources that histories are kept of, and the shape of the
// objects.
type tracked struct {
	*history.Kind
	shape *schema.Shape
	overTime
	index int // among all that are tracked
}

// track returns what is tracked of each lifecycle, and of each kind. They are
// numbered in the order of their places, so that all who have the description
// agree on the numbers. A lifecycle that several shapes have is one kind, but each shape
// has its own rules.
func track(lives map[*schema.Shape]*lifecycle.Lifecycle, rules map[*schema.Shape][]*xRule, secret string) (all map[*lifecycle.Lifecycle]*tracked, shaped, kinds []*tracked) {
	all = map[*lifecycle.Lifecycle]*tracked{}
	shapes := slices.SortedFunc(maps.Keys(lives), func(a, b *schema.Shape) int {
		return cmp.Or(comparePlaces(lives[a].Place, lives[b].Place), comparePlaces(a.Place, b.Place))
	})
	for _, shape := range shapes {
		life := lives[shape]
		number := len(kinds)
		if number > 0 && kinds[number-1].Life.Place == life.Place {
			number--
		}
		t := &tracked{history.NewKind(life, number, secret), shape, newOverTime(rules[shape]), len(shaped)}
		shaped = append(shaped, t)
		if all[life] = t; number == len(kinds) {
			kinds = append(kinds, t)
		}
	}
	return all, shaped, kinds
}

func comparePlaces(a, b plumb.Source) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Pointer, b.Pointer))
}

// subject returns the place of the description that a member of a resource has.
func (t *tracked) subject(pointer string) plumb.Subject {
	to := placeNode{shape: t.shape, subject: subjectAt(t.shape.Place, "")}
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
