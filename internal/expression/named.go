package expression

import (
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Element denotes any element of a list, or the value of any member, in a path.
const Element = "[*]"

// Named returns the paths of members that the expression names, each a variable and the
// names that lead to a member, among which can be First, Last and Element.
func (e *Expression) Named() [][]string { return e.named }

// namedIn returns the paths that an expression of CEL names.
func namedIn(e ast.Expr) [][]string {
	var w walker
	w.walk(e, nil)
	return w.named
}

// walker walks through an expression, and finds out where its values come from.
type walker struct {
	named   [][]string
	kindsOf func(path []string) jsonvalue.Kinds // of the value that is at a path; nil if any can be
	misused func(at ast.Expr, message string)   // is told of each operation that can never be evaluated
}

// origin is where a value comes from, as far as that is known.
type origin struct {
	path    []string        // of the value
	element []string        // of the elements of a list that was computed
	kinds   jsonvalue.Kinds // that the value can be of
}

// unknown is the origin of a value that can be of some kinds.
func unknown(kinds jsonvalue.Kinds) origin { return origin{kinds: kinds} }

// at returns the origin of the value at a path.
func (w *walker) at(path []string) origin {
	if path == nil || w.kindsOf == nil {
		return origin{path: path, kinds: anything}
	}
	return origin{path: path, kinds: w.kindsOf(path)}
}

// elementOf returns the origin of the elements of a list.
func (w *walker) elementOf(o origin) origin {
	if o.path == nil {
		return w.at(o.element)
	}
	return w.at(append(slices.Clip(o.path), Element))
}

// scope is the variables that comprehensions declare, the innermost first.
type scope struct {
	name   string
	origin origin
	outer  *scope
}

func (w *walker) variable(name string, s *scope) origin {
	for ; s != nil; s = s.outer {
		if s.name == name {
			return s.origin
		}
	}
	if slices.Contains([]string{Self, OldSelf, Request, Response}, name) {
		return w.at([]string{name})
	}
	return unknown(anything)
}

// walk finds the paths in an expression, and returns the origin of its value.
func (w *walker) walk(e ast.Expr, s *scope) origin {
	switch e.Kind() {
	case ast.IdentKind:
		return w.variable(e.AsIdent(), s)
	case ast.LiteralKind:
		return unknown(kindOf(e.AsLiteral()))
	case ast.SelectKind:
		object := w.walk(e.AsSelect().Operand(), s)
		member := w.member(object, e.AsSelect().FieldName())
		if e.AsSelect().IsTestOnly() { // which is false of what has no members
			return unknown(bools)
		}
		w.check(e, "has no members", objects, e.AsSelect().Operand(), object)
		return member
	case ast.CallKind:
		return w.call(e, s)
	case ast.ListKind:
		for _, item := range e.AsList().Elements() {
			w.walk(item, s)
		}
		return unknown(arrays)
	case ast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			w.walk(entry.AsMapEntry().Key(), s)
			w.walk(entry.AsMapEntry().Value(), s)
		}
		return unknown(objects)
	case ast.ComprehensionKind:
		return w.comprehension(e, s)
	}
	return unknown(anything)
}

func (w *walker) member(of origin, name string) origin {
	if of.path == nil {
		return unknown(anything)
	}
	path := append(slices.Clip(of.path), name)
	w.named = append(w.named, path)
	return w.at(path)
}

// sameElements are the functions that give a list of elements of their target. The target
// of reverse can also be a string.
var sameElements = []string{"distinct", "reverse", "slice", "sort", "@sortByAssociatedKeys"}

func (w *walker) call(e ast.Expr, s *scope) origin {
	c := e.AsCall()
	var target origin
	if c.IsMemberFunction() {
		target = w.walk(c.Target(), s)
	}
	var args []origin
	for _, arg := range c.Args() {
		args = append(args, w.walk(arg, s))
	}
	kinds := w.operation(e, target, args)
	switch {
	case c.FunctionName() == operators.Index:
		if key := c.Args()[1]; key.Kind() == ast.LiteralKind {
			if name, ok := key.AsLiteral().(types.String); ok {
				return w.member(args[0], string(name))
			}
		}
		return w.elementOf(args[0])
	case slices.Contains(sameElements, c.FunctionName()):
		return origin{element: w.elementOf(target).path, kinds: kinds}
	case c.FunctionName() == "min" || c.FunctionName() == "max":
		return w.elementOf(target)
	}
	return unknown(kinds)
}

// comprehension finds the paths in what a macro is expanded to, such as all, map and
// filter.
func (w *walker) comprehension(e ast.Expr, s *scope) origin {
	c := e.AsComprehension()
	list := w.walk(c.IterRange(), s)
	start := w.walk(c.AccuInit(), s)
	if c.IterRange().Kind() == ast.ListKind && c.IterRange().AsList().Size() == 0 { // it only gives a value a name
		return w.walk(c.Result(), &scope{c.AccuVar(), start, s})
	}
	w.check(e, "has no elements", arrays|objects, c.IterRange(), list)
	element := w.elementOf(list)
	inner := &scope{c.AccuVar(), unknown(anything), s}
	if c.HasIterVar2() {
		inner = &scope{c.IterVar(), unknown(anything), &scope{c.IterVar2(), element, inner}}
	} else {
		inner = &scope{c.IterVar(), element, inner}
	}
	w.walk(c.LoopCondition(), inner)
	w.walk(c.LoopStep(), inner)
	w.walk(c.Result(), inner)
	return origin{element: w.collected(c.LoopStep(), inner), kinds: anything}
}

// collected returns the path of what the step of a loop adds to a list.
func (w *walker) collected(step ast.Expr, s *scope) []string {
	if step.Kind() != ast.CallKind {
		return nil
	}
	c := step.AsCall()
	switch {
	case c.FunctionName() == operators.Conditional:
		return w.collected(c.Args()[1], s)
	case c.FunctionName() == operators.Add && c.Args()[1].Kind() == ast.ListKind && c.Args()[1].AsList().Size() == 1:
		var again walker // what it names is known
		return again.walk(c.Args()[1].AsList().Elements()[0], s).path
	}
	return nil
}
