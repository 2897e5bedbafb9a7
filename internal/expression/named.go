package expression

import (
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Element denotes any element of a list, or the value of any member, in a path.
const Element = "[*]"

// Named returns the paths of members that the expression names, each a variable and the
// names that lead to a member, among which can be First, Last and Element.
func (e *Expression) Named() [][]string { return e.named }

// namedIn returns the paths that an expression of CEL names.
func namedIn(e ast.Expr) [][]string {
	var n naming
	n.walk(e, nil)
	return n.named
}

type naming struct{ named [][]string }

// origin is where a value comes from, as far as that is known.
type origin struct {
	path    []string // of the value
	element []string // of the elements of a list that was computed
}

// ofElement returns the origin of the elements of a list.
func (o origin) ofElement() origin {
	if o.path == nil {
		return origin{path: o.element}
	}
	return origin{path: append(slices.Clip(o.path), Element)}
}

// scope is the variables that comprehensions declare, the innermost first.
type scope struct {
	name   string
	origin origin
	outer  *scope
}

func (s *scope) find(name string) origin {
	for ; s != nil; s = s.outer {
		if s.name == name {
			return s.origin
		}
	}
	if slices.Contains([]string{Self, OldSelf, Request, Response}, name) {
		return origin{path: []string{name}}
	}
	return origin{}
}

// walk finds the paths in an expression, and returns the origin of its value.
func (n *naming) walk(e ast.Expr, s *scope) origin {
	switch e.Kind() {
	case ast.IdentKind:
		return s.find(e.AsIdent())
	case ast.SelectKind:
		return n.member(n.walk(e.AsSelect().Operand(), s), e.AsSelect().FieldName())
	case ast.CallKind:
		return n.call(e.AsCall(), s)
	case ast.ListKind:
		for _, item := range e.AsList().Elements() {
			n.walk(item, s)
		}
	case ast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			n.walk(entry.AsMapEntry().Key(), s)
			n.walk(entry.AsMapEntry().Value(), s)
		}
	case ast.ComprehensionKind:
		return n.comprehension(e.AsComprehension(), s)
	}
	return origin{}
}

func (n *naming) member(of origin, name string) origin {
	if of.path == nil {
		return origin{}
	}
	path := append(slices.Clip(of.path), name)
	n.named = append(n.named, path)
	return origin{path: path}
}

// sameElements are the functions that give a list of elements of their target.
var sameElements = []string{"distinct", "reverse", "slice", "sort", "@sortByAssociatedKeys"}

func (n *naming) call(c ast.CallExpr, s *scope) origin {
	var target origin
	if c.IsMemberFunction() {
		target = n.walk(c.Target(), s)
	}
	var args []origin
	for _, arg := range c.Args() {
		args = append(args, n.walk(arg, s))
	}
	switch {
	case c.FunctionName() == operators.Index:
		if key := c.Args()[1]; key.Kind() == ast.LiteralKind {
			if name, ok := key.AsLiteral().(types.String); ok {
				return n.member(args[0], string(name))
			}
		}
		return args[0].ofElement()
	case slices.Contains(sameElements, c.FunctionName()):
		return origin{element: target.ofElement().path}
	case c.FunctionName() == "min" || c.FunctionName() == "max":
		return target.ofElement()
	}
	return origin{}
}

// comprehension finds the paths in what a macro is expanded to, such as all, map and
// filter.
func (n *naming) comprehension(c ast.ComprehensionExpr, s *scope) origin {
	list := n.walk(c.IterRange(), s)
	start := n.walk(c.AccuInit(), s)
	if c.IterRange().Kind() == ast.ListKind && c.IterRange().AsList().Size() == 0 { // it only gives a value a name
		return n.walk(c.Result(), &scope{c.AccuVar(), start, s})
	}
	element := list.ofElement()
	inner := &scope{c.AccuVar(), origin{}, s}
	if c.HasIterVar2() {
		inner = &scope{c.IterVar(), origin{}, &scope{c.IterVar2(), element, inner}}
	} else {
		inner = &scope{c.IterVar(), element, inner}
	}
	n.walk(c.LoopCondition(), inner)
	n.walk(c.LoopStep(), inner)
	n.walk(c.Result(), inner)
	return origin{element: n.collected(c.LoopStep(), inner)}
}

// collected returns the path of what the step of a loop adds to a list.
func (n *naming) collected(step ast.Expr, s *scope) []string {
	if step.Kind() != ast.CallKind {
		return nil
	}
	c := step.AsCall()
	switch {
	case c.FunctionName() == operators.Conditional:
		return n.collected(c.Args()[1], s)
	case c.FunctionName() == operators.Add && c.Args()[1].Kind() == ast.ListKind && c.Args()[1].AsList().Size() == 1:
		var again naming // what it names is known
		return again.walk(c.Args()[1].AsList().Elements()[0], s).path
	}
	return nil
}
