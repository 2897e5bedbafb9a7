package expression

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Sets of kinds.
const (
	bools   = 1 << jsonvalue.Bool
	numbers = 1 << jsonvalue.Number
	texts   = 1 << jsonvalue.String
	arrays  = 1 << jsonvalue.Array
	objects = 1 << jsonvalue.Object

	notJSON  = 1 << 7 // timestamps, durations, bytes and types
	anything = jsonvalue.AnyKind | notJSON
)

// Misuse returns an error if a part of the expression cannot be evaluated on any values
// of the kinds that there can be, such as the comparison of a string with a number.
// kindsOf returns the kinds of the value that the members and elements on a path lead to,
// which begins with Self or OldSelf. An expression that asks for the type of a value
// provides for others, and is not checked.
func (e *Expression) Misuse(kindsOf func(path []string) jsonvalue.Kinds) error {
	if e.syntax != nil {
		return misuse(e.text, e.syntax, kindsOf)
	}
	if err := misuse(e.text, ast.NewAST(e.tree.syntax(), nil), kindsOf); err == nil {
		return nil
	}
	_, syntax, err := compile(e.text) // since a tree does not record the places of its operations
	if err != nil {
		return err
	}
	return misuse(e.text, syntax, kindsOf)
}

// misuse returns an error about the first operation that can never be evaluated.
func misuse(text string, syntax *ast.AST, kindsOf func(path []string) jsonvalue.Kinds) (err error) {
	if asksForTypes(syntax.Expr()) {
		return nil
	}
	w := walker{
		kindsOf: func(path []string) jsonvalue.Kinds { return kindsOfVariable(path, kindsOf) },
		misused: func(at ast.Expr, message string) {
			if err == nil {
				err = fmt.Errorf("%s (%s)", message, columnOf(text, syntax.SourceInfo().GetStartLocation(at.ID())))
			}
		},
	}
	whole := syntax.Expr()
	w.check(whole, "is not true or false", bools, whole, w.walk(whole, nil))
	return err
}

// asksForTypes reports whether an expression calls type.
func asksForTypes(e ast.Expr) (asks bool) {
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(one ast.Expr) {
		asks = asks || one.Kind() == ast.CallKind && one.AsCall().FunctionName() == "type"
	}))
	return asks
}

// kindsOfVariable returns the kinds of the value at a path from any variable.
func kindsOfVariable(path []string, ofData func(path []string) jsonvalue.Kinds) jsonvalue.Kinds {
	isData := path[0] == Self || path[0] == OldSelf
	switch {
	case isData:
		kinds := ofData(path)
		if last := path[len(path)-1]; len(path) == 1 || last != Element && last != First && last != Last {
			kinds &^= jsonvalue.Null.Set() // what is null is absent
		}
		if kinds != 0 {
			return kinds
		}
	case len(path) == 1:
		return objects
	case path[0] == Response && path[1] == "status" && len(path) == 2:
		return numbers
	case path[0] == Request && (path[1] == "params" || path[1] == "query"):
		return []jsonvalue.Kinds{objects, texts, anything}[min(len(path)-2, 2)]
	case path[0] == Request && path[1] == "method" && len(path) == 2:
		return texts
	}
	return anything
}

// kindOf returns the kind of a literal.
func kindOf(v ref.Val) jsonvalue.Kinds {
	switch v.(type) {
	case types.Null:
		return jsonvalue.Null.Set()
	case types.Bool:
		return bools
	case types.Int, types.Uint, types.Double:
		return numbers
	case types.String:
		return texts
	}
	return notJSON
}

// operator says what an operator or a function needs.
type operator struct {
	operands jsonvalue.Kinds // kinds of the operands, or of the target of a function
	gives    jsonvalue.Kinds // kinds of the result; 0 for that of the operands
	alike    bool            // the operands must be of one kind
	fails    string          // what is said of an operand that is of no such kind
}

const (
	notNumber = "is not a number"
	notBool   = "is not true or false"
	notText   = "is not a string"
	notList   = "is not an array"
	noTime    = "is not a timestamp or a duration; convert it by timestamp()"
)

