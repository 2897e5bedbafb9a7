package arazzo

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// operand is a part of a condition. Its value is not ok if there is none.
type operand func(s *scope) (value any, ok bool)

// maxCondition is the largest length of a condition in bytes; parsing nests as
// deep as the text does.
const maxCondition = 10_000

// parseCondition parses a simple condition.
func parseCondition(text string) (operand, []Expression, error) {
	if len(text) > maxCondition {
		return nil, nil, fmt.Errorf("the condition is longer than %d bytes", maxCondition)
	}
	p := conditionParser{text: text}
	o, err := p.or()
	if err == nil && p.next() != "" {
		err = fmt.Errorf("the condition %q has %q where an operator is expected", text, p.next())
	}
	return o, p.expressions, err
}

// conditionParser parses a condition from left to right.
type conditionParser struct {
	text        string
	pos         int
	expressions []Expression // that it has seen
}

// symbols are the operators and brackets; longer ones come before those that
// they begin with.
var symbols = []string{"&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", "{", "}", "."}

// next returns the next symbol, or the next character if that is not one; it is
// empty at the end.
func (p *conditionParser) next() string {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
	for _, s := range symbols {
		if strings.HasPrefix(p.text[p.pos:], s) {
			return s
		}
	}
	return p.text[p.pos:min(p.pos+1, len(p.text))]
}

// take consumes a symbol if it is next.
func (p *conditionParser) take(symbol string) bool {
	if p.next() != symbol {
		return false
	}
	p.pos += len(symbol)
	return true
}

func (p *conditionParser) or() (operand, error) { return p.chain("||", p.and, true) }

func (p *conditionParser) and() (operand, error) { return p.chain("&&", p.comparison, false) }

// chain parses operands with an operator between them, of which the first whose
// truth is decisive determines the value.
func (p *conditionParser) chain(operator string, part func() (operand, error), decisive bool) (operand, error) {
	first, err := part()
	for err == nil && p.take(operator) {
		var second operand
		if second, err = part(); err != nil {
			break
		}
		left := first
		first = func(s *scope) (any, bool) {
			if isTrue(left(s)) == decisive {
				return decisive, true
			}
			return isTrue(second(s)), true
		}
	}
	return first, err
}

// comparisons are the operators that compare, with what they say of the order
// of two values.
var comparisons = map[string]func(order int) bool{
	"<": func(order int) bool { return order < 0 }, "<=": func(order int) bool { return order <= 0 },
	">": func(order int) bool { return order > 0 }, ">=": func(order int) bool { return order >= 0 },
}

func (p *conditionParser) comparison() (operand, error) {
	left, err := p.unary()
	if err != nil {
		return nil, err
	}
	operator := p.next()
	fits, isOrder := comparisons[operator]
	if !isOrder && operator != "==" && operator != "!=" {
		return left, nil
	}
	p.pos += len(operator)
	right, err := p.unary()
	if err != nil {
		return nil, err
	}
	return func(s *scope) (any, bool) {
		a, aOK := left(s)
		b, bOK := right(s)
		if !isOrder {
			return equal(a, b) == (operator == "=="), true
		}
		order, comparable := compare(a, b)
		return aOK && bOK && comparable && fits(order), true
	}, nil
}

func (p *conditionParser) unary() (operand, error) {
	if !p.take("!") {
		return p.primary()
	}
	o, err := p.unary()
	if err != nil {
		return nil, err
	}
	return func(s *scope) (any, bool) { return !isTrue(o(s)), true }, nil
}

// primary parses a group, a literal or an expression, with what is taken out of
// it: an item by its index, or a member by its name.
func (p *conditionParser) primary() (operand, error) {
	o, err := p.atom()
	for err == nil {
		switch {
		case p.take("["):
			o, err = p.item(o)
		case p.take("."):
			name := p.word()
			if name == "" {
				return nil, fmt.Errorf("the condition %q has no name after a dot", p.text)
			}
			o = memberOf(o, name)
		default:
			return o, nil
		}
	}
	return nil, err
}

func memberOf(o operand, name string) operand {
	return func(s *scope) (any, bool) {
		value, ok := o(s)
		if !ok {
			return nil, false
		}
		return member(value, name)
	}
}

// item parses the rest of an index or a name in brackets.
func (p *conditionParser) item(o operand) (operand, error) {
	if quote := p.next(); quote == "'" || quote == `"` {
		name, err := p.quoted()
		if err == nil && !p.take("]") {
			err = fmt.Errorf("the condition %q has no ] after [%s", p.text, name)
		}
		return memberOf(o, name), err
	}
	index := p.word()
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || !p.take("]") {
		return nil, fmt.Errorf("the condition %q has no index, such as [0], after a value", p.text)
	}
	return func(s *scope) (any, bool) {
		value, _ := o(s)
		items, _ := value.([]any)
		if i >= len(items) {
			return nil, false
		}
		return items[i], true
	}, nil
}

