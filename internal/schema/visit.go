package schema

import (
	"strconv"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Visits are the values in a body that schemas describe. What holds others
// comes before them; what is within a value follows it without a gap.
type Visits []Visit

// Visit is a value and what describes it.
type Visit struct {
	Value *jsonvalue.Value
	Shape *Shape

	parent int32 // index of the visit of what holds it; -1 of the whole body
	index  int32 // among the members or elements there
}

// Visit returns the value and all in it that schemas describe.
func (s *Schema) Visit(v *jsonvalue.Value) Visits {
	return make(Visits, 0, count(v)).add(Visit{Value: v, Shape: s.Shape, parent: -1})
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

// Parent returns the index of the visit of what holds the value; -1 where that
// is nothing.
func (all Visits) Parent(i int) int { return int(all[i].parent) }

// Name returns the name of the value in the object that holds it; empty where
// that is none.
func (all Visits) Name(i int) string {
	if parent := all[i].parent; parent >= 0 && all[parent].Value.Kind == jsonvalue.Object {
		return all[parent].Value.Members[all[i].index].Name
	}
	return ""
}

// count returns how many values there are in a value, itself included.
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
