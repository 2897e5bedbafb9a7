package jsonvalue

import "hash/maphash"

// names are those of an object whose members are open from the mark on.
type names struct {
	open   *open
	mark   int
	filter uint64     // a bit for each that is there, which names can share
	index  *nameIndex // only of many
}

// manyNames is from where on an index is better than a search.
const manyNames = 64

// add reports whether the name is a new one, and takes it in; its member is opened
// next.
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

// hash tells most of the names of one object apart.
func hash(name string) uint {
	if name == "" {
		return 0
	}
	return uint(len(name))*7 + uint(name[0])*5 + uint(name[len(name)/2])*3 + uint(name[len(name)-1])
}

// nameIndex says which of many members has a name; of a repeated name, the last.
// It is a hash table without the names, which the members have: a map would take
// several times as much.
type nameIndex struct {
	slots []int32 // one more than the index of a member, after those whose hashes lead here; 0 where none is
	used  int
}

var nameSeed = maphash.MakeSeed()

// add reports whether the name is a new one, and makes it that of the member which
// comes after members.
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

// find returns which of the members has the name, or -1.
func (x *nameIndex) find(members []Member, name string) int {
	return int(x.slots[x.slot(members, name)]) - 1
}

// slot returns the slot of the name, or the one where it is to be.
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
