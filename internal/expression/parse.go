package expression

import (
	"slices"
	"strconv"
	"strings"
)

// parse parses an expression that a tree can express. It returns nil for all
// others, and for all that are wrong according to CEL: CEL decides on these.
// The parser and checker of the CEL library are a hundred times slower, which
// would be most of the time of a short run.
func parse(text string) *Tree {
	p := &parser{rest: text}
	t := p.choice()
	if t == nil || p.space() != "" || !t.gives.canBe(isBool) {
		return nil
	}
	return t
}

type parser struct {
	rest  string
	depth int
}

// deepest is how deep trees may nest.
const deepest = 50

// space skips white space and comments, and returns the rest of the text.
func (p *parser) space() string {
	for {
		p.rest = strings.TrimLeft(p.rest, " \t\r\n\f")
		if !strings.HasPrefix(p.rest, "//") {
			return p.rest
		}
		_, p.rest, _ = strings.Cut(p.rest, "\n")
	}
}

// token skips the first of the tokens that comes next, and returns it. A token
// must precede those that it begins with.
func (p *parser) token(tokens ...string) string {
	rest := p.space()
	for _, t := range tokens {
		if strings.HasPrefix(rest, t) {
			p.rest = rest[len(t):]
			return t
		}
	}
	return ""
}

// choice parses a conditional expression, or one that binds more tightly.
func (p *parser) choice() *Tree {
	if p.depth++; p.depth > deepest {
		return nil
	}
	defer func() { p.depth-- }()
	condition := p.or()
	if condition == nil || p.token("?") == "" {
		return condition
	}
	then := p.or()
	if then == nil || p.token(":") == "" {
		return nil
	}
	otherwise := p.choice()
	if otherwise == nil || then.gives != otherwise.gives || !condition.gives.canBe(isBool) {
		return nil
	}
	return &Tree{Op: If, Args: []*Tree{condition, then, otherwise}, gives: then.gives}
}

func (p *parser) or() *Tree { return p.combined("||", Or, p.and) }

func (p *parser) and() *Tree { return p.combined("&&", And, p.relation) }

func (p *parser) combined(token string, op Op, part func() *Tree) *Tree {
	t := part()
	for t != nil && p.token(token) != "" {
		next := part()
		if next == nil || !t.gives.canBe(isBool) || !next.gives.canBe(isBool) {
			return nil
		}
		t = &Tree{Op: op, Args: []*Tree{t, next}, gives: isBool}
	}
	return t
}

var relations = map[string]Op{"==": Equal, "!=": NotEqual, "<": Less, "<=": LessEqual, ">": Greater, ">=": GreaterEqual}

func (p *parser) relation() *Tree {
	a := p.sum()
	if a == nil {
		return nil
	}
	if token := p.token("==", "!=", "<=", ">=", "<", ">"); token != "" {
		b := p.sum()
		if b == nil || !a.gives.canBe(b.gives) {
			return nil
		}
		return &Tree{Op: relations[token], Args: []*Tree{a, b}, gives: isBool}
	}
	if p.word() == "in" {
		p.rest = p.rest[len("in"):]
		return p.in(a)
	}
	return a
}

// in parses the list on the right of the operator in.
func (p *parser) in(a *Tree) *Tree {
	t := &Tree{Op: In, Args: []*Tree{a}, gives: isBool}
	if p.token("[") == "" {
		return nil
	}
	for {
		item := p.unary()
		if item == nil || item.Op != Literal || !a.gives.canBe(item.gives) || item.gives != t.Args[len(t.Args)-1].gives && len(t.Args) > 1 {
			return nil
		}
		t.Args = append(t.Args, item)
		switch p.token(",", "]") {
		case "]":
			return t
		case "":
			return nil
		}
	}
}

func (p *parser) sum() *Tree {
	a := p.unary()
	for a != nil {
		token := p.token("+", "-")
		if token == "" {
			return a
		}
		b := p.unary()
		if b == nil || !a.gives.canBe(b.gives) {
			return nil
		}
		t := &Tree{Op: Add, Args: []*Tree{a, b}, gives: max(a.gives, b.gives)}
		if token == "-" {
			t.Op = Subtract
		}
		if t.gives == isBool || t.gives == isText && t.Op == Subtract {
			return nil
		}
		a = t
	}
	return nil
}