var operatorsByName = map[string]operator{
	operators.Less:          {bools | numbers | texts | notJSON, bools, true, "has no order"},
	operators.LessEquals:    {bools | numbers | texts | notJSON, bools, true, "has no order"},
	operators.Greater:       {bools | numbers | texts | notJSON, bools, true, "has no order"},
	operators.GreaterEquals: {bools | numbers | texts | notJSON, bools, true, "has no order"},
	operators.Equals:        {anything, bools, false, ""},
	operators.NotEquals:     {anything, bools, false, ""},
	operators.Add:           {numbers | texts | arrays | notJSON, 0, true, "cannot be added"},
	operators.Subtract:      {numbers | notJSON, 0, true, notNumber},
	operators.Multiply:      {numbers, numbers, true, notNumber},
	operators.Divide:        {numbers, numbers, true, notNumber},
	operators.Modulo:        {numbers, numbers, true, notNumber},
	operators.Negate:        {numbers | notJSON, 0, false, notNumber},
	operators.LogicalAnd:    {bools, bools, false, notBool},
	operators.LogicalOr:     {bools, bools, false, notBool},
	operators.LogicalNot:    {bools, bools, false, notBool},
	"size":                  {texts | arrays | objects | notJSON, numbers, false, "has no size"},

	"startsWith": {texts, bools, false, notText},
	"endsWith":   {texts, bools, false, notText},
	"contains":   {texts, bools, false, notText},
	"matches":    {texts, bools, false, notText},

	"charAt":      {texts, texts, false, notText},
	"indexOf":     {texts, numbers, false, notText},
	"lastIndexOf": {texts, numbers, false, notText},
	"lowerAscii":  {texts, texts, false, notText},
	"upperAscii":  {texts, texts, false, notText},
	"trim":        {texts, texts, false, notText},

	"sum":      {arrays, anything, false, notList},
	"min":      {arrays, anything, false, notList},
	"max":      {arrays, anything, false, notList},
	"distinct": {arrays, arrays, false, notList},
	"sort":     {arrays, arrays, false, notList},
	"reverse":  {arrays | texts, 0, false, "is not an array or a string"},
	"flatten":  {arrays, arrays, false, notList},
	"slice":    {arrays, arrays, false, notList},

	"@sortByAssociatedKeys": {arrays, arrays, false, notList}, // which sortBy calls

	"getFullYear":     {notJSON, numbers, false, noTime},
	"getMonth":        {notJSON, numbers, false, noTime},
	"getDate":         {notJSON, numbers, false, noTime},
	"getDayOfMonth":   {notJSON, numbers, false, noTime},
	"getDayOfWeek":    {notJSON, numbers, false, noTime},
	"getDayOfYear":    {notJSON, numbers, false, noTime},
	"getHours":        {notJSON, numbers, false, noTime},
	"getMinutes":      {notJSON, numbers, false, noTime},
	"getSeconds":      {notJSON, numbers, false, noTime},
	"getMilliseconds": {notJSON, numbers, false, noTime},

	"string": {anything, texts, false, ""},
	"int":    {anything, numbers, false, ""},
	"uint":   {anything, numbers, false, ""},
	"double": {anything, numbers, false, ""},

	"timestamp": {anything, notJSON, false, ""},
	"duration":  {anything, notJSON, false, ""},
}

// operation checks whether the operands of a call can be of kinds that the operator or
// function takes, and returns the kinds of its result.
func (w *walker) operation(e ast.Expr, target origin, args []origin) jsonvalue.Kinds {
	c := e.AsCall()
	operands, values := c.Args(), args
	if c.IsMemberFunction() {
		operands, values = []ast.Expr{c.Target()}, []origin{target}
	}
	switch name := c.FunctionName(); name {
	case operators.Conditional:
		w.check(e, notBool, bools, operands[0], values[0])
		return values[1].kinds | values[2].kinds
	case operators.In:
		w.check(e, "is not an array or object", arrays|objects, operands[1], values[1])
		return bools
	case operators.Index:
		w.check(e, "is not an array or object", arrays|objects, operands[0], values[0])
		if values[0].kinds == arrays {
			w.check(e, "is not a number, as the index of an array is", numbers, operands[1], values[1])
		}
		return anything
	default:
		op, known := operatorsByName[name]
		if !known || len(operands) == 0 {
			return anything
		}
		if name == "matches" || name == "size" {
			operands, values = operands[:1], values[:1]
		}
		return w.apply(e, op, operands, values)
	}
}

// apply checks the operands of an operator.
func (w *walker) apply(e ast.Expr, op operator, operands []ast.Expr, values []origin) jsonvalue.Kinds {
	common := op.operands
	for i, v := range values {
		if !w.check(e, op.fails, op.operands, operands[i], v) {
			common = anything
		}
		common &= v.kinds
	}
	if op.alike && common == 0 {
		w.report(e, fmt.Sprintf("%s is %s, and %s is %s: %s cannot be applied to them",
			written(operands[0], values[0]), named(values[0].kinds), written(operands[1], values[1]), named(values[1].kinds), symbol(e)))
	}
	switch {
	case op.gives != 0:
		return op.gives
	case common == 0:
		return anything
	}
	return common
}

