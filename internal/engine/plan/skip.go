package plan

import "github.com/plumbapi/plumb/internal/jsonscan"

// skip reads a value that no schema describes. It must be valid JSON without
// repeated names all the same.
func (r *Reader) skip(pos int) int {
	if pos >= len(r.data) {
		return declined
	}
	switch r.data[pos] {
	case '"':
		end, _ := jsonscan.StringEnd(r.data, pos+1)
		if end < 0 {
			return declined
		}
		return end + 1
	case '{':
		return r.readMembers(anything, pos)
	case '[':
		return r.readElements(anything, pos)
	case 't':
		return jsonscan.Literal(r.data, pos, "true")
	case 'f':
		return jsonscan.Literal(r.data, pos, "false")
	case 'n':
		return jsonscan.Literal(r.data, pos, "null")
	}
	_, end := jsonscan.ReadNumber(r.data, pos)
	return end
}
