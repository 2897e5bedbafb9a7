package jsonscan

import "math/bits"

// NumberEnd returns the offset after the number at pos, and whether it is only digits. It
// is -1 if there is no number.
func NumberEnd(data []byte, pos int) (end int, natural bool) {
	start := pos
	if pos < len(data) && data[pos] == '-' {
		pos++
	}
	first := pos
	if pos = digitsEnd(data, pos); pos == first || data[first] == '0' && pos > first+1 {
		return -1, false
	}
	whole := pos
	if pos < len(data) && data[pos] == '.' {
		from := pos + 1
		if pos = digitsEnd(data, from); pos == from {
			return -1, false
		}
	}
	if pos < len(data) && data[pos]|0x20 == 'e' {
		from := pos + 1
		if from < len(data) && (data[from] == '+' || data[from] == '-') {
			from++
		}
		if pos = digitsEnd(data, from); pos == from {
			return -1, false
		}
	}
	return pos, first == start && pos == whole
}

func digitsEnd(data []byte, pos int) int {
	for pos < len(data) && data[pos]-'0' <= 9 {
		pos++
	}
	return pos
}

// Natural reads a natural number of at most 15 digits, which is what most
// numbers are. The end is -1 for any other number; [NumberEnd] goes over all
// of them.
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
