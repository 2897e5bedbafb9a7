package recording

import (
	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// outliner reads an entry into a tree as jsonvalue does, but takes a body as a
// whole, does not say where names are, and gives up on everything unusual: on
// each fault, on names with escapes and on objects of many members. Its zero
// value is ready for use.
//
// A tree is valid until the next one is read. Its strings may be kept, but for
// the text of the body, which belongs to the block.
type outliner struct {
	data    []byte
	values  []jsonvalue.Value
	names   []string // of the members that the values belong to
	members []jsonvalue.Member
	items   []*jsonvalue.Value
	form    form

	body        *jsonvalue.Value   // nil if there is none
	bodyDepth   int                // how deeply values can nest there
	openMembers []jsonvalue.Member // of the objects that are being read
	openItems   []*jsonvalue.Value // of the arrays
	unescaped   []byte             // buffer for a string with escapes
	texts       texts
	bodies      bodies
}

// mostMembers is how many members of an object are searched one by one.
const mostMembers = 64

// read reads an entry. The names lead to the body: of an object or an array
// only the kind and the place are read, and of a string also the text. read
// returns nil if it gives up.
func (o *outliner) read(data []byte, body []string) *jsonvalue.Value {
	if cap(o.values) > mostMemory || cap(o.members) > mostMemory || cap(o.items) > mostMemory {
		*o = outliner{bodies: o.bodies}
	}
	o.data = data
	if v := o.again(body); v != nil {
		return v
	}
	if o.body != nil {
		o.body.Text, o.body = "", nil // add must not return it
	}
	o.values, o.members, o.items = o.values[:0], o.members[:0], o.items[:0]
	o.openMembers, o.openItems = o.openMembers[:0], o.openItems[:0]
	v, end := o.value(jsonscan.Space(data, 0), maxDepth, body)
	if end < 0 || jsonscan.Space(data, end) < len(data) {
		return nil
	}
	o.learn(v, body)
	return v
}

// value reads the value at pos and returns the offset after it, or -1. The path
// leads from it to the body; it is empty for the body itself, and nil where the
// body is elsewhere.
func (o *outliner) value(pos, depth int, path []string) (*jsonvalue.Value, int) {
	if pos >= len(o.data) {
		return nil, -1
	}
	v, c := o.add(), o.data[pos]
	if isHere(path) {
		o.body, o.bodyDepth = v, depth
	}
	if isHere(path) || c != '{' && c != '[' {
		return v, o.leaf(v, pos)
	}
	*v = jsonvalue.Value{Kind: jsonvalue.Object, Start: pos}
	end := -1
	switch {
	case depth == 0:
	case c == '{':
		v.Members, end = o.object(pos, depth-1, path)
	default:
		v.Kind = jsonvalue.Array
		v.Items, end = o.array(pos, depth-1)
	}
	v.End = end
	return v, end
}

func isHere(path []string) bool { return path != nil && len(path) == 0 }

// leaf reads a scalar, or the body, into memory that has the text of an earlier
// one. It returns the offset after it, or -1.
func (o *outliner) leaf(v *jsonvalue.Value, pos int) int {
	last, end, isBody := v.Text, -1, v == o.body
	*v = jsonvalue.Value{Start: pos}
	switch c := o.data[pos]; c {
	case '"':
		v.Kind = jsonvalue.String
		v.Text, end = o.string(pos+1, last, isBody)
	case '{', '[':
		if v.Kind = jsonvalue.Object; c == '[' {
			v.Kind = jsonvalue.Array
		}
		if isBody {
			end = jsonscan.Value(o.data, pos, o.bodyDepth)
		}
	case 't', 'f', 'n':
		if v.Kind, v.True = jsonvalue.Bool, c == 't'; c == 'n' {
			v.Kind = jsonvalue.Null
		}
		end = jsonscan.Value(o.data, pos, 0)
	default:
		v.Kind = jsonvalue.Number
		if end, _ = jsonscan.NumberEnd(o.data, pos); end >= 0 && !isBody {
			v.Text = o.texts.keep(o.data[pos:end], last)
		} else if end >= 0 {
			v.Text = string(o.data[pos:end])
		}
	}
	v.End = end
	return end
}

// name keeps the name of the member whose value is the next one.
func (o *outliner) name(text []byte) string {
	name := &o.names[len(o.values)]
	*name = o.texts.keep(text, *name)
	return *name
}

// add returns memory for a value. It has the text of an earlier one.
func (o *outliner) add() *jsonvalue.Value {
	if len(o.values) == cap(o.values) {
		o.values = make([]jsonvalue.Value, 0, max(64, 2*cap(o.values)))
		o.names = make([]string, cap(o.values)+1)
	}
	o.values = o.values[:len(o.values)+1]
	return &o.values[len(o.values)-1]
}

// string reads the string whose text begins at start.
func (o *outliner) string(start int, last string, isBody bool) (string, int) {
	end, escaped := jsonscan.StringEnd(o.data, start)
	switch {
	case end < 0:
		return "", -1
	case isBody && escaped:
		return o.bodies.unescape(o.data[start:end]), end + 1
	case isBody:
		return asString(o.data[start:end]), end + 1
	case escaped:
		o.unescaped = jsonscan.Unescape(o.unescaped[:0], o.data[start:end])
		return o.texts.keep(o.unescaped, last), end + 1
	}
	return o.texts.keep(o.data[start:end], last), end + 1
}

// object reads the members of the object whose bracket is at pos.
func (o *outliner) object(pos, depth int, path []string) ([]jsonvalue.Member, int) {
	pos = jsonscan.Space(o.data, pos+1)
	if pos < len(o.data) && o.data[pos] == '}' {
		return nil, pos + 1
	}
	mark := len(o.openMembers)
	var seen uint64 // has a bit for each name, which other names can share
	for more := true; more; {
		if pos >= len(o.data) || o.data[pos] != '"' {
			return nil, -1
		}
		end, escaped := jsonscan.StringEnd(o.data, pos+1)
		if end < 0 || escaped {
			return nil, -1
		}
		m := jsonvalue.Member{Name: o.name(o.data[pos+1 : end])}
		there, bit := o.openMembers[mark:], nameBit(m.Name)
		if len(there) == mostMembers || seen&bit != 0 && hasName(there, m.Name) {
			return nil, -1
		}
		seen |= bit
		if pos = jsonscan.Colon(o.data, end+1); pos < 0 {
			return nil, -1
		}
		var inner []string
		if len(path) > 0 && m.Name == path[0] {
			inner = path[1:]
		}
		if m.Value, pos = o.value(pos, depth, inner); pos < 0 {
			return nil, -1
		}
		o.openMembers = append(o.openMembers, m)
		pos, more = jsonscan.Separator(o.data, pos, '}')
	}
	members := kept(&o.members, o.openMembers[mark:])
	o.openMembers = o.openMembers[:mark]
	return members, pos
}

// nameBit returns one of 64 bits for a name.
func nameBit(name string) uint64 {
	if name == "" {
		return 1
	}
	return 1 << ((len(name)*7 + int(name[0])*5 + int(name[len(name)/2])*3 + int(name[len(name)-1])) & 63)
}

func hasName(members []jsonvalue.Member, name string) bool {
	for i := range members {
		if members[i].Name == name {
			return true
		}
	}
	return false
}

// array reads the elements of the array whose bracket is at pos.
func (o *outliner) array(pos, depth int) ([]*jsonvalue.Value, int) {
	pos = jsonscan.Space(o.data, pos+1)
	if pos < len(o.data) && o.data[pos] == ']' {
		return nil, pos + 1
	}
	mark := len(o.openItems)
	for more := true; more; {
		var item *jsonvalue.Value
		if item, pos = o.value(pos, depth, nil); pos < 0 {
			return nil, -1
		}
		o.openItems = append(o.openItems, item)
		pos, more = jsonscan.Separator(o.data, pos, ']')
	}
	items := kept(&o.items, o.openItems[mark:])
	o.openItems = o.openItems[:mark]
	return items, pos
}
