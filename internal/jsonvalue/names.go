package jsonvalue

import "hash/maphash"

// names are the names of the members of an object that is being read; these are
// the open members from the mark on.
type names struct {
	open   *open
	mark   int
	filter uint64     // has a bit for each name, which other names can share
	index  *nameIndex // only for many members
}

// manyNames is the number of members from which on an index is faster than a
// search.
const manyNames = 64

// add adds the name of the next member, and reports whether it is new.
func (n *names) add(name string) bool {
	there := n.open.members[n.mark:]
	if n.index != nil {
		return n.index.add(there, name)
	}
	bit := uint64(1) << (hash(name) & 63)
	known := n.filter&bit != 0 && n.has(name)
	n.filter |= bit
	if len(there) == manyNames {
		n.index = &nameIndex{}
		for i := range there {
			n.index.add(there[:i], there[i].Name)
		}
		n.index.add(there, name)
	}
	return !known
}

func (n *names) has(name string) bool {
	for _, m := range n.open.members[n.mark:] {
		if m.Name == name {
			return true
		}
	}
	return false
}

// hash returns a hash of a name that distinguishes most names of one object.
func hash(name string) uint {
	if name == "" {
		return 0
	}
	return uint(len(name))*7 + uint(name[0])*5 + uint(name[len(name)/2])*3 + uint(name[len(name)-1])
}

// nameIndex finds the member that has a name among many; of a repeated name,
// the last. It is a hash table that does not store the names, which the members
// have already: a map would take several times as much memory.
type nameIndex struct {
	slots []int32 // one more than the index of a member, which is in the slot of its hash or the next free one; 0 if the slot is empty
	used  int
}

var nameSeed = maphash.MakeSeed()

// add makes the name that of the member after members, and reports whether it
// is new.
func (x *nameIndex) add(members []Member, name string) bool {
	if 2*(x.used+1) > len(x.slots) {
		x.grow(members)
	}
	slot := x.slot(members, name)
	isNew := x.slots[slot] == 0
	if isNew {
		x.used++
	}
	x.slots[slot] = int32(len(members) + 1)
	return isNew
}

// find returns the index of the member with the name, or -1.
func (x *nameIndex) find(members []Member, name string) int {
	return int(x.slots[x.slot(members, name)]) - 1
}

// slot returns the slot of the name, or the slot where it would be added.
func (x *nameIndex) slot(members []Member, name string) int {
	mask := len(x.slots) - 1
	for slot := int(maphash.String(nameSeed, name)) & mask; ; slot = (slot + 1) & mask {
		if n := x.slots[slot]; n == 0 || members[n-1].Name == name {
			return slot
		}
	}
}

func (x *nameIndex) grow(members []Member) {
	old := x.slots
	x.slots = make([]int32, max(4*manyNames, 2*len(old)))
	for _, n := range old {
		if n > 0 {
			x.slots[x.slot(members, members[n-1].Name)] = n
		}
	}
}
