package schema

import (
	"math/big"
	"strconv"
	"strings"
)

// decimal is a number as JSON writes it, to all its digits: the sign, and
// 0.digits times ten to the exponent. Without leading and trailing zeros, so that
// equal numbers are equal decimals; zero has no digits.
type decimal struct {
	negative bool
	digits   string
	exponent int
}

// mostExponent bounds exponents, whose number of digits JSON does not: beyond it,
// only that a number is very large or very small is known.
const mostExponent = 1 << 40

// parseDecimal returns the number that a JSON literal is.
func parseDecimal(literal string) decimal {
	d := decimal{}
	literal, d.negative = strings.CutPrefix(literal, "-")
	mantissa, exponent := literal, 0
	if e := strings.IndexAny(literal, "eE"); e >= 0 {
		var err error
		mantissa = literal[:e]
		if exponent, err = strconv.Atoi(literal[e+1:]); err != nil || exponent > mostExponent || exponent < -mostExponent {
			exponent = mostExponent
			if literal[e+1] == '-' {
				exponent = -mostExponent
			}
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole
	if fraction != "" {
		digits += fraction
	}
	significant := strings.TrimLeft(digits, "0")
	d.exponent = exponent + len(whole) - (len(digits) - len(significant))
	d.digits = strings.TrimRight(significant, "0")
	if d.digits == "" {
		return decimal{}
	}
	return d
}

// cmp compares two numbers.
func (d decimal) cmp(o decimal) int {
	switch {
	case d.sign() != o.sign():
		if d.sign() < o.sign() {
			return -1
		}
		return 1
	case d.negative:
		d, o = o, d
	}
	switch {
	case d.digits == "" || d.exponent == o.exponent:
		return strings.Compare(d.digits, o.digits)
	case d.exponent < o.exponent:
		return -1
	}
	return 1
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

func (d decimal) isInteger() bool { return d.exponent >= len(d.digits) }

// append appends a text that is the same for equal numbers only.
func (d decimal) append(b []byte) []byte {
	if d.negative {
		b = append(b, '-')
	}
	b = append(b, d.digits...)
	b = append(b, 'e')
	return strconv.AppendInt(b, int64(d.exponent), 10)
}

// mostDivisorDigits bounds the numbers by which others are divided; the time to do
// so is linear in the length of the number that is divided only.
const mostDivisorDigits = 1000

// isMultipleOf reports whether d is a multiple of another number. It is not decided
// where that has too many digits.
func (d decimal) isMultipleOf(o decimal) (multiple, decided bool) {
	if d.digits == "" {
		return true, true
	}
	if len(o.digits) > mostDivisorDigits {
		return false, false
	}
	// Both are integers times a power of ten, of which d's has no factor of ten.
	shift := (d.exponent - len(d.digits)) - (o.exponent - len(o.digits))
	if shift < 0 {
		return false, true
	}
	divisor, _ := new(big.Int).SetString(o.digits, 10)
	rest, ten := new(big.Int), big.NewInt(10)
	const chunk = 18
	for digits := d.digits; digits != ""; {
		n := min(len(digits), chunk)
		value, _ := strconv.ParseInt(digits[:n], 10, 64)
		rest.Mul(rest, new(big.Int).Exp(ten, big.NewInt(int64(n)), nil))
		rest.Add(rest, big.NewInt(value))
		rest.Mod(rest, divisor)
		digits = digits[n:]
	}
	power := new(big.Int).Exp(ten, big.NewInt(int64(shift)), divisor)
	return rest.Mul(rest, power).Mod(rest, divisor).Sign() == 0, true
}
