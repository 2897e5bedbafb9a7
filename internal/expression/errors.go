package expression

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/operators"

	"github.com/plumbapi/plumb/internal/lazyregexp"
	"github.com/plumbapi/plumb/internal/nearest"
)

// mistakes returns an error that says in words what is wrong with an expression. An
// expression that cannot be parsed has one mistake, the first: the parser has lost its
// way when it finds others.
func mistakes(env *cel.Env, text string, issues *cel.Issues) error {
	var all []string
	for _, e := range issues.Errors() {
		message, isSyntax := strings.CutPrefix(e.Message, "Syntax error: ")
		if isSyntax {
			message = syntaxMistake(message)
		} else {
			message = typeMistake(env, message, from(text, e.Location))
		}
		all = append(all, message+" ("+columnOf(text, e.Location)+")")
		if isSyntax {
			break
		}
	}
	return errors.New(strings.Join(all, "; "))
}

// columnOf names a place in an expression.
func columnOf(text string, at common.Location) string {
	column := max(at.Column()+1, 1)
	if strings.Contains(strings.TrimSpace(text), "\n") {
		return fmt.Sprintf("line %d, column %d of the expression", at.Line(), column)
	}
	return fmt.Sprintf("column %d of the expression", column)
}

// from returns the text of an expression from a place on.
func from(text string, at common.Location) string {
	for range at.Line() - 1 {
		_, text, _ = strings.Cut(text, "\n")
	}
	runes := []rune(text)
	return string(runes[min(max(at.Column(), 0), len(runes)):])
}

var (
	unexpected   = lazyregexp.New(`^(?:mismatched input|extraneous input|no viable alternative at input) '(.*?)'(?: expecting|$)`)
	unrecognized = lazyregexp.New(`^token recognition error at: '(.*)'$`)
	missingToken = lazyregexp.New(`^missing '(.*)' at '(.*)'$`)
	otherThan    = lazyregexp.New(`expecting '([^']+)'$`)
)

// insteadOf is what to write in place of what is not CEL.
var insteadOf = map[string]string{"and": "&&", "or": "||", "not": "!", "=": "==", "===": "=="}

// syntaxMistake says in words what the parser says of an expression.
func syntaxMistake(message string) string {
	if m := unexpected().FindStringSubmatch(message); m != nil {
		text := fmt.Sprintf("%s is not expected here", m[1])
		if m[1] == "<EOF>" {
			text = "the expression ends too early"
		}
		if other := otherThan().FindStringSubmatch(message); other != nil {
			return text + "; " + other[1] + " is missing"
		}
		if better := insteadOf[m[1]]; better != "" {
			text += "; write " + better
		}
		return text
	}
	if m := unrecognized().FindStringSubmatch(message); m != nil {
		token := strings.TrimSpace(m[1])
		switch {
		case token == "=":
			return "= is not an operator of CEL; write =="
		case strings.HasPrefix(token, "'") || strings.HasPrefix(token, `"`):
			return "the string " + token + " does not end, or has an escape that CEL does not know"
		}
		return token + " is not part of CEL"
	}
	if m := missingToken().FindStringSubmatch(message); m != nil {
		if m[2] == "<EOF>" {
			return m[1] + " is missing at the end"
		}
		return fmt.Sprintf("%s is missing before %s", m[1], m[2])
	}
	return message
}

var (
	undeclared = lazyregexp.New(`^undeclared reference to '(.*?)'`)
	noOverload = lazyregexp.New(`^found no matching overload for '(.*?)' applied to '(.*)'$`)
)

// macros are the functions that are not declared.
var macros = []string{"has", "all", "exists", "exists_one", "map", "filter"}

// typeMistake says in words what the type checker says of an expression, which is given
// from the place of the mistake on.
func typeMistake(env *cel.Env, message, rest string) string {
	if m := undeclared().FindStringSubmatch(message); m != nil {
		name := m[1]
		if !strings.HasPrefix(rest, "(") && !strings.HasPrefix(rest[strings.Index(rest, name)+len(name):], "(") {
			return known("the variable", name, []string{Self, OldSelf, Request, Response}, "the variables are self, oldSelf, request and response")
		}
		if slices.Contains(macros, name) {
			return name + " does not have these arguments; see the macros of CEL"
		}
		return known("the function", name, functionNames(env), "plumb's page on x-rules lists the functions")
	}
	if m := noOverload().FindStringSubmatch(message); m != nil {
		name := m[1]
		if operator, ok := operators.FindReverse(name); ok && operator != "" {
			name = operator
		} else if name == operators.Index {
			name = "[]"
		}
		return fmt.Sprintf("%s cannot be applied to %s", name, m[2])
	}
	return message
}

// writable is the form of the names by which functions can be called. Those of operators,
// and of what macros are expanded to, have others; in is a word of the language.
var writable = lazyregexp.New(`^[A-Za-z][A-Za-z0-9_.]*$`)

// functionNames returns the names of the functions that an expression can call.
func functionNames(env *cel.Env) []string {
	names := slices.Sorted(maps.Keys(env.Functions()))
	return append(slices.DeleteFunc(names, func(name string) bool { return name == "in" || !writable().MatchString(name) }), macros...)
}

// known says that a name is not known, and which one may be meant.
func known(what, name string, names []string, otherwise string) string {
	if near := nearest.To(name, names); near != "" {
		otherwise = "did you mean " + near + "?"
	}
	return fmt.Sprintf("%s %s is not known; %s", what, name, otherwise)
}