// check reports whether a value can be of one of the kinds that an operation needs, and
// else that it cannot.
func (w *walker) check(e ast.Expr, fails string, needed jsonvalue.Kinds, operand ast.Expr, value origin) bool {
	if value.kinds&needed != 0 {
		return true
	}
	w.report(e, fmt.Sprintf("%s is %s, which %s", written(operand, value), named(value.kinds), fails))
	return false
}

func (w *walker) report(e ast.Expr, message string) {
	if w.misused != nil {
		w.misused(e, message)
	}
}

// symbol returns an operator or a function as it is written.
func symbol(e ast.Expr) string {
	name := e.AsCall().FunctionName()
	if name == operators.Conditional {
		return "? :"
	}
	if operator, ok := operators.FindReverse(name); ok && operator != "" {
		return operator
	}
	return name
}

// written returns an operand as it is written, as far as that is known.
func written(operand ast.Expr, value origin) string {
	if value.path != nil {
		return Written(value.path)
	}
	if operand.Kind() == ast.LiteralKind {
		if text, ok := operand.AsLiteral().(types.String); ok {
			return fmt.Sprintf("%q", string(text))
		}
		return fmt.Sprint(operand.AsLiteral().Value())
	}
	if operand.Kind() == ast.CallKind {
		return "the result of " + symbol(operand)
	}
	return "what is computed here"
}

// Written returns a path as an expression has it, with [...] for an element that is not
// the first.
func Written(path []string) string {
	return strings.NewReplacer("."+Element, "[...]", "."+First, First, "."+Last, "[...]").Replace(strings.Join(path, "."))
}

// named returns the names of kinds.
func named(kinds jsonvalue.Kinds) string {
	var all []string
	for _, kind := range []jsonvalue.Kind{jsonvalue.String, jsonvalue.Number, jsonvalue.Bool, jsonvalue.Array, jsonvalue.Object, jsonvalue.Null} {
		if kinds&kind.Set() != 0 {
			article := "a "
			switch kind {
			case jsonvalue.Array, jsonvalue.Object:
				article = "an "
			case jsonvalue.Null:
				article = ""
			}
			all = append(all, article+kind.String())
		}
	}
	if kinds&notJSON != 0 {
		all = append(all, "a timestamp or duration")
	}
	return strings.Join(all, " or ")
}

// syntax returns the tree as CEL has it, without places.
func (t *Tree) syntax() ast.Expr { return treeWriter{ast.NewExprFactory()}.expr(t) }

type treeWriter struct{ ast.ExprFactory }

var treeOperators = map[Op]string{
	And: operators.LogicalAnd, Or: operators.LogicalOr, Not: operators.LogicalNot, If: operators.Conditional,
	Equal: operators.Equals, NotEqual: operators.NotEquals, Less: operators.Less, LessEqual: operators.LessEquals,
	Greater: operators.Greater, GreaterEqual: operators.GreaterEquals, Add: operators.Add, Subtract: operators.Subtract,
}

func (f treeWriter) expr(t *Tree) ast.Expr {
	var args []ast.Expr
	for _, arg := range t.Args {
		args = append(args, f.expr(arg))
	}
	switch t.Op {
	case Literal:
		return f.NewLiteral(0, types.DefaultTypeAdapter.NativeToValue(t.Value))
	case Member:
		return f.path(t.Path)
	case Has:
		last := len(t.Path) - 1
		return f.NewPresenceTest(0, f.path(t.Path[:last]), t.Path[last])
	case Size:
		return f.NewCall(0, "size", f.path(t.Path))
	case In:
		return f.NewCall(0, operators.In, args[0], f.NewList(0, args[1:], nil))
	}
	return f.NewCall(0, treeOperators[t.Op], args...)
}

// path returns the expression that a path is.
func (f treeWriter) path(path []string) ast.Expr {
	last := len(path) - 1
	switch {
	case last == 0:
		return f.NewIdent(0, path[0])
	case slices.Contains([]string{First, Last}, path[last]):
		return f.NewCall(0, operators.Index, f.path(path[:last]), f.NewLiteral(0, types.IntZero))
	}
	return f.NewSelect(0, f.path(path[:last]), path[last])
}
