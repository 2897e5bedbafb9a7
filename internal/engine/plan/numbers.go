package plan

import (
	"math"
	"math/big"

	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/schema"
)

// compileNumber compiles minimum, maximum and their exclusive forms. Limits
// that are not integers are left to the reference engine.
func (c *compiler) compileNumber(n *schemaNode, d *schema.Demands) {
	for _, limits := range []struct {
		from      []*big.Rat
		to        *[]numberLimit
		exclusive bool
	}{
		{d.Minimum, &n.minimum, false}, {d.ExclusiveMinimum, &n.minimum, true},
		{d.Maximum, &n.maximum, false}, {d.ExclusiveMaximum, &n.maximum, true},
	} {
		for _, bound := range limits.from {
			if !bound.IsInt() || !bound.Num().IsInt64() {
				n.markOpaque("a limit of numbers that is not an integer")
				return
			}
			*limits.to = append(*limits.to, numberLimit{bound.Num().Int64(), limits.exclusive})
		}
	}
	if len(n.minimum)+len(n.maximum) > 60 {
		n.markOpaque("too many limits of numbers")
	}
}

// numberLimit is a minimum or a maximum.
type numberLimit struct {
	value     int64
	exclusive bool
}

// checkNumber checks a number against its limits.
func (r *Reader) checkNumber(n *schemaNode, v jsonscan.Number) {
	number := uint64(deviationLimit)
	for _, m := range n.minimum {
		if m.exclusive && v.Ceiling() <= m.value || v.Floor() < m.value {
			r.sig.add(n.deviation(number))
		}
		number++
	}
	for _, m := range n.maximum {
		if m.exclusive && v.Floor() >= m.value || v.Ceiling() > m.value {
			r.sig.add(n.deviation(number))
		}
		number++
	}
	if n.int32 && (v.Ceiling() > math.MaxInt32 || v.Floor() < math.MinInt32) {
		r.sig.add(n.deviation(number))
	}
}

// readNumber reads a number.
func (r *Reader) readNumber(n *schemaNode, pos int) int {
	v, end := jsonscan.ReadNumber(r.data, pos)
	if end < 0 || len(n.checks) > 0 {
		return declined
	}
	kind := kindInteger
	if v.Fraction || v.Exponent {
		kind = kindFraction
	}
	needed := n.slot >= 0 || n.bounded || len(n.enumValues)+len(n.minimum)+len(n.maximum) > 0
	integerOnly := n.kinds&(kindInteger|kindFraction) == kindInteger
	if v.Exponent && (needed || integerOnly) || !v.Exact && needed {
		return declined // with an exponent it can still be an integer; or it is too large
	}
	fits, ok := true, true
	if n.kinds&kind == 0 {
		if fits, ok = r.checkType(n, kind); !ok {
			return declined
		}
	}
	if !needed {
		return end
	}
	if len(n.enumValues) > 0 {
		if v.Pointed || v.Negative && v.Whole == 0 {
			return declined // equal numbers can have different texts
		}
		r.checkEnum(n, kindInteger, r.data[pos:end], fits)
	}
	if fits {
		r.checkNumber(n, v)
	}
	if n.slot >= 0 {
		if !v.Integer() {
			return declined
		}
		r.frame.setInteger(n.slot, v.Value(), pos, end)
	}
	return end
}
