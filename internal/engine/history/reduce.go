package history

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/dchest/siphash"
)

// What is kept of a resource with many responses.
const (
	mostOfMember = 64 // different values of a member whose first and last occurrences are kept
	reduceEvery  = 64 // observations after which those that are not needed are dropped
)

// reduce drops the observations that are not needed, of those of one resource in
// the order of time. Needed are, of each member, the first and the last with each
// of its values: nothing is wrong between two responses where nothing is wrong
// from each to the next of those between them. Of a member with too many values,
// some values count, which are chosen by nothing but themselves. So it does not
// matter in which order observations come, nor in which parts: what is dropped of
// a part would be dropped of the whole.
func reduce[T any](all []T, members int, packed func(*T) []byte) []T {
	if len(all) <= 2 {
		return all
	}
	values := make([][]string, len(all))
	for i := range all {
		values[i] = packedValues(packed(&all[i]), members)
	}
	needed := make([]bool, len(all))
	for m := range members {
		first, last := map[string]int{}, map[string]int{}
		for i := range all {
			value := values[i][m]
			if _, known := first[value]; !known {
				first[value] = i
			}
			last[value] = i
		}
		for _, value := range keptValues(first) {
			needed[first[value]], needed[last[value]] = true, true
		}
	}
	kept := all[:0]
	for i := range all {
		if needed[i] {
			kept = append(kept, all[i])
		}
	}
	return kept
}

// keptValues chooses the values that count: all states of the lifecycle, and of
// others not too many.
func keptValues(values map[string]int) []string {
	var all, states []string
	for value := range values {
		if value[0] == kindState {
			states = append(states, value)
		} else {
			all = append(all, value)
		}
	}
	if len(all) > mostOfMember {
		slices.SortFunc(all, func(a, b string) int {
			return cmp.Or(cmp.Compare(siphash.Hash(0, 0, []byte(a)), siphash.Hash(0, 0, []byte(b))), cmp.Compare(a, b))
		})
		all = all[:mostOfMember]
	}
	return append(all, states...)
}

// packedValues returns the values of packed ones by themselves: equal values, of
// any responses of the kind, are equal strings.
func packedValues(packed []byte, members int) []string {
	values := make([]string, members)
	u := unpack(packed, members)
	var b []byte
	for i := range values {
		kind, value := u.next()
		if kind >= kindInteger1 {
			b = binary.BigEndian.AppendUint64(append(b[:0], kindInteger1), uint64(u.integer(kind, value)))
		} else {
			b = append(append(b[:0], kind), value...)
		}
		values[i] = string(b)
	}
	return values
}
