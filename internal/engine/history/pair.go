package history

// Pair is two responses of a resource, and in which members they differ: two
// neighbours in time, or where a neighbour says nothing of a member, the next one
// that does.
type Pair struct {
	Kind          int // number of the kind
	Before, After Moment
	Changes       []Change // in the order of the members
}

// Change is a member that differs between two responses.
type Change struct {
	Member        int // index in the Members of the kind
	Before, After Value
}

// observation is what one response said of a resource.
type observation struct {
	moment
	values []Value
}

// changes appends to all how the values of an observation differ from those of a
// later one.
func (o *observation) changes(after *observation, all []Change) []Change {
	for i, v := range o.values {
		if after.values[i] != v {
			all = append(all, Change{i, v, after.values[i]})
		}
	}
	return all
}

// compareEarlier calls yield for the observations that o is compared with among
// those before it, which are sorted: for the last of them with all that differs,
// and for the next one back that says something of a member of which that one
// says nothing.
func (o *observation) compareEarlier(k *Kind, before []observation, yield func(before moment, changes []Change)) {
	if len(before) == 0 {
		return
	}
	last := len(before) - 1
	changes := before[last].changes(o, nil)
	yield(before[last].moment, changes)
	for _, c := range changes {
		if !k.says(c.Member, c.After) || k.says(c.Member, c.Before) {
			continue
		}
		for i := last - 1; i >= 0; i-- {
			if v := before[i].values[c.Member]; k.says(c.Member, v) {
				if v != c.After {
					yield(before[i].moment, []Change{{c.Member, v, c.After}})
				}
				break
			}
		}
	}
}

// compareLater does what compareEarlier does for the observations after o.
func (o *observation) compareLater(k *Kind, after []observation, yield func(after moment, changes []Change)) {
	if len(after) == 0 {
		return
	}
	changes := o.changes(&after[0], nil)
	yield(after[0].moment, changes)
	for _, c := range changes {
		if !k.says(c.Member, c.Before) || k.says(c.Member, c.After) {
			continue
		}
		for i := range after[1:] {
			if v := after[1+i].values[c.Member]; k.says(c.Member, v) {
				if v != c.Before {
					yield(after[1+i].moment, []Change{{c.Member, c.Before, v}})
				}
				break
			}
		}
	}
}
