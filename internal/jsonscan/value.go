package jsonscan

// Value returns the offset after the JSON value at pos. It is -1 if there is
// none, or if arrays and objects in it nest deeper than depth. Names may repeat.
func Value(data []byte, pos, depth int) int {
	if pos >= len(data) {
		return -1
	}
	switch c := data[pos]; c {
	case '"':
		end, _ := StringEnd(data, pos+1)
		if end < 0 {
			return -1
		}
		return end + 1
	case '{', '[':
		if depth == 0 {
			return -1
		}
		return members(data, pos, depth-1)
	case 't':
		return Literal(data, pos, "true")
	case 'f':
		return Literal(data, pos, "false")
	case 'n':
		return Literal(data, pos, "null")
	}
	if _, end := Natural(data, pos); end >= 0 {
		return end
	}
	end, _ := NumberEnd(data, pos)
	return end
}

// members returns the offset after the object or array whose bracket is at pos.
func members(data []byte, pos, depth int) int {
	closing := data[pos] + 2 // as in ASCII
	pos = Space(data, pos+1)
	if pos < len(data) && data[pos] == closing {
		return pos + 1
	}
	for {
		if closing == '}' {
			if pos = Name(data, pos); pos < 0 {
				return -1
			}
		}
		if pos = Value(data, pos, depth); pos < 0 {
			return -1
		}
		var more bool
		if pos, more = Separator(data, pos, closing); !more {
			return pos
		}
	}
}

// Name returns the offset of the value of the member whose name is at pos. It is
// -1 if there is no name with a colon after it.
func Name(data []byte, pos int) int {
	if pos >= len(data) || data[pos] != '"' {
		return -1
	}
	end, _ := StringEnd(data, pos+1)
	if end < 0 {
		return -1
	}
	return Colon(data, end+1)
}

// Colon skips the colon after a name and the white space around it. It returns
// -1 if there is no colon.
func Colon(data []byte, pos int) int {
	if pos = Space(data, pos); pos >= len(data) || data[pos] != ':' {
		return -1
	}
	return Space(data, pos+1)
}

// Separator skips what follows a member or an element: a comma, after which
// another one must come, or the closing bracket. It returns -1 if there is
// neither.
func Separator(data []byte, pos int, closing byte) (end int, more bool) {
	pos = Space(data, pos)
	switch {
	case pos >= len(data):
		return -1, false
	case data[pos] == ',':
		return Space(data, pos+1), true
	case data[pos] == closing:
		return pos + 1, false
	}
	return -1, false
}
