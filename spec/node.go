package spec

import (
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// node is one value of a file, whether that was written in YAML or in JSON. At
// a YAML alias, two parents share one node.
type node struct {
	kind jsonvalue.Kind

	// text is the decoded text of a string and the JSON literal of the other
	// scalars. Numbers keep the digits they were written with.
	text string

	members []member
	items   []*node
	index   map[string]int // of members; nil if there are few

	line, column int    // where the value begins
	overlay      string // file of the overlay in which line and column are; empty for the file of the node

	size   int   // how many values it contains, including itself and expanded aliases
	height int   // how deep it nests
	mark   *mark // what kind of object the description says it is; nil if it does not say
	cut    bool  // whether it is a schema that the compiler is given separately, even if it is within another
}

// member is a name and a value of an object; its line and column are those of
// the name.
type member struct {
	name         string
	line, column int
	value        *node
}

// fewMembers is the number of members up to which a linear search is as fast as
// an index.
const fewMembers = 8

// add appends a member. If the object has a member of that name already, it
// returns that instead.
func (n *node) add(m member) *member {
	if old := n.find(m.name); old != nil {
		return old
	}
	n.members = append(n.members, m)
	switch {
	case n.index != nil:
		n.index[m.name] = len(n.members) - 1
	case len(n.members) > fewMembers:
		n.index = make(map[string]int, 2*len(n.members))
		for i := range n.members {
			n.index[n.members[i].name] = i
		}
	}
	n.grow(m.value)
	return nil
}

// set appends a member, or replaces the one with the same name, of which it
// returns a copy.
func (n *node) set(m member) (before *member) {
	old := n.find(m.name)
	if old == nil {
		n.add(m)
		return nil
	}
	replaced := *old
	*old = m
	n.grow(m.value)
	return &replaced
}

// append adds an item to an array.
func (n *node) append(item *node) {
	n.items = append(n.items, item)
	n.grow(item)
}

func (n *node) grow(child *node) {
	n.size += child.size
	n.height = max(n.height, child.height+1)
}

// find returns the member of an object with that name, or nil.
func (n *node) find(name string) *member {
	if n.index != nil {
		if i, ok := n.index[name]; ok {
			return &n.members[i]
		}
		return nil
	}
	for i := range n.members {
		if n.members[i].name == name {
			return &n.members[i]
		}
	}
	return nil
}

// get returns the value of the member with that name, or nil.
func (n *node) get(name string) *node {
	if m := n.find(name); m != nil {
		return m.value
	}
	return nil
}

// str returns the text of the member with that name, if it is a string.
func (n *node) str(name string) (text string, ok bool) {
	v := n.get(name)
	if v == nil || v.kind != jsonvalue.String {
		return "", false
	}
	return v.text, true
}

// isTrue reports whether the member with that name is true.
func (n *node) isTrue(name string) bool {
	v := n.get(name)
	return v != nil && v.kind == jsonvalue.Bool && v.text == "true"
}

// child returns what a pointer token leads to, and its position: that of its
// name if it has one.
func (n *node) child(token string) (value *node, line, column int) {
	switch n.kind {
	case jsonvalue.Object:
		if m := n.find(token); m != nil {
			return m.value, m.line, m.column
		}
	case jsonvalue.Array:
		if i, err := strconv.Atoi(token); err == nil && 0 <= i && i < len(n.items) && strconv.Itoa(i) == token {
			return n.items[i], n.items[i].line, n.items[i].column
		}
	}
	return nil, 0, 0
}

// appendJSON writes a scalar as JSON.
func (n *node) appendJSON(b []byte) []byte {
	if n.kind == jsonvalue.String {
		return appendString(b, n.text)
	}
	return append(b, n.text...)
}

// appendString writes text as a JSON string.
func appendString(b []byte, text string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}

// pointerTo adds a token to a pointer.
func pointerTo(pointer, token string) string {
	return pointer + "/" + jsonvalue.EscapePointer(token)
}

// parentPointer returns a pointer without its last token.
func parentPointer(pointer string) string {
	return pointer[:max(0, strings.LastIndexByte(pointer, '/'))]
}