func (p *conditionParser) atom() (operand, error) {
	switch next := p.next(); next {
	case "(", "{":
		p.pos++
		o, err := p.or()
		if closing := map[string]string{"(": ")", "{": "}"}[next]; err == nil && !p.take(closing) {
			err = fmt.Errorf("the condition %q has no %s for its %s", p.text, closing, next)
		}
		return o, err
	case "'", `"`:
		text, err := p.quoted()
		return func(*scope) (any, bool) { return text, true }, err
	case "$":
		e, err := parseExpression(p.expression())
		p.expressions = append(p.expressions, e)
		return func(s *scope) (any, bool) { return s.value(e) }, err
	}
	return p.literal()
}

// quoted parses a text in quotes, in which a quote is doubled.
func (p *conditionParser) quoted() (string, error) {
	quote := p.text[p.pos]
	var b strings.Builder
	for i := p.pos + 1; i < len(p.text); i++ {
		switch {
		case p.text[i] != quote:
			b.WriteByte(p.text[i])
		case i+1 < len(p.text) && p.text[i+1] == quote:
			b.WriteByte(quote)
			i++
		default:
			p.pos = i + 1
			return b.String(), nil
		}
	}
	return "", fmt.Errorf("the condition %q has a text without its closing quote", p.text)
}

// expression consumes a runtime expression: up to white space, an operator or a
// bracket.
func (p *conditionParser) expression() string {
	start := p.pos
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n=!<>()[]{},", p.text[p.pos]) < 0 &&
		!strings.HasPrefix(p.text[p.pos:], "&&") && !strings.HasPrefix(p.text[p.pos:], "||") {
		p.pos++
	}
	return p.text[start:p.pos]
}

// word consumes letters, digits and what is part of names and numbers.
func (p *conditionParser) word() string {
	p.next()
	start := p.pos
	for p.pos < len(p.text) && (isWordByte(p.text[p.pos]) || p.text[p.pos] == '.' && p.pos > start && isDigit(p.text[start])) {
		p.pos++
	}
	return p.text[start:p.pos]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWordByte(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80 || strings.IndexByte("_-+", c) >= 0
}

func (p *conditionParser) literal() (operand, error) {
	if p.next() == "" {
		return nil, fmt.Errorf("the condition %q ends where a value is expected", p.text)
	}
	word := p.word()
	var value any
	dec := json.NewDecoder(strings.NewReader(word))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil || dec.More() {
		return nil, fmt.Errorf("the condition %q has %q where a value is expected: a runtime expression such as $statusCode, a number, true, false, null, or text in single quotes", p.text, word+p.next())
	}
	return func(*scope) (any, bool) { return value, true }, nil
}

func isTrue(value any, ok bool) bool { return ok && value == true }

// equal reports whether two values are equal: numbers as numbers, texts in any
// case, and a text and another value if the text is how the value is written.
// What does not exist is equal to null.
func equal(a, b any) bool {
	if order, ok := compare(a, b); ok {
		return order == 0
	}
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	_, aText := a.(string)
	_, bText := b.(string)
	if aText || bText {
		return strings.EqualFold(textOf(a), textOf(b))
	}
	return bytes.Equal(encoded(a), encoded(b))
}

// compare returns the order of two values, if they are two numbers or two
// texts, or a number and a text that is one.
func compare(a, b any) (order int, ok bool) {
	aText, aIsText := a.(string)
	bText, bIsText := b.(string)
	if aIsText && bIsText {
		return strings.Compare(strings.ToLower(aText), strings.ToLower(bText)), true
	}
	x, xOK := numberOf(a)
	y, yOK := numberOf(b)
	if !xOK || !yOK {
		return 0, false
	}
	var i, j big.Int
	if _, ok := i.SetString(x, 10); ok {
		if _, ok := j.SetString(y, 10); ok {
			return i.Cmp(&j), true
		}
	}
	f, errF := strconv.ParseFloat(x, 64)
	g, errG := strconv.ParseFloat(y, 64)
	return cmp.Compare(f, g), errF == nil && errG == nil
}

// numberOf returns the digits of a number, or of a text that is one.
func numberOf(value any) (string, bool) {
	const maxDigits = 1000
	switch v := value.(type) {
	case json.Number:
		return v.String(), len(v) <= maxDigits
	case string:
		v = strings.TrimSpace(v)
		return v, v != "" && len(v) <= maxDigits && (isDigit(v[0]) || v[0] == '-') && json.Valid([]byte(v))
	}
	return "", false
}

// textOf returns a value as text: a text as it is, and others as JSON.
func textOf(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return string(encoded(value))
}

// encoded returns a value as JSON, with members sorted by name.
func encoded(value any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil // values are made by decoders of JSON and YAML, which make nothing else
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
