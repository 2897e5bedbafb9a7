package plan

import (
	"math"
	"math/big"

	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/schema"
)

// numbers compiles minimum, maximum and their exclusive forms. Limits that are
// no integers are left to the reference engine.
func (c *compiler) numbers(n *node, d *schema.Demands) {
	for _, limits := range []struct {
		from      []*big.Rat
		to        *[]limit
		exclusive bool
	}{
		{d.Minimum, &n.minimum, false}, {d.ExclusiveMinimum, &n.minimum, true},
		{d.Maximum, &n.maximum, false}, {d.ExclusiveMaximum, &n.maximum, true},
	} {
		for _, bound := range limits.from {
			if !bound.IsInt() || !bound.Num().IsInt64() {
				n.opaquely("a limit of numbers that is not an integer")
				return
			}
			*limits.to = append(*limits.to, limit{bound.Num().Int64(), limits.exclusive})
		}
	}
	if len(n.minimum)+len(n.maximum) > 60 {
		n.opaquely("very many limits of numbers")
	}
}

// limit is a bound of numbers.
type limit struct {
	value     int64
	exclusive bool
}

// limits executes the keywords of numbers.
func (r *Reader) limits(n *node, v jsonscan.Number) {
	way := uint64(wayLimit)
	for _, m := range n.minimum {
		if m.exclusive && v.Ceiling() <= m.value || v.Floor() < m.value {
			r.sig.add(n.deviation(way))
		}
		way++
	}
	for _, m := range n.maximum {
		if m.exclusive && v.Floor() >= m.value || v.Ceiling() > m.value {
			r.sig.add(n.deviation(way))
		}
		way++
	}
	if n.int32 && (v.Ceiling() > math.MaxInt32 || v.Floor() < math.MinInt32) {
		r.sig.add(n.deviation(way))
	}
}

// numberValue reads a number.
func (r *Reader) numberValue(n *node, pos int) int {
	v, end := jsonscan.ReadNumber(r.data, pos)
	if end < 0 || len(n.scopes) > 0 {
		return declined
	}
	kind := kindInteger
	if v.Fraction || v.Exponent {
		kind = kindFraction
	}
	needed := n.slot >= 0 || n.bounded || len(n.values)+len(n.minimum)+len(n.maximum) > 0
	integerOnly := n.types&(kindInteger|kindFraction) == kindInteger
	if v.Exponent && (needed || integerOnly) || !v.Exact && needed {
		return declined // it can be an integer all the same, or is too large
	}
	fits, ok := true, true
	if n.types&kind == 0 {
		if fits, ok = r.allows(n, kind); !ok {
			return declined
		}
	}
	if !needed {
		return end
	}
	if len(n.values) > 0 {
		if v.Pointed || v.Negative && v.Whole == 0 {
			return declined // equal numbers can be written differently
		}
		r.enumerated(n, kindInteger, r.data[pos:end], fits)
	}
	if fits {
		r.limits(n, v)
	}
	if n.slot >= 0 {
		if !v.Integer() {
			return declined
		}
		r.frame.integer(n.slot, v.Value(), pos, end)
	}
	return end
}
