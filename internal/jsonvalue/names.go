package jsonvalue

// names are those of an object whose members are open from the mark on.
type names struct {
	open   *open
	mark   int
	filter uint64         // a bit for each that is there, which names can share
	index  map[string]int // only of many: which member has the name, the last one of a repeated name
}

// manyNames is from where on an index is better than a search.
const manyNames = 64

// add tells whether the name is a new one, and makes it one that is there; its
// member is opened next.
func (n *names) add(name string) bool {
	if n.index != nil {
		_, known := n.index[name]
		n.index[name] = len(n.open.members) - n.mark
		return !known
	}
	bit := uint64(1) << (hash(name) & 63)
	known := n.filter&bit != 0 && n.has(name)
	n.filter |= bit
	if there := n.open.members[n.mark:]; len(there) == manyNames {
		n.index = make(map[string]int, 2*manyNames)
		for i := range there {
			n.index[there[i].Name] = i
		}
		n.index[name] = len(there)
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
