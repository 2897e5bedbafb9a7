package engine

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/dchest/siphash"
)

// Limits of what is kept of a resource with many responses.
const (
	maxValuesOfMember = 64 // number of values of a member whose first and last occurrences are kept
	reduceEvery       = 64 // number of observations after which reduce is called again
)

// reduce drops the observations of one resource that are not needed. They must
// be in the order of time.
//
// Needed are the first and the last observation with each value of each member:
// a rule about histories holds between two responses if it holds between all
// neighbours among those that are kept. Of a member with too many values, some
// are chosen by nothing but the values themselves. So the order in which
// observations are added does not matter, nor how a run is split: what is
// dropped from a part would be dropped from the whole.
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

// keptValues chooses the values whose observations are needed: all states of
// the lifecycle, and a limited number of others.
func keptValues(values map[string]int) []string {
	var all, states []string
	for value := range values {
		if value[0] == named {
			states = append(states, value)
		} else {
			all = append(all, value)
		}
	}
	if len(all) > maxValuesOfMember {
		slices.SortFunc(all, func(a, b string) int {
			return cmp.Or(cmp.Compare(siphash.Hash(0, 0, []byte(a)), siphash.Hash(0, 0, []byte(b))), cmp.Compare(a, b))
		})
		all = all[:maxValuesOfMember]
	}
	return append(all, states...)
}

// packedValues returns the values in packed cells as strings that are equal if
// and only if the values are.
func packedValues(packed []byte, members int) []string {
	values := make([]string, members)
	u := unpack(packed, members)
	for i := range values {
		kind, value := u.next()
		if kind >= integer1 {
			n := number(value)
			if kind >= nearFirst {
				n += u.first
			}
			values[i] = string(binary.BigEndian.AppendUint64([]byte{integer1}, uint64(n)))
			continue
		}
		values[i] = string(append([]byte{kind}, value...))
	}
	return values
}