func (p *parser) unary() *Tree {
	if rest := p.space(); strings.HasPrefix(rest, "!") {
		p.rest = rest[1:]
		t := p.primary()
		if t == nil || !t.gives.canBe(isBool) {
			return nil
		}
		return &Tree{Op: Not, Args: []*Tree{t}, gives: isBool}
	}
	return p.primary()
}

func (p *parser) primary() *Tree {
	rest := p.space()
	if rest == "" {
		return nil
	}
	switch c := rest[0]; {
	case c == '(':
		p.rest = rest[1:]
		t := p.choice()
		if t == nil || p.token(")") == "" || p.follows("[", ".") {
			return nil
		}
		return t
	case c == '\'' || c == '"':
		return p.text(c)
	case c == '-' || '0' <= c && c <= '9':
		return p.integer()
	}
	switch word := p.word(); word {
	case "true", "false":
		p.rest = p.rest[len(word):]
		return literal(word == "true")
	case "has", "size":
		p.rest = p.rest[len(word):]
		return p.call(word)
	}
	if path := p.path(); len(path) > 1 {
		return pathTree(Member, path, isAny)
	}
	return nil
}

// follows reports whether one of the tokens comes next.
func (p *parser) follows(tokens ...string) bool {
	return slices.ContainsFunc(tokens, func(t string) bool { return strings.HasPrefix(p.space(), t) })
}

// text parses a string without escapes.
func (p *parser) text(quote byte) *Tree {
	text, rest, ok := strings.Cut(p.rest[1:], string(quote))
	if !ok || strings.ContainsAny(text, "\\\r\n") || text == "" && strings.HasPrefix(rest, string(quote)) {
		return nil
	}
	p.rest = rest
	if p.follows("[", ".") {
		return nil
	}
	return literal(text)
}

func (p *parser) integer() *Tree {
	end := 1
	for end < len(p.rest) && '0' <= p.rest[end] && p.rest[end] <= '9' {
		end++
	}
	digits := strings.TrimPrefix(p.rest[:end], "-")
	n, err := strconv.ParseInt(p.rest[:end], 10, 64)
	if err != nil || len(digits) > 1 && digits[0] == '0' {
		return nil
	}
	if p.rest = p.rest[end:]; p.rest != "" && (isNameByte(p.rest[0]) || p.rest[0] == '.') || p.follows("[", ".") {
		return nil
	}
	return literal(n)
}

// call parses the arguments of a function whose only argument is a path.
func (p *parser) call(name string) *Tree {
	if p.token("(") == "" {
		return nil
	}
	path := p.path()
	if len(path) < 2 || p.token(")") == "" || p.follows("[", ".") {
		return nil
	}
	if name == "size" {
		return pathTree(Size, path, isInt)
	}
	if last := path[len(path)-1]; last == First || last == Last {
		return nil
	}
	return pathTree(Has, path, isBool)
}

// path parses a variable and the members that are selected from it. It returns
// nil if what follows is more than a path.
func (p *parser) path() []string {
	variable := p.word()
	if !slices.Contains([]string{Self, OldSelf, Request, Response}, variable) {
		return nil
	}
	start := p.rest
	p.rest = p.rest[len(variable):]
	path := []string{variable}
	for {
		switch p.token(".", "[") {
		case ".":
			name := p.word()
			if name == "" || slices.Contains([]string{"in", "true", "false", "null"}, name) {
				return nil
			}
			p.rest = p.rest[len(name):]
			path = append(path, name)
		case "[":
			if variable != Self && variable != OldSelf && len(path) == 1 {
				return nil // these variables have named members only
			}
			end := p.end(strings.TrimSpace(start[:len(start)-len(p.rest)-1]))
			if end == "" {
				return nil
			}
			path = append(path, end)
		default:
			if p.follows("(", "{") {
				return nil
			}
			return path
		}
	}
}

// end parses the index of the first or the last element of an array; the array
// is given as it is written.
func (p *parser) end(array string) string {
	if p.token("0") != "" && p.token("]") != "" {
		return First
	}
	for _, token := range []string{"size", "(", array, ")", "-", "1", "]"} {
		if p.token(token) == "" {
			return ""
		}
	}
	if !strings.Contains(array, ".") && !strings.Contains(array, "[") {
		return "" // a variable by itself
	}
	return Last
}

// word returns the name that comes next, and does not skip it.
func (p *parser) word() string {
	rest := p.space()
	end := 0
	for end < len(rest) && isNameByte(rest[end]) {
		end++
	}
	if end == 0 || '0' <= rest[0] && rest[0] <= '9' {
		return ""
	}
	return rest[:end]
}

func isNameByte(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
