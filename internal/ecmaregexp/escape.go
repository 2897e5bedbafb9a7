package ecmaregexp

import (
	"strings"
	"unicode/utf16"
)

// escape reads the rest of an escape outside of a class.
func (p *parser) escape() (atom node, names groupNames, repeatable bool) {
	place := p.pos - 1
	switch c := p.peek(); {
	case c == 'b':
		p.pos++
		return assertNode(pick(p.flags.ignoreCase, foldedWordEdge, wordEdge)), nil, false
	case c == 'B':
		p.pos++
		return assertNode(pick(p.flags.ignoreCase, notFoldedWordEdge, notWordEdge)), nil, false
	case c >= '1' && c <= '9':
		if r := p.numberedReference(place); r != nil {
			return r, nil, true
		}
	case c == 'k' && (p.flagU || p.named):
		p.pos++
		if !p.take("<") {
			p.fail(place, `\k is not followed by the name of a group, as in \k<name>`)
			return sequenceNode(nil), nil, false
		}
		return p.reference(&referenceNode{name: p.groupName(), place: place}), nil, true
	}
	if set := p.classEscape(); set != nil {
		return charNode{set}, nil, true
	}
	return charNode{p.literal(p.characterEscape(false))}, nil, true
}

func (p *parser) reference(r *referenceNode) node {
	r.fold = p.flags.ignoreCase
	p.references = append(p.references, r)
	return r
}

// numberedReference reads the number of a group. It returns nil, and skips
// nothing, if the number means something else in Annex B.
func (p *parser) numberedReference(place int) node {
	start := p.pos
	n, _ := p.number()
	if n <= p.total {
		return p.reference(&referenceNode{groups: []int{n}, place: place})
	}
	if p.flagU {
		p.fail(place, "there is no group %d", n)
		return sequenceNode(nil)
	}
	p.pos = start
	p.doubt("there is no group %d", n)
	return nil
}

// classEscape reads one of \d, \D, \s, \S, \w, \W, \p and \P, whose \ has been
// read. It returns nil, and skips nothing, if none of them comes next.
func (p *parser) classEscape() *charSet {
	c := p.peek()
	var set *charSet
	switch c {
	case 'd', 'D':
		set = digits
	case 's', 'S':
		set = whiteSpace
	case 'w', 'W':
		set = pick(p.flags.ignoreCase, foldedWordChars, func() *charSet { return wordChars })()
	case 'p', 'P':
		return p.property()
	default:
		return nil
	}
	p.pos++
	if c < 'a' {
		return set.complement()
	}
	return set
}

// property reads p{...} or P{...}.
func (p *parser) property() *charSet {
	place, negate := p.pos-1, p.peek() == 'P'
	end := p.pos + 2
	for end < len(p.text) && p.text[end] != '}' {
		end++
	}
	written := p.peekAt(1) == '{' && end < len(p.text)
	if !p.flagU {
		if written {
			p.doubt(`\%c{ is text without the flag u, with which the pattern is not valid`, p.peek())
		}
		return nil
	}
	if !written {
		p.fail(place, `\%c is not followed by the name of a property, as in \p{Letter}`, p.peek())
		return noChars
	}
	set, err := propertySet(propertyKey{string(p.text[p.pos+2 : end]), negate, p.flags.ignoreCase})
	if err != nil {
		p.fail(place, "%v", err)
		return noChars
	}
	p.pos = end + 1
	return set
}

// controlEscapes are the characters that \t and the like denote.
var controlEscapes = map[rune]rune{'t': '\t', 'n': '\n', 'v': '\v', 'f': '\f', 'r': '\r'}

