package schema

import (
	"math/big"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// numbers are the keywords of numbers: minimum, maximum, exclusiveMinimum,
// exclusiveMaximum and multipleOf.
type numbers struct {
	limits     []limit
	naturals   bool // all natural numbers are within the limits
	multipleOf *decimal
}

// limit is a number that others are compared with.
type limit struct {
	keyword string
	value   decimal
	least   int // the outcomes of comparing a number with it that are right
	most    int
}

func (all *numbers) compile(n *node) {
	add := func(value *big.Rat, keyword string, least, most int) {
		if value != nil {
			all.limits = append(all.limits, limit{keyword, decimalOf(value), least, most})
		}
	}
	all.naturals = n.Maximum == nil && n.ExclusiveMaximum == nil && (n.Minimum == nil || n.Minimum.Sign() <= 0) && (n.ExclusiveMinimum == nil || n.ExclusiveMinimum.Sign() < 0)
	add(n.Minimum, "minimum", 0, 1)
	add(n.Maximum, "maximum", -1, 0)
	add(n.ExclusiveMinimum, "exclusiveMinimum", 1, 1)
	add(n.ExclusiveMaximum, "exclusiveMaximum", -1, -1)
	if n.MultipleOf != nil {
		d := decimalOf(n.MultipleOf)
		all.multipleOf = &d
	}
}

// decimalOf returns a number that was written as a decimal.
func decimalOf(r *big.Rat) decimal {
	digits, _ := r.FloatPrec()
	return parseDecimal(r.FloatString(digits))
}

// number evaluates the keywords of numbers.
func (p *program) number(e *evaluator, v *jsonvalue.Value, r *result) {
	if len(p.limits) == 0 && p.multipleOf == nil {
		return
	}
	a := e.ask(&p.numbers, v)
	if a == satisfied {
		return
	}
	for i, l := range p.limits {
		if a&(1<<i) != 0 {
			e.fail(r, p.node, l.keyword, hard)
		}
	}
	if a&undecidedMultiple != 0 {
		e.undecided(r, p.node, "multipleOf is too long a number to divide by")
	}
	if a&noMultiple != 0 {
		e.fail(r, p.node, "multipleOf", hard)
	}
}

// What can be wrong with a number, besides its limits, each of which has a bit.
const (
	noMultiple answer = 1 << (mostLimits + iota)
	undecidedMultiple
)

// mostLimits is how many limits a schema can have.
const mostLimits = 4

func (all *numbers) ask(v *jsonvalue.Value) answer {
	if all.multipleOf == nil && all.naturals && isNatural(v.Text) {
		return satisfied
	}
	a, d := satisfied, parseDecimal(v.Text)
	for i, l := range all.limits {
		if c := d.cmp(l.value); c < l.least || c > l.most {
			a |= 1 << i
		}
	}
	if all.multipleOf != nil {
		switch multiple, decided := d.isMultipleOf(*all.multipleOf); {
		case !decided:
			a |= undecidedMultiple
		case !multiple:
			a |= noMultiple
		}
	}
	return a
}

// isOpen reports whether natural numbers can have different answers.
func (all *numbers) isOpen() bool { return !all.naturals || all.multipleOf != nil }

// isNatural reports whether a number is written with digits only.
func isNatural(number string) bool { return number[0] != '-' && isDigits(number) }
