package schema

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// mostDigits bounds the numbers that are computed with. The compiler computes
// exactly, in time that is not linear in the length of a number.
const mostDigits = 1000

// hasLongNumber reports whether v is or contains a number that is too long to
// compute with.
func hasLongNumber(v *jsonvalue.Value) bool {
	return v.Kind == jsonvalue.Number && len(v.Text) > mostDigits ||
		slices.ContainsFunc(v.Items, hasLongNumber) ||
		slices.ContainsFunc(v.Members, func(m jsonvalue.Member) bool { return hasLongNumber(m.Value) })
}

// boundedNumber returns the value of the literal, with an exponent that can be
// computed with: the compiler writes numbers out in full, for which 1e999999999
// would take all memory. Beyond 10^±1000 the result only says that the number
// is very large or very small.
func boundedNumber(literal string) json.Number {
	const most = 1000
	e := strings.IndexAny(literal, "eE")
	if e < 0 {
		return json.Number(literal)
	}
	exponent, err := strconv.Atoi(literal[e+1:])
	if err == nil && -most <= exponent && exponent <= most {
		return json.Number(literal)
	}
	if strings.Trim(literal[:e], "-0.") == "" {
		return "0"
	}
	if strings.HasPrefix(literal[e+1:], "-") {
		return json.Number(literal[:e] + "e-" + strconv.Itoa(most))
	}
	return json.Number(literal[:e] + "e" + strconv.Itoa(most))
}
