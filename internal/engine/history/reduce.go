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
	values := make([]Value, 0, len(all)*of.members)
	for i := range all {
		values = appendPacked(values, of.packed(&all[i]), of.members)
	}
	needed := make([]bool, len(all))
	for _, group := range groupsOf(all, values, of) {
		need(needed, values, group, of.members)
	}
	kept := all[:0]
	for i := range all {
		if needed[i] {
			kept = append(kept, all[i])
		}
	}
	return kept
}

// groupsOf returns the groups of which anything is kept, each as the indices of its
// observations.
func groupsOf[T any](all []T, values []Value, of reduction[T]) [][]int {
	names := make([]Value, len(all))
	for i := range all {
		if of.by == byFile {
			names[i] = Value{text: of.file(&all[i])}
		} else {
			names[i] = values[i*of.members+int(of.by)]
		}
	}
	var groups [][]int
	distinct(names, 1, 0, nil, func(name Value, first, _ int) { groups = append(groups, []int{first}) })
	if len(groups) == 1 { // most often
		groups[0] = make([]int, len(all))
		for i := range all {
			groups[0][i] = i
		}
		return groups
	}
	members := map[Value][]int{}
	for i, name := range names {
		members[name] = append(members[name], i)
	}
	different := make([]Value, 0, len(members))
	for name := range members {
		different = append(different, name)
	}
	if of.by == byFile { // those of the first files: names need not be what they are elsewhere
		slices.SortFunc(different, func(a, b Value) int { return cmp.Compare(a.text, b.text) })
		different = different[:min(len(different), mostGroups)]
	}
	groups = groups[:0]
	for _, name := range some(different, mostGroups) {
		groups = append(groups, members[name])
	}
	return groups
}

// need marks those of a group that are needed.
func need(needed []bool, values []Value, group []int, members int) {
	for m := range members {
		n, states := 0, 0
		distinct(values, members, m, group, func(v Value, _, _ int) {
			if n++; v.kind == kindState {
				states++
			}
		})
		if n-states <= mostOfMember { // most often
			distinct(values, members, m, group, func(_ Value, first, last int) { needed[first], needed[last] = true, true })
			continue
		}
		var others []Value
		occurrences := map[Value][2]int{}
		distinct(values, members, m, group, func(v Value, first, last int) {
			if v.kind == kindState { // all of these count
				needed[first], needed[last] = true, true
				return
			}
			others = append(others, v)
			occurrences[v] = [2]int{first, last}
		})
		for _, v := range some(others, mostOfMember) {
			needed[occurrences[v][0]], needed[occurrences[v][1]] = true, true
		}
	}
}

// distinct calls yield for each of the values that a member has in some observations, or
// if these are nil, in all, with the indices of its first and its last occurrence.
func distinct(values []Value, members, member int, of []int, yield func(v Value, first, last int)) {
	type seen struct {
		value       Value
		first, last int
	}
	var memory [8]seen
	few, many := memory[:0], map[Value]int(nil) // the index in few, once these are many
	n := len(of)
	if of == nil {
		n = len(values) / members
	}
	for i := range n {
		at := i
		if of != nil {
			at = of[i]
		}
		v := values[at*members+member]
		if k := len(few) - 1; k >= 0 && few[k].value == v { // most often
			few[k].last = at
			continue
		}
		k, known := many[v]
		if many == nil {
			k = slices.IndexFunc(few, func(s seen) bool { return s.value == v })
			known = k >= 0
		}
		if known {
			few[k].last = at
			continue
		}
		few = append(few, seen{v, at, at})
		if many != nil {
			many[v] = len(few) - 1
		} else if len(few) > len(memory) {
			many = map[Value]int{}
			for k := range few {
				many[few[k].value] = k
			}
		}
	}
	for _, s := range few {
		yield(s.value, s.first, s.last)
	}
}

// some chooses at most so many of the values, by nothing but themselves.
func some(all []Value, most int) []Value {
	if len(all) > most {
		hash := func(v Value) uint64 { return siphash.Hash(0, v.bits, append([]byte{v.kind}, v.text...)) }
		slices.SortFunc(all, func(a, b Value) int {
			return cmp.Or(cmp.Compare(hash(a), hash(b)), cmp.Compare(a.kind, b.kind), cmp.Compare(a.bits, b.bits), cmp.Compare(a.text, b.text))
		})
		all = all[:most]
	}
	return all
}

// appendPacked appends packed values: equal values, of any responses of the kind, are
// equal. A state has its number.
func appendPacked(values []Value, packed []byte, members int) []Value {
	u := unpack(packed, members)
	for range members {
		switch kind, b := u.next(); {
		case kind >= kindInteger1:
			values = append(values, Value{kind: kindInteger, bits: uint64(u.integer(kind, b))})
		case kind == kindState:
			values = append(values, Value{kind: kindState, bits: uint64(b[0])})
		case kind == kindText:
			values = append(values, Value{kind: kindText, text: string(b[1:])})
		case kind == kindFloat:
			values = append(values, Value{kind: kindFloat, bits: binary.LittleEndian.Uint64(b)})
		case kind == kindDigest:
			values = append(values, Value{kind: kindDigest, bits: uint64(binary.LittleEndian.Uint32(b))})
		default:
			values = append(values, Value{kind: kind})
		}
	}
	return values
}
