package recording

import (
	"bytes"
	"slices"
)

// beginning is what the first bytes of a recording tell about its first value.
type beginning struct {
	head    []byte            // without leading white space
	whole   bool              // nothing comes after head
	list    bool              // the value is a list; the members are those of its first element
	members map[string][]byte // raw, as far as they are in head; nil if there are none
}

func beginningOf(head []byte) beginning {
	b := beginning{head: trimSpace(head)}
	text, list := bytes.CutPrefix(b.head, []byte("["))
	b.list = list
	for name, value := range members(trimSpace(text)) {
		if b.members == nil {
			b.members = map[string][]byte{}
		}
		b.members[name] = value
	}
	return b
}

// firstLine returns the first line that is not blank.
func (b beginning) firstLine() []byte {
	line, _, _ := bytes.Cut(b.head, []byte("\n"))
	return line
}

// hasKey reports whether a line begins with the key of a mapping in YAML, or the
// mapping is written in the flow style and begins with it.
func (b beginning) hasKey(key string) bool {
	if flow, ok := bytes.CutPrefix(b.head, []byte("{")); ok && bytes.HasPrefix(bytes.TrimLeft(flow, " \t\n\f\r"), []byte(key)) {
		return true
	}
	return bytes.HasPrefix(b.head, []byte(key)) || bytes.Contains(b.head, []byte("\n"+key))
}

// isObject reports whether the value is an object.
func (b beginning) isObject() bool { return bytes.HasPrefix(b.head, []byte("{")) }

// isJSON reports whether the value is an object or a list in JSON.
func (b beginning) isJSON() bool { return b.isObject() || b.list }

// has reports whether all of the members are present.
func (b beginning) has(names ...string) bool {
	for _, name := range names {
		if _, ok := b.members[name]; !ok {
			return false
		}
	}
	return true
}

// hasAny reports whether at least one of the members is present.
func (b beginning) hasAny(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return b.has(name) })
}

// object returns the beginning of a member that is an object. If it is not an
// object, the result has no members.
func (b beginning) object(name string) beginning {
	if value := b.members[name]; bytes.HasPrefix(value, []byte("{")) {
		return beginningOf(value)
	}
	return beginning{}
}

// firstOf returns the beginning of the first element of a member that is a
// list.
func (b beginning) firstOf(name string) beginning {
	if value := b.members[name]; bytes.HasPrefix(value, []byte("[")) {
		return beginningOf(value)
	}
	return beginning{}
}

// isListOf reports whether a member is a list that is empty, or whose first
// element has one of the members. One is enough, since the rest of the element
// may lie beyond the bytes that are examined.
func (b beginning) isListOf(name string, anyOf ...string) bool {
	items, ok := bytes.CutPrefix(b.members[name], []byte("["))
	return !b.list && ok && (bytes.HasPrefix(trimSpace(items), []byte("]")) || b.firstOf(name).hasAny(anyOf...))
}
