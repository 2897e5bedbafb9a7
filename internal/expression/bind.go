package expression

import (
	"cmp"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Bound is what there is left to evaluate of an expression for objects that differ from
// one object only in some strings and numbers.
type Bound struct {
	tree  *Tree
	tests []test // if all of them hold, so does the expression; nil if there are no such
}

// Filled are the strings and numbers that differ.
type Filled interface {
	Natural(hole int) (n int64, ok bool) // ok if it is a natural number
	Value(hole int) *jsonvalue.Value     // valid until the next call
}

// Place says where a value in an object is.
type Place int

// A place is the number of the string or number among those that differ, or one of these.
const (
	Fixed   Place = -1 // it is the same in all the objects, or an array or object of the same structure
	Unknown Place = -2
)

// Bind binds the expression to an object, in which the strings and numbers that differ
// are filled as given. It is not ok where only the objects as a whole tell whether the
// expression holds.
func (e *Expression) Bind(self *jsonvalue.Value, place func(*jsonvalue.Value) Place, filled Filled) (b *Bound, ok bool) {
	if e.tree == nil {
		return nil, false
	}
	tree := binder{self, place}.bind(e.tree)
	if tree == nil || tree.Op == Literal && tree.constant.truth() > yes {
		return nil, false
	}
	bound := &Bound{tree: tree}
	if tests, ok := testsOf(tree, &Variables{Filled: filled}, nil); ok {
		bound.tests = tests
	}
	return bound, true
}

// Always reports whether the expression holds for all the objects.
func (b *Bound) Always() bool { return b.tree.Op == Literal && b.tree.constant.truth() == yes }

// Holds reports whether it is certain that the expression holds.
func (b *Bound) Holds(v *Variables) bool {
	if b.tests != nil && allHold(b.tests, v.Filled) {
		return true
	}
	return b.tree.holds(v) == yes
}

// test compares a sum of natural numbers in holes, and of a constant, with 0; or else
// the string in a hole with a text. That is what most expressions come down to for
// objects like one of which they hold.
type test struct {
	op       Op
	terms    []term
	constant int64

	hole int // of the string; -1 for a sum
	text string
}

// term is a hole whose number is added or subtracted.
type term struct {
	hole int
	sign int64
}

// mostTerms bounds the numbers of a sum, so that it cannot overflow.
const mostTerms = 16

// testsOf appends tests that are enough for a tree to hold. Of alternatives they are
// those of one that holds. It is not ok if there are no such tests.
func testsOf(t *Tree, v *Variables, all []test) (tests []test, ok bool) {
	switch t.Op {
	case And:
		if all, ok = testsOf(t.Args[0], v, all); !ok {
			return nil, false
		}
		return testsOf(t.Args[1], v, all)
	case Or:
		for _, arg := range t.Args {
			if onlyHoles(arg) && arg.holds(v) == yes {
				if tests, ok = testsOf(arg, v, all); ok {
					return tests, true
				}
			}
		}
	case Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual:
		s := test{op: t.Op, hole: -1}
		if s.add(t.Args[0], 1) && s.add(t.Args[1], -1) && len(s.terms) <= mostTerms {
			return append(all, s), true
		}
		if t.Op > NotEqual {
			break
		}
		for i, arg := range t.Args {
			if other := t.Args[1-i]; arg.Op == Hole && other.Op == Literal && other.constant.kind == isText {
				return append(all, test{op: t.Op, hole: arg.hole, text: other.constant.text}), true
			}
		}
	}
	return nil, false
}

// onlyHoles reports whether a tree depends on nothing but what is in holes.
func onlyHoles(t *Tree) bool {
	if len(t.Path) > 0 {
		return false
	}
	for _, arg := range t.Args {
		if !onlyHoles(arg) {
			return false
		}
	}
	return true
}

// add adds an operand. It reports whether that is a sum.
func (s *test) add(t *Tree, sign int64) bool {
	switch t.Op {
	case Literal:
		s.constant += sign * t.constant.n
		return t.constant.kind == isInt && t.constant.n > -1<<53 && t.constant.n < 1<<53
	case Hole:
		s.terms = append(s.terms, term{t.hole, sign})
		return true
	case Add:
		return s.add(t.Args[0], sign) && s.add(t.Args[1], sign)
	case Subtract:
		return s.add(t.Args[0], sign) && s.add(t.Args[1], -sign)
	}
	return false
}

// allHold reports whether all tests hold.
func allHold(tests []test, filled Filled) bool {
	for i := range tests {
		if !tests[i].holds(filled) {
			return false
		}
	}
	return true
}

func (s *test) holds(filled Filled) bool {
	if s.hole >= 0 {
		v := filled.Value(s.hole)
		return v.Kind == jsonvalue.String && (v.Text == s.text) == (s.op == Equal)
	}
	sum := s.constant
	for _, t := range s.terms {
		n, ok := filled.Natural(t.hole)
		if !ok {
			return false
		}
		sum += t.sign * n
	}
	return compareWithZero(s.op, sum) == yes
}

func compareWithZero(op Op, n int64) outcome {
	switch op {
	case Equal:
		return outcomeOf(n == 0)
	case NotEqual:
		return outcomeOf(n != 0)
	}
	return ordered(op, cmp.Compare(n, 0))
}

type binder struct {
	self  *jsonvalue.Value
	place func(*jsonvalue.Value) Place
}

// bind returns a tree with constants for all that is fixed; nil if it cannot be bound.
func (b binder) bind(t *Tree) *Tree {
	switch t.Op {
	case Literal:
		return t
	case Member, Has, Size:
		return b.read(t)
	}
	bound := &Tree{Op: t.Op, Path: t.Path, gives: t.gives}
	constant := true
	for _, arg := range t.Args {
		own := b.bind(arg)
		if own == nil {
			return nil
		}
		bound.Args = append(bound.Args, own)
		constant = constant && own.Op == Literal
	}
	if constant {
		return constantTree(bound.operand(&Variables{}))
	}
	return bound.simplified()
}

func constantTree(o operand) *Tree { return &Tree{Op: Literal, constant: o, gives: o.kind} }

// simplified returns a tree, some of whose operands are constants, without those that
// do not matter.
func (t *Tree) simplified() *Tree {
	first := t.Args[0]
	switch {
	case t.Op == If && first.isConstant(yes):
		return t.Args[1]
	case t.Op == If && first.isConstant(no):
		return t.Args[2]
	case t.Op == And && first.isConstant(no), t.Op == Or && first.isConstant(yes):
		return first
	case t.Op == And && first.isConstant(yes), t.Op == Or && first.isConstant(no):
		return t.ifBool(t.Args[1])
	case t.Op == And && t.Args[1].isConstant(yes), t.Op == Or && t.Args[1].isConstant(no):
		return t.ifBool(first)
	}
	return t
}

// ifBool returns the operand that alone decides; the tree itself if that need not be true
// or false, which the tree must be.
func (t *Tree) ifBool(operand *Tree) *Tree {
	if operand.gives == isBool {
		return operand
	}
	return t
}

func (t *Tree) isConstant(o outcome) bool { return t.Op == Literal && t.constant.truth() == o }

// read binds what reads a path.
func (b binder) read(t *Tree) *Tree {
	if !t.isJSON() {
		return t
	}
	if t.Path[0] == OldSelf {
		return nil
	}
	v := &Variables{Self: b.self}
	for i := range t.steps {
		if at := t.value(v, i); at != nil && b.place(at) != Fixed {
			return nil
		}
	}
	at := t.value(v, len(t.steps))
	switch {
	case t.Op == Has:
		return constantTree(constantOf(t.has(v)))
	case at == nil:
	case t.Op == Size && b.place(at) != Fixed:
		return nil
	case t.Op == Member && b.place(at) >= 0:
		return &Tree{Op: Hole, hole: int(b.place(at))}
	}
	return constantTree(t.operand(v))
}

// constantOf returns an outcome as an operand.
func constantOf(o outcome) operand {
	switch o {
	case failed:
		return operand{kind: isMissing}
	case unsure:
		return operand{kind: isUnsure}
	}
	return operand{kind: isBool, is: o == yes}
}

// filling returns the operand that fills a hole.
func (t *Tree) filling(v *Variables) operand {
	if n, ok := v.Filled.Natural(t.hole); ok {
		return operand{kind: isInt, n: n}
	}
	return operandOf(v.Filled.Value(t.hole))
}
