package schemas

import (
	"encoding/json"
	"strconv"
	"strings"
)

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
