package expression

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// aggregates returns the functions of lists that Kubernetes adds to CEL, and the
// extensions of the library lack: sum, min and max.
func aggregates() cel.EnvOption {
	list := []*cel.Type{cel.ListType(cel.DynType)}
	member := func(name string, f func(traits.Lister) ref.Val) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload("list_"+name, list, cel.DynType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return f(v.(traits.Lister)) })))
	}
	return func(env *cel.Env) (*cel.Env, error) {
		for _, option := range []cel.EnvOption{
			member("sum", sum),
			member("min", func(l traits.Lister) ref.Val { return extreme(l, "min", types.IntNegOne) }),
			member("max", func(l traits.Lister) ref.Val { return extreme(l, "max", types.IntOne) }),
		} {
			var err error
			if env, err = option(env); err != nil {
				return nil, err
			}
		}
		return env, nil
	}
}

// sum adds the elements of a list; the sum of none is 0.
func sum(l traits.Lister) ref.Val {
	var total ref.Val = types.IntZero
	for it, first := l.Iterator(), true; it.HasNext() == types.True; first = false {
		next := it.Next()
		if first {
			if _, isNumber := next.(traits.Subtractor); isNumber {
				total = next
				continue
			}
		}
		if total = add(total, next); types.IsError(total) {
			return total
		}
	}
	return total
}

// add adds two numbers, of which one may have a fraction.
func add(a, b ref.Val) ref.Val {
	if a.Type() != b.Type() && isNumber(a) && isNumber(b) {
		a, b = a.ConvertToType(types.DoubleType), b.ConvertToType(types.DoubleType)
	}
	if adder, ok := a.(traits.Adder); ok && isNumber(b) {
		return adder.Add(b)
	}
	return types.NewErr("sum: an element is not a number, but of the type %s", b.Type().TypeName())
}

func isNumber(v ref.Val) bool {
	switch v.(type) {
	case types.Int, types.Uint, types.Double:
		return true
	}
	return false
}

// extreme returns the least or the greatest element of a list: the one to which no other
// compares like wanted.
func extreme(l traits.Lister, name string, wanted types.Int) ref.Val {
	var best ref.Val
	for it := l.Iterator(); it.HasNext() == types.True; {
		next := it.Next()
		comparer, ok := next.(traits.Comparer)
		if !ok {
			return types.NewErr("%s: an element cannot be compared, since it is of the type %s", name, next.Type().TypeName())
		}
		if best == nil {
			best = next
			continue
		}
		switch order := comparer.Compare(best); {
		case types.IsError(order):
			return order
		case order == wanted:
			best = next
		}
	}
	if best == nil {
		return types.NewErr("%s: the list is empty", name)
	}
	return best
}

// pairing are the functions that compare each element of a list with each other one. What
// they cost CEL adds to the cost when they have returned.
var pairing = []string{"distinct", "hasAll", "hasAny", "hasExactly", "hasOnly", "sets.contains", "sets.equivalent", "sets.intersects"}

// mostPaired bounds the number of elements that they are given.
const mostPaired = 1 << 12

// elements returns the number of elements of all lists in a value.
func elements(v *jsonvalue.Value) int {
	if v == nil {
		return 0
	}
	n := len(v.Items)
	for _, item := range v.Items {
		n += elements(item)
	}
	for i := range v.Members {
		n += elements(v.Members[i].Value)
	}
	return n
}
