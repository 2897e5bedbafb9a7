package schema

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// mostDigits bounds the numbers that are computed with. The compiler does so
// exactly, for which the time is not linear in the length of a number.
const mostDigits = 1000

// hasLongNumber reports whether v is, or holds, a number that is longer than
// what is computed with.
func hasLongNumber(v *jsonvalue.Value) bool {
	return v.Kind == jsonvalue.Number && len(v.Text) > mostDigits ||
		slices.ContainsFunc(v.Items, hasLongNumber) ||
		slices.ContainsFunc(v.Members, func(m jsonvalue.Member) bool { return hasLongNumber(m.Value) })
}

// boundedNumber returns the number that the literal stands for, with an
// exponent that can be computed with: the compiler writes numbers out in full,
// for which 1e999999999 would take all memory. Beyond 10^±1000 only that a
// number is very large or very small is kept.
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
