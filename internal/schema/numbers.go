package schema

import (
	"math/big"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// numbers are the keywords of numbers: minimum, maximum, exclusiveMinimum,
// exclusiveMaximum and multipleOf.
type numbers struct {
	limits     []limit
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
	d := parseDecimal(v.Text)
	for _, l := range p.limits {
		if c := d.cmp(l.value); c < l.least || c > l.most {
			e.fail(r, p.node, l.keyword, hard)
		}
	}
	if p.multipleOf != nil {
		switch multiple, decided := d.isMultipleOf(*p.multipleOf); {
		case !decided:
			e.undecided(r, p.node, "multipleOf is too long a number to divide by")
		case !multiple:
			e.fail(r, p.node, "multipleOf", hard)
		}
	}
}
