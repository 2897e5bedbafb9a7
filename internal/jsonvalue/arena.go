package jsonvalue

import (
	"bytes"
	"slices"
	"sync"
)

// mostPerBlock bounds how many values are allocated at once.
const mostPerBlock = 512

// block returns room for the values of a text, or for as many as a block has.
func block(text []byte) []Value {
	text = text[:min(len(text), 64*mostPerBlock)]
	n := 1 + bytes.Count(text, []byte{','}) + bytes.Count(text, []byte{'{'}) + bytes.Count(text, []byte{'['})
	return make([]Value, 0, min(n, mostPerBlock))
}

// open are the members and elements of the objects and arrays that are being
// read.
type open struct {
	members []Member
	items   []*Value
	path    []step // that leads to the value that is being read
}

// step leads from an object to a member, or from an array to an element.
type step struct {
	name  string
	index int // -1 of a member
}

var opens = sync.Pool{New: func() any { return new(open) }}

// release gives back what was borrowed of opens.
func (o *open) release() {
	const most = 1 << 10
	if cap(o.members) <= most && cap(o.items) <= most {
		clear(o.members[:cap(o.members)])
		clear(o.items[:cap(o.items)])
		clear(o.path[:cap(o.path)])
		o.members, o.items, o.path = o.members[:0], o.items[:0], o.path[:0]
		opens.Put(o)
	}
}

// closeObject returns the members from the mark on.
func (o *open) closeObject(mark int) []Member {
	members := slices.Clone(o.members[mark:])
	o.members = o.members[:mark]
	return members
}

// closeArray returns the elements from the mark on.
func (o *open) closeArray(mark int) []*Value {
	items := slices.Clone(o.items[mark:])
	o.items = o.items[:mark]
	return items
}
