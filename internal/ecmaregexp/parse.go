package ecmaregexp

import (
	"errors"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// syntaxError says what is wrong with a pattern.
type syntaxError struct {
	place   int // index of the character, from 0
	message string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("character %d: %s", e.place+1, e.message) }

// maxPattern is the largest number of characters in a pattern.
const maxPattern = 1 << 17

// maxDepth is how deep groups may nest.
const maxDepth = 1000

// parser parses a pattern with one of two grammars: that of the flag u, or that
// of Annex B, B.1.2, which takes most of what the former rejects literally. The
// first error skips the rest of the text, so that all loops end.
type parser struct {
	text    []rune
	pos     int
	flagU   bool // whether it is the grammar with the flag u
	flags   modifiers
	depth   int
	err     *syntaxError
	foreign string // something that has another meaning in other dialects; may be empty

	total          int  // number of capturing groups in the whole text
	named          bool // whether some groups have names
	opened         int  // number of capturing groups so far
	groupsNamed    map[string][]int
	references     []*referenceNode
	literals       map[rune]*charSet
	ranges         int  // number of ranges in all classes so far
	loneSurrogates bool // whether there is a \uD800 or the like without its other half
}

// modifiers are the flags that a pattern can set for a part of it.
type modifiers struct{ ignoreCase, multiline, dotAll bool }

// groupNames are the names of the groups in a part of a pattern.
type groupNames map[string]bool

// parse reads a pattern with the grammar of the flag u and, if it is not valid
// then, with that of Annex B. The error is that of the former.
func parse(pattern string) (*tree, error) {
	if !utf8.ValidString(pattern) {
		return nil, errors.New("it is not UTF-8")
	}
	text := []rune(pattern)
	if len(text) > maxPattern {
		return nil, fmt.Errorf("it has %d characters, of which at most %d are read", len(text), maxPattern)
	}
	p := newParser(text, true)
	root, legacy := p.pattern()
	if legacy != nil {
		p = newParser(text, false)
		var err error
		if root, err = p.pattern(); err != nil {
			return nil, legacy
		}
	}
	return &tree{
		root: root, properties: propertiesOf(root), groups: p.total,
		legacy: legacy, doubt: p.foreign, loneSurrogates: p.loneSurrogates,
	}, nil
}

func newParser(text []rune, flagU bool) *parser {
	p := &parser{text: text, flagU: flagU, groupsNamed: map[string][]int{}, literals: map[rune]*charSet{}}
	p.countGroups()
	return p
}

// pattern reads the whole text.
func (p *parser) pattern() (node, error) {
	root, _ := p.disjunction()
	if p.err == nil && p.pos < len(p.text) {
		p.fail(p.pos, "there is no ( to this )")
	}
	for _, r := range p.references {
		if r.name != "" {
			if r.groups = p.groupsNamed[r.name]; r.groups == nil {
				p.fail(r.place, "there is no group named %q", r.name)
			}
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	return root, nil
}

// countGroups counts the capturing groups, and finds out whether any has a
// name: the meaning of \1 and \k depends on what comes later.
func (p *parser) countGroups() {
	inClass := false
	for i := 0; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == '\\':
			i++
		case inClass:
			inClass = c != ']'
		case c == '[':
			inClass = true
		case c == '(':
			rest := p.text[i+1:]
			if len(rest) == 0 || rest[0] != '?' {
				p.total++
			} else if len(rest) > 2 && rest[1] == '<' && rest[2] != '=' && rest[2] != '!' {
				p.total++
				p.named = true
			}
		}
	}
}

func (p *parser) fail(place int, format string, args ...any) {
	if p.err == nil {
		p.err = &syntaxError{place, fmt.Sprintf(format, args...)}
	}
	p.pos = len(p.text)
}

// peek returns the next character, or -1 at the end.
func (p *parser) peek() rune { return p.peekAt(0) }

func (p *parser) peekAt(n int) rune {
	if p.pos+n < len(p.text) {
		return p.text[p.pos+n]
	}
	return -1
}

// take skips the text if it comes next.
func (p *parser) take(text string) bool {
	n := 0
	for _, c := range text {
		if p.peekAt(n) != c {
			return false
		}
		n++
	}
	p.pos += n
	return true
}

// doubt records something that has another meaning in other dialects.
func (p *parser) doubt(format string, args ...any) {
	if p.foreign == "" {
		p.foreign = fmt.Sprintf(format, args...)
	}
}

func (p *parser) disjunction() (node, groupNames) {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.pos, "groups nest more than %d deep", maxDepth)
		return sequenceNode(nil), nil
	}
	defer func() { p.depth-- }()
	first, names := p.alternative()
	if p.peek() != '|' {
		return first, names
	}
	choice := choiceNode{first}
	for p.take("|") {
		next, more := p.alternative()
		choice = append(choice, next)
		names, _ = joinNames(names, more)
	}
	return choice, names
}

