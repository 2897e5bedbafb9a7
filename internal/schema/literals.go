package schema

import (
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// literals are the keywords of values of any type: type, const, enum and format.
type literals struct {
	types    types
	constant *constants // of const; or nil
	enum     *constants // of enum; or nil
	format   format     // or nil
}

// types is a set of types: a bit for each [jsonvalue.Kind].
type types byte

const (
	integers types = 1 << 6 // numbers without a fraction
	anyType  types = 1<<6 - 1
)

func (l *literals) compile(n *node) {
	l.types = anyType
	if len(n.Types) > 0 {
		l.types = typesOf(n.Types)
	}
	if len(n.Constant) > 0 {
		l.constant = newConstants(n.Constant)
	}
	if n.Enum != nil {
		l.enum = newConstants(n.Enum)
	}
	l.format = formats[n.Format]
}

func typesOf(names []string) types {
	var t types
	for _, name := range names {
		if name == "integer" {
			t |= integers
		}
		for kind := jsonvalue.Null; kind <= jsonvalue.Object; kind++ {
			if name == kind.String() {
				t |= 1 << kind
			}
		}
	}
	return t
}

// allow reports whether a value is of one of the types.
func (t types) allow(e *evaluator, v *jsonvalue.Value) bool {
	return t&(1<<v.Kind) != 0 || v.Kind == jsonvalue.Number && t&integers != 0 && e.ask(integrality{}, v) == satisfied
}

// integrality is the question whether a number is an integer.
type integrality struct{}

func (integrality) ask(v *jsonvalue.Value) answer {
	return answerOf(isDigits(v.Text) || parseDecimal(v.Text).isInteger())
}

func (integrality) isOpen() bool { return false }

// isDigits reports whether a number is written with digits only.
func isDigits(number string) bool {
	for i := range len(number) {
		if c := number[i]; (c < '0' || c > '9') && (c != '-' || i > 0) {
			return false
		}
	}
	return true
}

// value evaluates the keywords of values of any type but for type.
func (p *program) value(e *evaluator, v *jsonvalue.Value, r *result) {
	if p.constant != nil || p.enum != nil {
		e.pin(v)
	}
	if p.constant != nil && !p.constant.has(v) {
		e.fail(r, p.node, "const", ofValue)
	}
	if p.enum != nil && !p.enum.has(v) {
		e.fail(r, p.node, "enum", ofValue)
	}
	if p.format != nil && e.ask(p.format, v) != satisfied {
		e.fail(r, p.node, "format", tolerated)
	}
}
