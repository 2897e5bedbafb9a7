package schema

import (
	"slices"
	"strconv"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Visits are the values in a body that schemas describe. A value precedes the
// values in it, which follow without a gap.
type Visits []Visit

// Visit is a value and what describes it.
type Visit struct {
	Value *jsonvalue.Value
	Shape *Shape

	parent int32 // index of the visit of the object or array that contains it; -1 for the whole body
	index  int32 // among the members or elements of that
}

// Visit appends the visits of the value and of everything in it that schemas
// describe, to visits in memory that is used again, which has none.
func (s *Shape) Visit(all Visits, v *jsonvalue.Value) Visits {
	return slices.Grow(all, count(v)).add(Visit{Value: v, Shape: s, parent: -1})
}

func (all Visits) add(v Visit) Visits {
	at := int32(len(all))
	all = append(all, v)
	for i := range v.Value.Members {
		m := &v.Value.Members[i]
		if sub, _ := v.Shape.Member(m.Name); sub != nil {
			all = all.add(Visit{Value: m.Value, Shape: sub, parent: at, index: int32(i)})
		}
	}
	for i, item := range v.Value.Items {
		if sub := v.Shape.Item(i); sub != nil {
			all = all.add(Visit{Value: item, Shape: sub, parent: at, index: int32(i)})
		}
	}
	return all
}

// Path returns the names and indexes that lead to the value of a visit.
func (all Visits) Path(i int) []string {
	n := 0
	for at := int32(i); all[at].parent >= 0; at = all[at].parent {
		n++
	}
	if n == 0 {
		return nil
	}
	path := make([]string, n)
	for at := &all[i]; at.parent >= 0; at = &all[at.parent] {
		n--
		if around := all[at.parent].Value; around.Kind == jsonvalue.Array {
			path[n] = strconv.Itoa(int(at.index))
		} else {
			path[n] = around.Members[at.index].Name
		}
	}
	return path
}

// Parent returns the index of the visit of the object or array that contains
// the value, or -1.
func (all Visits) Parent(i int) int { return int(all[i].parent) }

// Name returns the name of the value in the object that contains it; empty if
// it is not in an object.
func (all Visits) Name(i int) string {
	if parent := all[i].parent; parent >= 0 && all[parent].Value.Kind == jsonvalue.Object {
		return all[parent].Value.Members[all[i].index].Name
	}
	return ""
}

// count returns the number of values in a value, including itself.
func count(v *jsonvalue.Value) int {
	n := 1
	for i := range v.Members {
		n += count(v.Members[i].Value)
	}
	for _, item := range v.Items {
		n += count(item)
	}
	return n
}
