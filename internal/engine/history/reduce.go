package history

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/dchest/siphash"
)

// What is kept of a resource with many responses.
const (
	mostOfMember = 64  // different values of a member whose first and last occurrences are kept
	mostGroups   = 256 // groups of responses of which anything is kept
	reduceEvery  = 64  // observations after which those that are not needed are dropped
)

// grouping is a member by which responses are grouped before those that are not
// needed are dropped; 0 is the file. The responses of a life are to be found among
// those of other lives: they have their time of creation, or else their file.
type grouping int

const byFile grouping = 0

// grouping returns that of the resources of a kind.
func (s *Store) grouping(k *Kind) grouping {
	if s.Scope == ScopeFile {
		return byFile
	}
	return grouping(k.Created)
}

// Group is what [Resource.Group] is of the resources of a kind.
func (s *Store) Group(k *Kind) int { return int(s.grouping(k)) }

// reduction is what reduce has to know of observations.
type reduction[T any] struct {
	by      grouping
	members int
	packed  func(*T) []byte
	file    func(*T) string
}

// reduce drops the observations that are not needed, of those of one resource in
// the order of time. Needed are, of each group and each member, the first and the
// last with each of its values: nothing is wrong between two responses where nothing
// is wrong from each to the next of those between them. Of too many groups, and of a
// member with too many values, some count, which are chosen by nothing but
// themselves. So it does not matter in which order observations come, nor in which
// parts: what is dropped of a part would be dropped of the whole.
func reduce[T any](all []T, of reduction[T]) []T {
	if len(all) <= 2 {
		return all
	}
	values := make([][]string, len(all))
	groups := map[string][]int{}
	for i := range all {
		values[i] = packedValues(of.packed(&all[i]), of.members)
		group := ""
		if of.by == byFile {
			group = of.file(&all[i])
		} else {
			group = values[i][of.by]
		}
		groups[group] = append(groups[group], i)
	}
	names := make([]string, 0, len(groups))
	for name := range groups {
		names = append(names, name)
	}
	if of.by == byFile { // those of the first files: names need not be what they are elsewhere
		slices.Sort(names)
		names = names[:min(len(names), mostGroups)]
	}
	needed := make([]bool, len(all))
	for _, name := range some(names, mostGroups) {
		need(needed, values, groups[name], of.members)
	}
	kept := all[:0]
	for i := range all {
		if needed[i] {
			kept = append(kept, all[i])
		}
	}
	return kept
}

// need marks those of a group that are needed.
func need(needed []bool, values [][]string, group []int, members int) {
	for m := range members {
		first, last := map[string]int{}, map[string]int{}
		for _, i := range group {
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
	return append(some(all, mostOfMember), states...)
}

// some chooses at most so many of the texts, by nothing but themselves.
func some(all []string, most int) []string {
	if len(all) > most {
		slices.SortFunc(all, func(a, b string) int {
			return cmp.Or(cmp.Compare(siphash.Hash(0, 0, []byte(a)), siphash.Hash(0, 0, []byte(b))), cmp.Compare(a, b))
		})
		all = all[:most]
	}
	return all
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
