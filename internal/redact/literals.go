package redact

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// literals are secrets as texts spell them.
type literals struct {
	all   []string
	known map[string]bool
	size  int // of all, in bytes

	// Made when they are needed: few texts need them.
	once              sync.Once
	forward, backward *automaton
	short             map[string]bool
}

func (l *literals) add(literal string) {
	if l.known[literal] {
		return
	}
	if l.known == nil {
		l.known = map[string]bool{}
	}
	l.known[literal] = true
	l.all = append(l.all, literal)
	l.size += len(literal)
}

// spans returns where the literals are in s, also where s was cut within one.
func (l *literals) spans(s string) []span {
	if len(l.all) == 0 {
		return nil
	}
	cuts := cuts(s)
	// To search for one literal after the other is fastest for the few of most
	// exchanges; for many, as a body can hold, the work would be quadratic.
	const few = 2048
	if len(cuts)*l.size <= few {
		var found []span
		for _, literal := range l.all {
			found = append(found, literalSpans(s, literal, cuts)...)
		}
		return found
	}
	l.once.Do(l.prepare)
	return append(l.longSpans(s, cuts), l.shortSpans(s)...)
}

func (l *literals) prepare() {
	l.short = map[string]bool{}
	var long, reversed []string
	for _, literal := range l.all {
		if len(literal) < longSecret {
			l.short[literal] = true
		} else {
			long = append(long, literal)
			reversed = append(reversed, reverse(literal))
		}
	}
	l.forward, l.backward = newAutomaton(long), newAutomaton(reversed)
}

// longSpans returns where the literals are that are known within a word.
func (l *literals) longSpans(s string, cuts []span) []span {
	var found []span
	slices.SortFunc(cuts, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	var state int32
	next := 0
	for at := 0; ; at++ {
		for ; next < len(cuts) && cuts[next].start == at; next++ {
			if n := l.forward.depth(state); n >= leastOverlap(cuts[next]) {
				found = join(found, span{at - n, at})
			}
		}
		if at == len(s) {
			break
		}
		state = l.forward.step(state, s[at])
		if n := l.forward.match(state); n > 0 {
			found = join(found, span{at + 1 - n, at + 1})
		}
	}
	slices.SortFunc(cuts, func(a, b span) int { return cmp.Compare(b.end, a.end) })
	state, next = 0, 0
	for at := len(s); ; at-- {
		for ; next < len(cuts) && cuts[next].end == at; next++ {
			if n := l.backward.depth(state); n >= leastOverlap(cuts[next]) {
				found = append(found, span{at, at + n})
			}
		}
		if at == 0 {
			return found
		}
		state = l.backward.step(state, s[at-1])
	}
}

// shortSpans returns where the literals are that are known as words only.
func (l *literals) shortSpans(s string) []span {
	var found []span
	for size := shortSecret; size < longSecret && len(l.short) > 0; size++ {
		for at := 0; at+size <= len(s); at++ {
			if sp := (span{at, at + size}); wholeWord(s, sp) && l.short[s[at:at+size]] {
				found = append(found, sp)
			}
		}
	}
	return found
}

// literalSpans returns where one literal is.
func literalSpans(s, literal string, cuts []span) []span {
	var found []span
	for at := 0; ; at++ {
		i := strings.Index(s[at:], literal)
		if i < 0 {
			break
		}
		at += i
		if sp := (span{at, at + len(literal)}); len(literal) >= longSecret || wholeWord(s, sp) {
			found = join(found, sp)
		}
	}
	if len(literal) < longSecret {
		return found
	}
	for _, cut := range cuts {
		if n := overlap(s[:cut.start], literal, leastOverlap(cut)); n > 0 {
			found = append(found, span{cut.start - n, cut.start})
		}
		if n := overlap(literal, s[cut.end:], leastOverlap(cut)); n > 0 {
			found = append(found, span{cut.end, cut.end + n})
		}
	}
	return found
}

// join appends a span, or makes the last one larger that it overlaps.
func join(found []span, sp span) []span {
	if n := len(found); n > 0 && sp.start < found[n-1].end {
		last := &found[n-1]
		last.start, last.end = min(last.start, sp.start), max(last.end, sp.end)
		return found
	}
	return append(found, sp)
}

// leastOverlap is how many bytes of a secret must be left at a cut: an ellipsis
// leaves no doubt that something was cut.
func leastOverlap(cut span) int {
	if cut.start < cut.end {
		return shortSecret
	}
	return longSecret
}

func reverse(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}
