package jsonscan

import "math/bits"

// Number describes a JSON number.
type Number struct {
	Whole    int64 // the digits before the fraction, without the sign
	Exact    bool  // whether Whole could hold them
	Negative bool
	Fraction bool // whether there is a fraction other than 0
	Pointed  bool // whether there is a fraction
	Exponent bool
}

// Integer reports whether the number is a plain integer that Value returns.
func (n Number) Integer() bool { return n.Exact && !n.Pointed && !n.Exponent }

func (n Number) Value() int64 {
	if n.Negative {
		return -n.Whole
	}
	return n.Whole
}

// Floor and Ceiling return the integers around a number without an exponent.
func (n Number) Floor() int64 {
	if n.Fraction && n.Negative {
		return n.Value() - 1
	}
	return n.Value()
}

func (n Number) Ceiling() int64 {
	if n.Fraction && !n.Negative {
		return n.Value() + 1
	}
	return n.Value()
}

// ReadNumber reads a number. The end is -1 if the text does not begin with one.
func ReadNumber(data []byte, i int) (n Number, end int) {
	if i < len(data) && data[i] == '-' {
		n.Negative = true
		i++
	}
	start := i
	for i < len(data) && data[i]-'0' <= 9 {
		n.Whole = n.Whole*10 + int64(data[i]-'0')
		i++
	}
	if i == start || data[start] == '0' && i > start+1 {
		return n, -1
	}
	n.Exact = i-start <= 18
	if i < len(data) && data[i] == '.' {
		n.Pointed = true
		i++
		from := i
		for i < len(data) && data[i]-'0' <= 9 {
			n.Fraction = n.Fraction || data[i] != '0'
			i++
		}
		if i == from {
			return n, -1
		}
	}
	if i < len(data) && data[i]|0x20 == 'e' {
		n.Exponent = true
		i++
		if i < len(data) && (data[i] == '+' || data[i] == '-') {
			i++
		}
		from := i
		for i < len(data) && data[i]-'0' <= 9 {
			i++
		}
		if i == from {
			return n, -1
		}
	}
	return n, i
}

// Natural reads a natural number of at most 15 digits, which is what most
// numbers are. The end is -1 for any other number; [ReadNumber] reads all of
// them.
func Natural(data []byte, pos int) (n int64, end int) {
	if pos+17 > len(data) {
		return 0, -1
	}
	w := Word(data, pos) ^ '0'*ones
	digits := countDigits(w)
	if digits < 8 {
		if digits == 0 {
			return 0, -1
		}
		n = digitsValue(w << (64 - 8*digits))
	} else {
		w2 := Word(data, pos+8) ^ '0'*ones
		more := countDigits(w2)
		if more == 8 {
			return 0, -1
		}
		n = digitsValue(w)*powers[more] + digitsValue(w2<<(64-8*more))
		digits += more
	}
	end = pos + digits
	if c := data[end]; c == '.' || c|0x20 == 'e' || w&0xff == 0 && digits > 1 {
		return 0, -1
	}
	return n, end
}

var powers = [8]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7}

// countDigits returns how many of the first bytes of w, from the least, are less
// than 10.
func countDigits(w uint64) int {
	return bits.TrailingZeros64((w+0x7676767676767676|w)&highs) / 8
}

// digitsValue returns the number that eight digits form, given as values from 0
// to 9.
func digitsValue(w uint64) int64 {
	w = w * (10<<8 + 1) >> 8 & 0x00ff00ff00ff00ff
	w = w * (100<<16 + 1) >> 16 & 0x0000ffff0000ffff
	return int64(w * (10000<<32 + 1) >> 32)
}