// joinNames returns the names in either set, and one that is in both. It
// changes the larger set.
func joinNames(a, b groupNames) (joined groupNames, shared string) {
	if len(a) < len(b) {
		a, b = b, a
	}
	for name := range b {
		if a[name] {
			shared = name
		}
		a[name] = true
	}
	return a, shared
}

func (p *parser) alternative() (node, groupNames) {
	var sequence sequenceNode
	var names groupNames
	for c := p.peek(); c >= 0 && c != '|' && c != ')'; c = p.peek() {
		place := p.pos
		part, more := p.term()
		sequence = append(sequence, part)
		var shared string
		if names, shared = joinNames(names, more); shared != "" {
			p.fail(place, "two groups that can take part in one match are named %q", shared)
		}
	}
	if len(sequence) == 1 {
		return sequence[0], names
	}
	return sequence, names
}

// term reads an atom or an assertion with its quantifier.
func (p *parser) term() (node, groupNames) {
	first := p.opened + 1
	atom, names, repeatable := p.atom()
	if p.err != nil {
		return atom, names
	}
	place := p.pos
	minimum, maximum, ok := p.quantifier()
	if !ok {
		return atom, names
	}
	if !repeatable {
		p.fail(place, "an assertion cannot be repeated")
	}
	return &repeatNode{
		body: atom, min: minimum, max: maximum, lazy: p.take("?"),
		groups: groupRange{first, p.opened + 1},
	}, names
}

// atom parses what a quantifier may follow, or an assertion.
func (p *parser) atom() (atom node, names groupNames, repeatable bool) {
	place := p.pos
	p.pos++
	switch c := p.text[place]; c {
	case '^':
		return assertNode(pick(p.flags.multiline, lineStart, textStart)), nil, false
	case '$':
		return assertNode(pick(p.flags.multiline, lineEnd, textEnd)), nil, false
	case '(':
		return p.group()
	case '.':
		return charNode{pick(p.flags.dotAll, anyChars, notLineEnds)}, nil, true
	case '[':
		return charNode{p.class()}, nil, true
	case '\\':
		return p.escape()
	case '*', '+', '?':
		p.fail(place, "nothing that %c could repeat: a quantifier cannot follow another (possessive ones are not in ECMA-262)", c)
		return sequenceNode(nil), nil, false
	case '{', '}', ']':
		if p.flagU {
			p.fail(place, `%c must be written \%[1]c`, c)
			return sequenceNode(nil), nil, false
		}
		p.pos = place
		if _, _, ok := p.quantifier(); ok {
			p.fail(place, "nothing that this quantifier could repeat")
		}
		p.pos = place + 1
		return charNode{p.literal(c)}, nil, true
	default:
		return charNode{p.literal(c)}, nil, true
	}
}

func pick[T any](condition bool, yes, no T) T {
	if condition {
		return yes
	}
	return no
}

// literal returns the set of the character and, if case is ignored, of those
// that differ from it only by case.
func (p *parser) literal(c rune) *charSet {
	key := pick(p.flags.ignoreCase, -1-c, c)
	if set, ok := p.literals[key]; ok {
		return set
	}
	ranges := []runeRange{{c, c}}
	if p.flags.ignoreCase {
		for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
			ranges = append(ranges, runeRange{f, f})
		}
	}
	set := newCharSet(ranges)
	p.literals[key] = set
	return set
}

// quantifier reads a quantifier, without the ? of a lazy one, if one comes next.
func (p *parser) quantifier() (minimum, maximum int, ok bool) {
	place := p.pos
	switch {
	case p.take("*"):
		return 0, unlimited, true
	case p.take("+"):
		return 1, unlimited, true
	case p.take("?"):
		return 0, 1, true
	case !p.take("{"):
		return 0, 0, false
	}
	minimum, ok = p.number()
	maximum = minimum
	if ok && p.take(",") {
		if n, bounded := p.number(); bounded {
			maximum = n
		} else {
			maximum = unlimited
		}
	}
	if ok && p.take("}") {
		if minimum > maximum {
			p.fail(place, "the minimum of this quantifier exceeds its maximum")
		}
		return minimum, maximum, true
	}
	if !ok && p.take(",") {
		if _, bounded := p.number(); bounded && p.take("}") {
			p.doubt("{,n} is not a quantifier of ECMA-262, but text: write {0,n}")
		}
	}
	p.pos = place
	if p.flagU && p.err == nil {
		p.fail(place, `{ must be written \{, or be followed by a number, as in {2,5}`)
	}
	return 0, 0, false
}

// number reads digits. Numbers that are too large become unlimited.
func (p *parser) number() (n int, ok bool) {
	for ; isDigit(p.peek()); p.pos++ {
		n = min(n*10+int(p.peek()-'0'), unlimited)
		ok = true
	}
	return n, ok
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

func isLetter(c rune) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
