// Package expression compiles and evaluates the expressions of x-rules, which
// are written in CEL, the Common Expression Language.
package expression

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/ext"
)

// CostLimit bounds the work of one evaluation, in the units of CEL: about one
// for each member that is looked at.
const CostLimit = 100_000

// The variables of an expression.
const (
	Self     = "self"     // the object that the schema describes
	OldSelf  = "oldSelf"  // the same resource in the response before
	Request  = "request"  // method, path, query and params of the request
	Response = "response" // status of the response
)

// Expression is a compiled expression that is true or false. It is safe for
// concurrent use.
type Expression struct {
	program cel.Program
	uses    map[string]bool
	tree    *Tree
}

// environment is made on first use: most runs have a description without
// expressions, or no body for them.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		cel.Variable(Self, cel.DynType),
		cel.Variable(OldSelf, cel.DynType),
		cel.Variable(Request, cel.MapType(cel.StringType, cel.DynType)),
		cel.Variable(Response, cel.MapType(cel.StringType, cel.DynType)),
		cel.CrossTypeNumericComparisons(true),
		ext.Strings(),
	)
})

// Compile compiles an expression. An error says what is wrong with it, and at
// which line and column of its text.
func Compile(text string) (*Expression, error) {
	env, err := environment()
	if err != nil {
		return nil, err
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		var parts []string
		for _, e := range issues.Errors() {
			parts = append(parts, fmt.Sprintf("%s (at %d:%d)", e.Message, e.Location.Line(), e.Location.Column()+1))
		}
		return nil, errors.New(strings.Join(parts, "; "))
	}
	if t := ast.OutputType(); !t.IsExactType(cel.BoolType) && !t.IsExactType(cel.DynType) {
		return nil, fmt.Errorf("the expression gives %s, not a bool", t)
	}
	e := &Expression{uses: map[string]bool{}, tree: treeOf(ast)}
	for _, ref := range ast.NativeRep().ReferenceMap() {
		e.uses[ref.Name] = true
	}
	if e.program, err = env.Program(ast, cel.CostLimit(CostLimit), cel.EvalOptions(cel.OptOptimize)); err != nil {
		return nil, err
	}
	return e, nil
}

// Uses tells whether the expression reads a variable.
func (e *Expression) Uses(variable string) bool { return e.uses[variable] }

// Holds evaluates the expression. An error says that it cannot be evaluated on
// this data, or gives no bool.
func (e *Expression) Holds(variables map[string]any) (bool, error) {
	value, _, err := e.program.Eval(variables)
	if err != nil {
		return false, err
	}
	holds, ok := value.(types.Bool)
	if !ok {
		return false, fmt.Errorf("the expression gives %s, not a bool", value.Type().TypeName())
	}
	return bool(holds), nil
}
