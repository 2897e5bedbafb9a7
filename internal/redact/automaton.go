package redact

// automaton finds many secrets in a text at once, since a body can contain a
// secret in each of its members, and have a finding at each. It is an
// Aho-Corasick automaton: the time it takes does not depend on the number of
// secrets.
type automaton struct {
	next  map[edge]int32
	nodes []node // the first one is the root
}

// edge is the step from a node with the next byte.
type edge struct {
	from int32
	by   byte
}

// node is a prefix of a secret. At each place of a text, the automaton is at
// the node of the longest prefix that ends there.
type node struct {
	depth   int32 // length of the prefix
	fail    int32 // node of the longest shorter prefix that ends there, too
	long    bool  // it is a prefix of a long secret
	longest int32 // length of the longest long secret that ends there; 0 if there is none
	short   uint8 // a bit for the length of each short secret that ends there
}

// newAutomaton returns an automaton for secrets, none of which may be empty.
func newAutomaton(secrets []string) *automaton {
	a := &automaton{next: map[edge]int32{}, nodes: make([]node, 1)}
	for _, s := range secrets {
		a.add(s)
	}
	a.link()
	return a
}

func (a *automaton) add(secret string) {
	at := int32(0)
	long := len(secret) >= longSecret
	for i := range len(secret) {
		to, ok := a.next[edge{at, secret[i]}]
		if !ok {
			to = int32(len(a.nodes))
			a.next[edge{at, secret[i]}] = to
			a.nodes = append(a.nodes, node{depth: int32(i + 1)})
		}
		at = to
		a.nodes[at].long = a.nodes[at].long || long
	}
	if long {
		a.nodes[at].longest = int32(len(secret))
	} else {
		a.nodes[at].short |= 1 << len(secret)
	}
}

// link sets the node to continue from if no edge matches the next byte. It
// handles the nodes by depth, since it needs those of shorter prefixes.
func (a *automaton) link() {
	byDepth := make([][]edge, 1)
	for e, to := range a.next {
		depth := int(a.nodes[to].depth)
		for len(byDepth) <= depth {
			byDepth = append(byDepth, nil)
		}
		byDepth[depth] = append(byDepth[depth], e)
	}
	for depth, edges := range byDepth {
		for _, e := range edges {
			if depth == 1 {
				continue // fails to the root
			}
			n := &a.nodes[a.next[e]]
			n.fail = a.step(a.nodes[e.from].fail, e.by)
			f := &a.nodes[n.fail]
			n.longest, n.short = max(n.longest, f.longest), n.short|f.short
		}
	}
}

// step returns the node after one more byte.
func (a *automaton) step(at int32, by byte) int32 {
	for {
		if to, ok := a.next[edge{at, by}]; ok {
			return to
		}
		if at == 0 {
			return 0
		}
		at = a.nodes[at].fail
	}
}

// prefixBefore returns how many bytes before a place are a prefix of a long
// secret, or 0 if they are fewer than least.
func (a *automaton) prefixBefore(at int32, least int) int {
	n := &a.nodes[at]
	for !n.long && n.depth > 0 {
		n = &a.nodes[n.fail]
	}
	if int(n.depth) < least {
		return 0
	}
	return int(n.depth)
}

// whole returns where complete secrets are in s.
func (a *automaton) whole(s string) []span {
	var found []span
	at := int32(0)
	for i := range len(s) {
		at = a.step(at, s[i])
		n := &a.nodes[at]
		if n.longest > 0 {
			found = append(found, span{i + 1 - int(n.longest), i + 1})
		}
		for length := shortSecret; length < longSecret && n.short != 0; length++ {
			if sp := (span{i + 1 - length, i + 1}); n.short&(1<<length) != 0 && wholeWord(s, sp) {
				found = append(found, sp)
			}
		}
	}
	return found
}

// literalsIndex finds secrets, even where they are cut off.
type literalsIndex struct {
	forward, backward *automaton // of the secrets, and of the reversed secrets
}

func newLiteralsIndex(literals []string) *literalsIndex {
	backward := make([]string, len(literals))
	for i, s := range literals {
		backward[i] = reversed(s)
	}
	return &literalsIndex{newAutomaton(literals), newAutomaton(backward)}
}

// spans returns what literalSpans returns, for all secrets at once.
func (x *literalsIndex) spans(s string) []span {
	found := x.forward.whole(s)
	before, after := map[int]int{}, map[int]int{} // by the place where s was cut off, how much of a secret must be left
	for _, cut := range cuts(s) {                 // the ends come first: an ellipsis, which needs less, takes precedence
		before[cut.start], after[cut.end] = cut.least(), cut.least()
	}
	at := int32(0)
	for i := 0; i <= len(s); i++ {
		if least, ok := before[i]; ok {
			if n := x.forward.prefixBefore(at, least); n > 0 {
				found = append(found, span{i - n, i})
			}
		}
		if i < len(s) {
			at = x.forward.step(at, s[i])
		}
	}
	at = 0
	for i := len(s); i >= 0; i-- {
		if least, ok := after[i]; ok {
			if n := x.backward.prefixBefore(at, least); n > 0 {
				found = append(found, span{i, i + n})
			}
		}
		if i > 0 {
			at = x.backward.step(at, s[i-1])
		}
	}
	return found
}

func reversed(s string) string {
	b := make([]byte, len(s))
	for i := range len(s) {
		b[len(s)-1-i] = s[i]
	}
	return string(b)
}
