package outcome

import (
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/jsonscan"
)

// scan does what parts does, for a body that is well-formed: no tree is needed.
func (o *observer) scan(r *engine.Result, schema *engine.BodySchema, list bool) {
	s := scanner{observer: o, data: o.x.Response.Body.Bytes}
	key := rootKey{operation: r.Operation, status: r.Status, schema: schema}
	start := s.space(0)
	if list {
		element := key
		element.schema, key.units = schema.Elements()
		s.unit = o.root(element)
		if key.units == "" {
			s.units(start)
		}
	}
	s.value(start, o.root(key))
}

// scanner goes through the bytes of a body. Its methods take the offset at
// which something begins, and return the offset after it.
type scanner struct {
	*observer
	data []byte
	unit *placeNode // the node of elements that are bodies of their own
}

// value records a value and what it contains.
func (s *scanner) value(start int, at *placeNode) int {
	t, end := typeNull, start
	switch c := s.data[start]; c {
	case '{':
		t, end = typeObject, s.object(start, at)
	case '[':
		t, end = typeArray, s.array(start, at)
	case '"':
		var escaped bool
		t = typeString
		end, escaped = jsonscan.Quoted(s.data, start)
		s.string(at, s.data[start:end], escaped)
	case 'n':
		end += len("null")
	case 't':
		t, end = typeBoolean, start+len("true")
		s.boolean(at, true)
	case 'f':
		t, end = typeBoolean, start+len("false")
		s.boolean(at, false)
	default:
		end = jsonscan.Scalar(s.data, start)
		t = s.number(at, s.data[start:end])
	}
	s.take(at, t, start, end)
	return end
}

// string records a string, given with its quotes. Most strings are recorded as
// they are written.
func (s *scanner) string(at *placeNode, quoted []byte, escaped bool) {
	n := utf8.RuneCount(quoted)
	if escaped || n != len(quoted) {
		s.observer.string(at, decoded(quoted))
		return
	}
	at.place.Length = at.place.Length.add(float64(n - len(`""`)))
	s.scalar(at, quoted)
}

// decoded returns the value of a string, given as valid JSON.
func decoded(quoted []byte) string {
	return string(jsonscan.Unescape(nil, quoted[1:len(quoted)-1]))
}

func (s *scanner) object(pos int, at *placeNode) int {
	members := 0
	pos = s.space(pos + 1)
	for s.data[pos] != '}' {
		end, escaped := jsonscan.Quoted(s.data, pos)
		name := s.data[pos+1 : end-1]
		if escaped {
			name = []byte(decoded(s.data[pos:end]))
		}
		pos = s.space(s.space(end) + len(":"))
		if at.units != "" && string(name) == at.units {
			pos = s.units(pos)
		} else if child := s.member(at, name); child != nil {
			pos = s.value(pos, child)
		} else {
			pos = jsonscan.Skip(s.data, pos)
		}
		members++
		pos = s.next(pos)
	}
	at.place.Size = at.place.Size.add(float64(members))
	return pos + 1
}

func (s *scanner) array(pos int, at *placeNode) int {
	items := 0
	pos = s.space(pos + 1)
	for s.data[pos] != ']' {
		if child := s.item(at, items); child != nil {
			pos = s.value(pos, child)
		} else {
			pos = jsonscan.Skip(s.data, pos)
		}
		items++
		pos = s.next(pos)
	}
	at.place.Size = at.place.Size.add(float64(items))
	return pos + 1
}

// units records the elements of an array as bodies of their own.
func (s *scanner) units(pos int) int {
	pos = s.space(pos + 1)
	for s.data[pos] != ']' {
		pos = s.next(s.value(pos, s.unit))
	}
	return pos + 1
}

// next goes to the next member or element, or to the closing bracket.
func (s *scanner) next(pos int) int {
	pos = s.space(pos)
	if s.data[pos] == ',' {
		pos = s.space(pos + 1)
	}
	return pos
}

func (s *scanner) space(pos int) int { return jsonscan.Space(s.data, pos) }
