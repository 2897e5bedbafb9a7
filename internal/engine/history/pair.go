package history

// Pair is two responses of a resource, and in which members they differ: two
// neighbours in time, or where a neighbour says nothing of a member, the next one
// that does. Where the neighbour does not tell when a state began, it is the last one
// before that does. The first response of a resource makes a pair with the zero Moment,
// before which nothing was.
type Pair struct {
	Kind          int // number of the kind
	Before, After Moment
	Changes       []Change // in the order of the members
	Latter        []Value  // of the later response, where they are at hand; else nil

	// Begins is set where the later response begins the life of another resource
	// with the same identity, in another file: the member that shows it. Changes is
	// empty then.
	Begins *Change
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
	o.timestampsEarlier(k, before, yield)
}

// compareLater does what compareEarlier does for the observations after o.
func (o *observation) compareLater(k *Kind, after []observation, yield func(after *observation, changes []Change)) {
	if len(after) == 0 {
		return
	}
	changes := o.changes(&after[0], nil)
	yield(&after[0], changes)
	for _, c := range changes {
		if !k.says(c.Member, c.Before) || k.says(c.Member, c.After) {
			continue
		}
		for i := range after[1:] {
			if v := after[1+i].values[c.Member]; k.says(c.Member, v) {
				if v != c.Before {
					yield(&after[1+i], []Change{{c.Member, c.Before, v}})
				}
				break
			}
		}
	}
	o.timestampsLater(k, after, yield)
}

// appears returns the changes from nothing to an observation, as far as they are of
// interest: the state and the time of creation. It returns nil where it is not of an
// answer that created the resource.
func (s *Store) appears(k *Kind, o *observation) []Change {
	created := k.createdOf(o.values)
	if created.IsAbsent() || !s.creates(o.moment) {
		return nil
	}
	return []Change{{0, Value{}, o.values[0]}, {k.Created, Value{}, created}}
}

// eachPair calls yield for the pairs that the observation with an index makes with
// those of the life before it.
func (l *life) eachPair(s *Store, k *Kind, i int, yield func(Pair)) {
	o := &l.observations[i]
	if i == 0 && l.begins != nil {
		yield(Pair{Kind: k.Number, Before: s.momentOf(l.before), After: s.momentOf(o.moment), Begins: l.begins})
	}
	if changes := s.appears(k, o); i == 0 && changes != nil {
		yield(Pair{Kind: k.Number, After: s.momentOf(o.moment), Changes: changes, Latter: o.values})
	}
	o.compareEarlier(k, l.observations[:i], func(before moment, changes []Change) {
		yield(s.pairOf(k, before, o, changes))
	})
}

// eachLater calls yield for the pairs that the observation with an index makes with
// those of the life after it.
func (l *life) eachLater(s *Store, k *Kind, i int, yield func(Pair)) {
	o := &l.observations[i]
	o.compareLater(k, l.observations[i+1:], func(after *observation, changes []Change) {
		yield(s.pairOf(k, o.moment, after, changes))
	})
}

func (s *Store) pairOf(k *Kind, before moment, after *observation, changes []Change) Pair {
	p := s.pair(k, before, after.moment, changes)
	p.Latter = after.values
	return p
}
