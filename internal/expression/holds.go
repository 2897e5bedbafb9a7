package expression

import (
	"cmp"
	"strconv"
	"sync/atomic"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// outcome is the value of a tree that must be true or false.
type outcome byte

const (
	no outcome = iota
	yes
	failed // the tree cannot be evaluated on this data
	unsure // CEL has to decide
)

func outcomeOf(holds bool) outcome {
	if holds {
		return yes
	}
	return no
}

// kind is the type of an operand, as far as trees distinguish types.
type kind byte

const (
	isAny  kind = iota // not known before the tree is evaluated on data
	isBool             // the order of these does not matter, but they must be greater than isAny
	isInt
	isText
	isOther   // a list, an object, null, or a number that is not an int
	isMissing // there is no value, and what needs it cannot be evaluated
	isUnsure  // CEL has to decide
)

// canBe reports whether values of two kinds can be compared.
func (k kind) canBe(other kind) bool { return k == isAny || other == isAny || k == other }

// operand is a value within an expression.
type operand struct {
	kind kind
	is   bool
	n    int64
	text string
}

// truth returns the outcome of an operand that must be true or false.
func (o *operand) truth() outcome {
	switch o.kind {
	case isBool:
		return outcomeOf(o.is)
	case isUnsure:
		return unsure
	}
	return failed
}

// holds evaluates a tree that must be true or false, as CEL does. It is unsure
// where CEL has to decide.
func (t *Tree) holds(v *Variables) outcome {
	switch t.Op {
	case And:
		return t.combine(v, no)
	case Or:
		return t.combine(v, yes)
	case Not:
		if o := t.Args[0].holds(v); o > yes {
			return o
		} else {
			return 1 - o
		}
	case If:
		switch o := t.Args[0].holds(v); o {
		case yes:
			return t.Args[1].holds(v)
		case no:
			return t.Args[2].holds(v)
		default:
			return o
		}
	case Has:
		return t.has(v)
	case In:
		return t.in(v)
	case Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual:
		return t.compare(v)
	}
	o := t.operand(v)
	return o.truth()
}

// combine evaluates && and ||: if one side decides, the other need not be
// evaluable.
func (t *Tree) combine(v *Variables, decisive outcome) outcome {
	a := t.Args[0].holds(v)
	if a == decisive || a == unsure {
		return a
	}
	if b := t.Args[1].holds(v); b == decisive || b == unsure || a != failed {
		return b
	}
	return a
}

// operand evaluates a tree of any type.
func (t *Tree) operand(v *Variables) operand {
	switch t.Op {
	case Literal:
		return t.constant
	case Member:
		return t.member(v)
	case Size:
		return t.size(v)
	case Add, Subtract:
		return t.sum(v)
	case Hole:
		return t.filling(v)
	case If:
		switch t.Args[0].holds(v) {
		case yes:
			return t.Args[1].operand(v)
		case no:
			return t.Args[2].operand(v)
		case unsure:
			return operand{kind: isUnsure}
		}
		return operand{kind: isMissing}
	}
	return constantOf(t.holds(v))
}

// most bounds the operands of sums, so that sums cannot overflow.
const most = 1 << 62

func (t *Tree) sum(v *Variables) operand {
	a, b := t.Args[0].operand(v), t.Args[1].operand(v)
	switch {
	case a.kind == isMissing || b.kind == isMissing || a.unlike(&b):
		return operand{kind: isMissing}
	case a.kind != isInt || b.kind != isInt || a.n >= most || a.n <= -most || b.n >= most || b.n <= -most:
		return operand{kind: isUnsure}
	case t.Op == Subtract:
		return operand{kind: isInt, n: a.n - b.n}
	}
	return operand{kind: isInt, n: a.n + b.n}
}

// unlike reports whether two operands are of kinds that only the operators for
// equality can compare.
func (o *operand) unlike(other *operand) bool {
	return o.kind < isOther && other.kind < isOther && o.kind != other.kind
}

// equal reports whether two operands, neither of which is missing, are equal.
func (o *operand) equal(other *operand) outcome {
	switch {
	case o.kind >= isOther || other.kind >= isOther:
		return unsure
	case o.kind != other.kind:
		return no
	case o.kind == isText:
		return outcomeOf(o.text == other.text)
	}
	return outcomeOf(o.is == other.is && o.n == other.n)
}

func (t *Tree) in(v *Variables) outcome {
	a := t.Args[0].operand(v)
	switch a.kind {
	case isMissing:
		return failed
	case isOther, isUnsure:
		return unsure
	}
	for _, arg := range t.Args[1:] {
		if a.equal(&arg.constant) == yes {
			return yes
		}
	}
	return no
}

func (t *Tree) compare(v *Variables) outcome {
	a := t.Args[0].operand(v)
	if a.kind == isMissing {
		return failed
	}
	b := t.Args[1].operand(v)
	if b.kind == isMissing {
		return failed
	}
	switch t.Op {
	case Equal:
		return a.equal(&b)
	case NotEqual:
		o := a.equal(&b)
		if o <= yes {
			o = 1 - o
		}
		return o
	}
	var order int
	switch {
	case a.kind == isInt && b.kind == isInt:
		order = cmp.Compare(a.n, b.n)
	case a.kind == isText && b.kind == isText:
		order = cmp.Compare(a.text, b.text)
	case a.unlike(&b):
		return failed
	default:
		return unsure
	}
	return ordered(t.Op, order)
}

// ordered returns whether an operator for order holds where the operands have that order.
func ordered(op Op, order int) outcome {
	switch op {
	case Less:
		return outcomeOf(order < 0)
	case LessEqual:
		return outcomeOf(order <= 0)
	case Greater:
		return outcomeOf(order > 0)
	}
	return outcomeOf(order >= 0)
}

// step is a step of a path: to a member, or to one end of an array.
type step struct {
	name string
	hint atomic.Int32 // the index that the member had the last time
}

// value returns what the first steps of the path lead to in a JSON variable, or
// nil.
func (t *Tree) value(v *Variables, steps int) *jsonvalue.Value {
	at := v.Self
	if t.Path[0] == OldSelf {
		at = v.OldSelf
	}
	for i := 0; i < steps && at != nil; i++ {
		at = t.steps[i].from(at)
	}
	return at
}

func (s *step) from(v *jsonvalue.Value) *jsonvalue.Value {
	switch v.Kind {
	case jsonvalue.Object:
		if s.name != First && s.name != Last {
			return s.member(v)
		}
	case jsonvalue.Array:
		switch {
		case len(v.Items) == 0:
		case s.name == First:
			return v.Items[0]
		case s.name == Last:
			return v.Items[len(v.Items)-1]
		}
	}
	return nil
}

// member returns the last member with that name that is not null.
func (s *step) member(object *jsonvalue.Value) *jsonvalue.Value {
	members := object.Members
	if hint := int(s.hint.Load()); hint < len(members) && !object.Repeated && members[hint].Name == s.name {
		return present(members[hint].Value)
	}
	for i := len(members) - 1; i >= 0; i-- {
		if members[i].Name != s.name {
			continue
		}
		if !object.Repeated {
			s.hint.Store(int32(i))
			return present(members[i].Value)
		}
		if v := present(members[i].Value); v != nil {
			return v
		}
	}
	return nil
}

func present(v *jsonvalue.Value) *jsonvalue.Value {
	if v.Kind == jsonvalue.Null {
		return nil
	}
	return v
}

// other returns what a path leads to in a variable that is not JSON, or nil.
func (t *Tree) other(v *Variables, steps int) any {
	switch {
	case t.Path[0] == Response && steps == 1 && t.steps[0].name == "status":
		return int64(v.Status)
	case t.Path[0] == Request && v.Params != nil && steps == 2 && t.steps[0].name == "params":
		if value, ok := v.Params[t.steps[1].name]; ok {
			return value
		}
		return nil
	}
	var at any = v.response()
	if t.Path[0] == Request {
		at = v.request()
	}
	for i := range steps {
		members, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = members[t.steps[i].name]
	}
	return at
}

// isJSON reports whether the path begins with a variable that is JSON.
func (t *Tree) isJSON() bool { return t.Path[0] == Self || t.Path[0] == OldSelf }

func (t *Tree) member(v *Variables) operand {
	if !t.isJSON() {
		switch o := t.other(v, len(t.steps)).(type) {
		case nil:
			return operand{kind: isMissing}
		case string:
			return operand{kind: isText, text: o}
		case int64:
			return operand{kind: isInt, n: o}
		}
		return operand{kind: isOther}
	}
	at := t.value(v, len(t.steps))
	if at == nil {
		return operand{kind: isMissing}
	}
	return operandOf(at)
}

// operandOf returns a value, which is not null, as an operand.
func operandOf(at *jsonvalue.Value) operand {
	switch at.Kind {
	case jsonvalue.Bool:
		return operand{kind: isBool, is: at.True}
	case jsonvalue.String:
		return operand{kind: isText, text: at.Text}
	case jsonvalue.Number:
		if n, err := strconv.ParseInt(at.Text, 10, 64); err == nil {
			return operand{kind: isInt, n: n}
		}
	}
	return operand{kind: isOther}
}

func (t *Tree) has(v *Variables) outcome {
	last := len(t.steps) - 1
	if !t.isJSON() {
		switch parent := t.other(v, last).(type) {
		case nil:
			return failed
		case map[string]any:
			return outcomeOf(parent[t.steps[last].name] != nil)
		}
		return unsure
	}
	switch parent := t.value(v, last); {
	case parent == nil:
		return failed
	case parent.Kind != jsonvalue.Object:
		return unsure // CEL says that some of these are false
	default:
		return outcomeOf(t.steps[last].from(parent) != nil)
	}
}

func (t *Tree) size(v *Variables) operand {
	if !t.isJSON() {
		if t.other(v, len(t.steps)) == nil {
			return operand{kind: isMissing}
		}
		return operand{kind: isUnsure}
	}
	switch at := t.value(v, len(t.steps)); {
	case at == nil:
		return operand{kind: isMissing}
	case at.Kind == jsonvalue.Array:
		return operand{kind: isInt, n: int64(len(at.Items))}
	}
	return operand{kind: isUnsure} // strings and objects have a size, too
}
