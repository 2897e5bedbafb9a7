package recording

import (
	"unsafe"

	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// memory is what the entries of a block are parsed in, one after the other:
// what is made of an entry keeps only strings of its tree, and its body.
type memory struct {
	tree    jsonvalue.Parser // for what outlines give up on
	outline outliner
	item    itemReader
}

// outliner reads an entry into a tree as jsonvalue does, but takes a body as a
// whole, and gives up on everything unusual: on each fault, on names with
// escapes and on objects of many members. Its zero value is ready for use.
//
// A tree is valid until the next one is read. Its strings may be kept, but for
// the text of the body, which belongs to the block.
type outliner struct {
	data    []byte
	text    string // data as a string, if it is short
	values  []jsonvalue.Value
	members []jsonvalue.Member
	items   []*jsonvalue.Value

	openMembers []jsonvalue.Member // of the objects that are being read
	openItems   []*jsonvalue.Value // of the arrays
	unescaped   []byte             // buffer for a string with escapes
	bodies      []byte             // decoded texts of bodies, until the block is released
}

const (
	// sharedText is the length up to which the strings of a tree are parts of
	// one string.
	sharedText = 4 << 10

	// mostMembers is how many members of an object are searched one by one.
	mostMembers = 64

	// mostMemory is how many values, and how many bytes of bodies, are kept for
	// the next entry or block.
	mostMemory, mostBodies = 4 << 10, 2 * blockBytes
)

// read reads an entry. The names lead to the body: of an object or an array
// only the kind and the place are read, and of a string also the text. read
// returns nil if it gives up.
func (o *outliner) read(data []byte, body []string) *jsonvalue.Value {
	if cap(o.values) > mostMemory || cap(o.members) > mostMemory || cap(o.items) > mostMemory {
		*o = outliner{bodies: o.bodies}
	}
	o.data, o.text = data, ""
	if len(data) <= sharedText {
		o.text = string(data)
	}
	o.values, o.members, o.items = o.values[:0], o.members[:0], o.items[:0]
	o.openMembers, o.openItems = o.openMembers[:0], o.openItems[:0]
	v, end := o.value(jsonscan.Space(data, 0), maxDepth, body)
	if end < 0 || jsonscan.Space(data, end) < len(data) {
		return nil
	}
	return v
}

// release makes the memory for the texts of bodies available again.
func (o *outliner) release() {
	if cap(o.bodies) > mostBodies {
		o.bodies = nil
	}
	o.bodies = o.bodies[:0]
}

// value reads the value at pos and returns the offset after it, or -1. The path
// leads from it to the body; it is empty for the body itself, and nil where the
// body is elsewhere.
func (o *outliner) value(pos, depth int, path []string) (*jsonvalue.Value, int) {
	if pos >= len(o.data) {
		return nil, -1
	}
	v, end := o.add(pos), -1
	switch c := o.data[pos]; c {
	case '"':
		v.Kind = jsonvalue.String
		v.Text, end = o.string(pos+1, isHere(path))
	case '{', '[':
		if v.Kind = jsonvalue.Object; c == '[' {
			v.Kind = jsonvalue.Array
		}
		switch {
		case isHere(path):
			end = jsonscan.Value(o.data, pos, depth)
		case depth == 0:
		case c == '{':
			v.Members, end = o.object(pos, depth-1, path)
		default:
			v.Items, end = o.array(pos, depth-1)
		}
	case 't', 'f', 'n':
		if v.Kind, v.True = jsonvalue.Bool, c == 't'; c == 'n' {
			v.Kind = jsonvalue.Null
		}
		end = jsonscan.Value(o.data, pos, depth)
	default:
		v.Kind = jsonvalue.Number
		if _, end = jsonscan.ReadNumber(o.data, pos); end >= 0 {
			v.Text = o.slice(pos, end)
		}
	}
	v.End = end
	return v, end
}

func isHere(path []string) bool { return path != nil && len(path) == 0 }

// add returns memory for the value at pos.
func (o *outliner) add(pos int) *jsonvalue.Value {
	if len(o.values) == cap(o.values) {
		o.values = make([]jsonvalue.Value, 0, max(64, 2*cap(o.values)))
	}
	o.values = append(o.values, jsonvalue.Value{Start: pos})
	return &o.values[len(o.values)-1]
}

// slice returns a part of the entry.
func (o *outliner) slice(start, end int) string {
	if o.text != "" {
		return o.text[start:end]
	}
	return string(o.data[start:end])
}

// string reads the string whose text begins at start.
func (o *outliner) string(start int, isBody bool) (string, int) {
	end, escaped := jsonscan.StringEnd(o.data, start)
	switch {
	case end < 0:
		return "", -1
	case isBody:
		return o.bodyText(o.data[start:end], escaped), end + 1
	case escaped:
		o.unescaped = jsonscan.Unescape(o.unescaped[:0], o.data[start:end])
		return string(o.unescaped), end + 1
	}
	return o.slice(start, end), end + 1
}

// bodyText returns the text of a body that is a string. It shares the memory of
// the block, as the bytes of all bodies do.
func (o *outliner) bodyText(text []byte, escaped bool) string {
	if escaped {
		if cap(o.bodies)-len(o.bodies) < len(text)+8 {
			o.bodies = make([]byte, 0, max(blockBytes, len(text)+8)) // earlier bodies keep what they are in
		}
		from := len(o.bodies)
		o.bodies = jsonscan.Unescape(o.bodies, text)
		text = o.bodies[from:]
	}
	return unsafe.String(unsafe.SliceData(text), len(text))
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
		m := jsonvalue.Member{NameStart: pos}
		if pos >= len(o.data) || o.data[pos] != '"' {
			return nil, -1
		}
		end, escaped := jsonscan.StringEnd(o.data, pos+1)
		if end < 0 || escaped {
			return nil, -1
		}
		m.Name = o.slice(pos+1, end)
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

// kept copies a part into memory that it shares with other parts.
func kept[T any](all *[]T, part []T) []T {
	if cap(*all)-len(*all) < len(part) {
		*all = make([]T, 0, max(64, len(part), 2*cap(*all)))
	}
	from := len(*all)
	*all = append(*all, part...)
	return (*all)[from:len(*all):len(*all)]
}
