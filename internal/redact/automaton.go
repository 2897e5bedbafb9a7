package redact

import (
	"cmp"
	"slices"
)

// automaton finds many words in a text at once (Aho and Corasick, 1975). It
// takes time and memory linear in the words, and time linear in the text.
type automaton struct {
	nodes []trieNode
	edges map[edge]int32
}

// trieNode is a beginning of words.
type trieNode struct {
	parent  int32
	by      byte  // leads here from parent
	length  int32 // of the beginning
	longest int32 // length of the longest word that it ends with; 0 for none
	suffix  int32 // its longest end that is a beginning, too
}

type edge struct {
	from int32
	by   byte
}

func newAutomaton(words []string) *automaton {
	a := &automaton{nodes: make([]trieNode, 1), edges: map[edge]int32{}}
	for _, word := range words {
		a.add(word)
	}
	order := make([]int32, len(a.nodes))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int { return cmp.Compare(a.nodes[i].length, a.nodes[j].length) })
	for _, i := range order {
		if n := &a.nodes[i]; n.length > 1 {
			n.suffix = a.step(a.nodes[n.parent].suffix, n.by)
			n.longest = max(n.longest, a.nodes[n.suffix].longest)
		}
	}
	return a
}

func (a *automaton) add(word string) {
	var at int32
	for i := range len(word) {
		next, ok := a.edges[edge{at, word[i]}]
		if !ok {
			next = int32(len(a.nodes))
			a.nodes = append(a.nodes, trieNode{parent: at, by: word[i], length: int32(i + 1)})
			a.edges[edge{at, word[i]}] = next
		}
		at = next
	}
	a.nodes[at].longest = int32(len(word))
}

// step returns the state after the next byte. The state before the first is 0.
func (a *automaton) step(state int32, next byte) int32 {
	for {
		if to, ok := a.edges[edge{state, next}]; ok {
			return to
		}
		if state == 0 {
			return 0
		}
		state = a.nodes[state].suffix
	}
}

// match returns the length of the longest word that ends here, or 0.
func (a *automaton) match(state int32) int { return int(a.nodes[state].longest) }

// depth returns the length of the longest beginning of a word that ends here.
func (a *automaton) depth(state int32) int { return int(a.nodes[state].length) }