// characterEscape reads an escape that denotes a single character, whose \ has
// been read.
func (p *parser) characterEscape(inClass bool) rune {
	place := p.pos - 1
	c := p.peek()
	p.pos++
	if control, ok := controlEscapes[c]; ok {
		return control
	}
	switch {
	case c < 0:
		p.fail(place, `there is nothing after this \`)
		return 0
	case c == 'c':
		return p.controlLetter(place, inClass)
	case c == 'x':
		if v, ok := p.hexadecimal(2); ok {
			return v
		}
	case c == 'u':
		if v, ok := p.unicodeEscape(place); ok {
			return v
		}
	case c == '0' && !isDigit(p.peek()):
		return 0
	case c >= '0' && c <= '7' && !p.flagU:
		return p.legacyOctal(c - '0')
	}
	return p.identity(place, c, inClass)
}

// identity returns c, which represents itself after a \, if that is allowed.
func (p *parser) identity(place int, c rune, inClass bool) rune {
	if strings.ContainsRune(`^$\.*+?()[]{}|/`, c) || inClass && c == '-' {
		return c
	}
	if p.flagU || c == 'k' && p.named {
		p.fail(place, `\%c is not an escape of ECMA-262`, c)
	} else if isLetter(c) {
		p.doubt(`\%c is not an escape of ECMA-262: it means the letter`, c)
	}
	return c
}

// controlLetter reads the letter of \cX.
func (p *parser) controlLetter(place int, inClass bool) rune {
	c := p.peek()
	if isLetter(c) || !p.flagU && inClass && (isDigit(c) || c == '_') {
		p.pos++
		return c % 32
	}
	if p.flagU {
		p.fail(place, `\c is not followed by a letter`)
		return 0
	}
	p.doubt(`\c is not followed by a letter`)
	p.pos-- // the \ represents itself, and c is what comes next
	return '\\'
}

// legacyOctal reads the rest of an octal escape of Annex B.
func (p *parser) legacyOctal(v rune) rune {
	for n := 1; n < 3 && p.peek() >= '0' && p.peek() <= '7' && v*8+p.peek()-'0' <= 0o377; n++ {
		v = v*8 + p.peek() - '0'
		p.pos++
	}
	return v
}

// hexadecimal reads exactly n hexadecimal digits, or skips nothing.
func (p *parser) hexadecimal(n int) (v rune, ok bool) {
	for i := range n {
		d := hexDigit(p.peekAt(i))
		if d < 0 {
			return 0, false
		}
		v = v*16 + d
	}
	p.pos += n
	return v, true
}

func hexDigit(c rune) rune {
	switch {
	case isDigit(c):
		return c - '0'
	case isLetter(c) && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return -1
}

// unicodeEscape reads XXXX or {X...} after \u. Two escapes that are the halves
// of a surrogate pair are one character.
func (p *parser) unicodeEscape(place int) (rune, bool) {
	if p.peek() == '{' {
		if !p.flagU {
			if hexDigit(p.peekAt(1)) >= 0 {
				p.doubt(`\u{ is not an escape without the flag u, with which the pattern is not valid`)
			}
			return 0, false
		}
		return p.bracedEscape(place)
	}
	v, ok := p.hexadecimal(4)
	if !ok || !utf16.IsSurrogate(v) {
		return v, ok
	}
	if low, ok := p.lowSurrogate(v); ok {
		return low, true
	}
	p.loneSurrogates = true
	return v, true
}

// lowSurrogate reads an escape that completes high to a character.
func (p *parser) lowSurrogate(high rune) (rune, bool) {
	start := p.pos
	if p.take(`\u`) {
		if low, ok := p.hexadecimal(4); ok {
			if c := utf16.DecodeRune(high, low); c != '\uFFFD' {
				return c, true
			}
		}
	}
	p.pos = start
	return 0, false
}

// bracedEscape reads {X...} after \u.
func (p *parser) bracedEscape(place int) (rune, bool) {
	p.pos++
	v, n := rune(0), 0
	for ; hexDigit(p.peek()) >= 0; p.pos++ {
		v = min(v*16+hexDigit(p.peek()), 0x110000)
		n++
	}
	if n == 0 || v > 0x10FFFF || !p.take("}") {
		p.fail(place, `\u{ is not followed by the hexadecimal number of a character and }`)
	}
	return min(v, 0x10FFFF), true
}

// groupName reads a name and the > after it.
func (p *parser) groupName() string {
	place := p.pos
	var name []rune
	for !p.take(">") {
		c := p.peek()
		p.pos++
		if c == '\\' && p.take("u") {
			c = p.escapeInName(place)
		}
		first := len(name) == 0
		if c < 0 || c != '$' && c != '_' && !(first && identifierStart().contains(c)) &&
			(first || c != '\u200C' && c != '\u200D' && !identifierContinue().contains(c)) {
			p.fail(place, "the name of a group is not an identifier followed by >")
			return ""
		}
		name = append(name, c)
	}
	if len(name) == 0 {
		p.fail(place, "the name of a group is empty")
	}
	return string(name)
}

// escapeInName reads the rest of an escape \u in a name, where both grammars
// allow \u{...}.
func (p *parser) escapeInName(place int) rune {
	if p.peek() == '{' {
		c, _ := p.bracedEscape(place)
		return c
	}
	if c, ok := p.unicodeEscape(place); ok {
		return c
	}
	return -1
}
