package expression

import (
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// Op is an operation of a [Tree].
type Op byte

// The operations of trees.
const (
	Literal Op = iota // Value: a bool, int64 or string
	Member            // the value that Path leads to
	Has               // whether there is one
	Size              // of the array that Path leads to
	And               // of two Args, as all that follow but Not, If and In
	Or
	Not
	If // a condition, and what it chooses from
	Equal
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
	Add
	Subtract
	In // whether the first of Args equals one of the others
)

// First and Last stand in a path for the first and the last element of an
// array.
const (
	First = "[0]"
	Last  = "[-1]"
)

// Tree is an expression for those who evaluate it in another way than
// [Expression.Holds].
type Tree struct {
	Op    Op
	Value any
	Path  []string // a variable and names of members, or First and Last
	Args  []*Tree
}

// Tree returns the expression as a tree; nil if it is more than trees can say.
func (e *Expression) Tree() *Tree { return e.tree }

var operations = map[string]Op{
	operators.LogicalAnd: And, operators.LogicalOr: Or, operators.LogicalNot: Not, operators.Conditional: If,
	operators.Equals: Equal, operators.NotEquals: NotEqual,
	operators.Less: Less, operators.LessEquals: LessEqual, operators.Greater: Greater, operators.GreaterEquals: GreaterEqual,
	operators.Add: Add, operators.Subtract: Subtract,
}

// treeOf returns the tree of a checked expression, or nil.
func treeOf(checked *cel.Ast) *Tree { return tree(checked.NativeRep().Expr()) }

func tree(e ast.Expr) *Tree {
	switch e.Kind() {
	case ast.LiteralKind:
		switch v := e.AsLiteral().Value().(type) {
		case bool, int64, string:
			return &Tree{Op: Literal, Value: v}
		}
	case ast.SelectKind, ast.IdentKind:
		path, testOnly := pathOf(e)
		if len(path) < 2 {
			return nil
		}
		if testOnly {
			return &Tree{Op: Has, Path: path}
		}
		return &Tree{Op: Member, Path: path}
	case ast.CallKind:
		return callTree(e)
	}
	return nil
}

func callTree(e ast.Expr) *Tree {
	call := e.AsCall()
	if call.IsMemberFunction() {
		return nil
	}
	switch name := call.FunctionName(); name {
	case operators.Index:
		if path, _ := pathOf(e); path != nil {
			return &Tree{Op: Member, Path: path}
		}
		return nil
	case "size":
		if path, _ := pathOf(call.Args()[0]); len(path) > 1 {
			return &Tree{Op: Size, Path: path}
		}
		return nil
	case operators.In:
		list := call.Args()[1]
		if list.Kind() != ast.ListKind || len(list.AsList().OptionalIndices()) > 0 {
			return nil
		}
		args := append([]ast.Expr{call.Args()[0]}, list.AsList().Elements()...)
		return operation(In, args)
	default:
		if op, ok := operations[name]; ok {
			return operation(op, call.Args())
		}
	}
	return nil
}

func operation(op Op, args []ast.Expr) *Tree {
	t := &Tree{Op: op}
	for _, arg := range args {
		sub := tree(arg)
		if sub == nil || op == In && len(t.Args) > 0 && sub.Op != Literal {
			return nil
		}
		t.Args = append(t.Args, sub)
	}
	return t
}

// pathOf returns the path that an expression is; nil where it is none.
func pathOf(e ast.Expr) (path []string, testOnly bool) {
	switch e.Kind() {
	case ast.IdentKind:
		return []string{e.AsIdent()}, false
	case ast.SelectKind:
		path, inner := pathOf(e.AsSelect().Operand())
		if path == nil || inner {
			return nil, false
		}
		return append(path, e.AsSelect().FieldName()), e.AsSelect().IsTestOnly()
	case ast.CallKind:
		call := e.AsCall()
		if call.FunctionName() != operators.Index || call.IsMemberFunction() {
			return nil, false
		}
		path, inner := pathOf(call.Args()[0])
		if path == nil || inner {
			return nil, false
		}
		if end := endOf(call.Args()[1], path); end != "" {
			return append(path, end), false
		}
	}
	return nil, false
}

// endOf tells which end of the array at the path an index is.
func endOf(index ast.Expr, path []string) string {
	isInt := func(e ast.Expr, n int64) bool {
		return e.Kind() == ast.LiteralKind && e.AsLiteral().Value() == any(n)
	}
	if isInt(index, 0) {
		return First
	}
	if index.Kind() != ast.CallKind || index.AsCall().FunctionName() != operators.Subtract {
		return ""
	}
	args := index.AsCall().Args()
	size := tree(args[0])
	if size == nil || size.Op != Size || !isInt(args[1], 1) || !slices.Equal(size.Path, path) {
		return ""
	}
	return Last
}
