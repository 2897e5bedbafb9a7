package jsonscan

import "bytes"

// The functions below are for texts that are known to be valid JSON.

// Quoted returns the offset after the string whose opening quote is at pos, and
// whether it has escapes.
func Quoted(data []byte, pos int) (end int, escaped bool) {
	for end = pos + 1; ; end++ {
		end += bytes.IndexByte(data[end:], '"')
		escaped = escaped || bytes.IndexByte(data[pos+1:end], '\\') >= 0
		if !escaped {
			return end + 1, false
		}
		slashes := 0
		for data[end-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return end + 1, true
		}
	}
}

// Scalar returns the offset after the number, true, false or null at pos.
func Scalar(data []byte, pos int) int {
	for pos < len(data) {
		switch data[pos] {
		case ',', '}', ']', ' ', '\t', '\n', '\r':
			return pos
		}
		pos++
	}
	return pos
}

// Skip returns the offset after the value at pos.
func Skip(data []byte, pos int) int {
	for depth := 0; ; {
		switch data[pos] {
		case '"':
			pos, _ = Quoted(data, pos)
		case '{', '[':
			depth++
			pos++
		case '}', ']':
			depth--
			pos++
		case ',', ':', ' ', '\t', '\n', '\r':
			pos++
			continue
		default:
			pos = Scalar(data, pos)
		}
		if depth == 0 {
			return pos
		}
	}
}
