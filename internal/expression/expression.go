// Package expression compiles and evaluates the expressions of x-rules, which
// are written in CEL, the Common Expression Language.
//
// Most expressions are simple. They are parsed into a [Tree], and evaluated
// without the CEL library, whose initialization takes longer than checking a
// typical recording. The results are those of CEL, which evaluates all other
// expressions.
package expression

import (
	"fmt"
	"slices"
	"sync"

	"cel.dev/cel-go/cel"
	celast "cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"
)

// CostLimit bounds the work of one evaluation, in the cost units of CEL: about
// one for each member that is read.
const CostLimit = 100_000

// Expression is a compiled expression that evaluates to true or false. It is
// safe for concurrent use.
type Expression struct {
	reads   [][]string  // the paths that it reads, each a variable and names of members
	named   [][]string  // the same, through elements of lists, too
	pairs   bool        // whether it compares the elements of lists with each other
	tree    *Tree       // nil if a tree cannot express it
	syntax  *celast.AST // nil if there is a tree
	text    string
	program func() (cel.Program, error) // compiled on first use if there is a tree
}

// Compile compiles an expression. The error says what is wrong with the
// expression, and at which line and column of its text.
func Compile(text string) (*Expression, error) {
	if t := parse(text); t != nil {
		reads := t.reads(nil)
		return &Expression{text: text, reads: reads, named: reads, tree: t, program: sync.OnceValues(func() (cel.Program, error) {
			program, _, err := compile(text)
			return program, err
		})}, nil
	}
	program, ast, err := compile(text)
	if err != nil {
		return nil, err
	}
	e := &Expression{text: text, syntax: ast, program: func() (cel.Program, error) { return program, nil }}
	e.readTree(ast)
	return e, nil
}

// readTree finds out what an expression reads.
func (e *Expression) readTree(ast *celast.AST) {
	within := map[int64]bool{} // a path that was taken
	celast.PreOrderVisit(ast.Expr(), celast.NewExprVisitor(func(one celast.Expr) {
		if path := pathOf(one); path != nil && !within[one.ID()] {
			e.reads = append(e.reads, path)
		}
		if one.Kind() == celast.SelectKind {
			within[one.AsSelect().Operand().ID()] = within[one.ID()] || pathOf(one) != nil
		}
		e.pairs = e.pairs || one.Kind() == celast.CallKind && slices.Contains(pairing, one.AsCall().FunctionName())
	}))
	e.named = namedIn(ast.Expr())
}

// environment is created on first use, because most runs have no expression
// that needs it.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		cel.Variable(Self, cel.DynType),
		cel.Variable(OldSelf, cel.DynType),
		cel.Variable(Request, cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable(Response, cel.MapType(cel.StringType, cel.DynType)),
		cel.CrossTypeNumericComparisons(true),
		ext.Strings(),
		ext.Lists(ext.ListsMaxRangeSize(CostLimit)),
		ext.Sets(),
		ext.Math(),
		aggregates(),
	)
})

// compile compiles a CEL program, and returns its syntax tree, too.
func compile(text string) (program cel.Program, tree *celast.AST, err error) {
	env, err := environment()
	if err != nil {
		return nil, nil, err
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, nil, mistakes(env, text, issues)
	}
	if t := ast.OutputType(); !t.IsExactType(cel.BoolType) && !t.IsExactType(cel.DynType) {
		return nil, nil, fmt.Errorf("the expression gives %s, not a bool; compare it with something", t)
	}
	program, err = env.Program(ast, cel.CostLimit(CostLimit), cel.EvalOptions(cel.OptOptimize))
	return program, ast.NativeRep(), err
}

// pathOf returns the path that an expression of CEL is; nil if it is none.
func pathOf(e celast.Expr) []string {
	switch e.Kind() {
	case celast.IdentKind:
		return []string{e.AsIdent()}
	case celast.SelectKind:
		if path := pathOf(e.AsSelect().Operand()); path != nil {
			return append(path, e.AsSelect().FieldName())
		}
	}
	return nil
}

// Uses reports whether the expression reads a variable.
func (e *Expression) Uses(variable string) bool {
	return slices.ContainsFunc(e.reads, func(path []string) bool { return path[0] == variable })
}

// Reads returns the members of a variable that the expression reads, each as the names
// that lead to it. Elements of arrays are left out.
func (e *Expression) Reads(variable string) [][]string {
	var all [][]string
	for _, path := range e.reads {
		if path[0] == variable && len(path) > 1 {
			all = append(all, path[1:])
		}
	}
	return all
}

// ReadsWhole reports whether the expression reads a variable other than by its members.
func (e *Expression) ReadsWhole(variable string) bool {
	return slices.ContainsFunc(e.reads, func(path []string) bool { return path[0] == variable && len(path) == 1 })
}

// Holds evaluates the expression. It is not ok if the expression cannot be
// evaluated on this data, or does not evaluate to a bool: [Expression.Failure]
// says why.
func (e *Expression) Holds(v *Variables) (holds, ok bool) {
	if e.tree != nil {
		if o := e.tree.holds(v); o != unsure {
			return o == yes, o != failed
		}
	}
	holds, err := e.evaluate(v)
	return holds, err == nil
}

// Failure says why the expression cannot be evaluated, or nil if it can.
func (e *Expression) Failure(v *Variables) error {
	_, err := e.evaluate(v)
	return err
}

// evaluate evaluates the expression by CEL.
func (e *Expression) evaluate(v *Variables) (bool, error) {
	program, err := e.program()
	if err != nil {
		return false, err
	}
	if e.pairs && (elements(v.Self) > mostPaired || elements(v.OldSelf) > mostPaired) {
		return false, fmt.Errorf("there are more than %d elements in lists, too many to compare them with each other", mostPaired)
	}
	value, _, err := program.Eval(v.decoded())
	if err != nil {
		return false, err
	}
	holds, ok := value.(types.Bool)
	if !ok {
		return false, fmt.Errorf("the expression gives %s, not a bool", value.Type().TypeName())
	}
	return bool(holds), nil
}
