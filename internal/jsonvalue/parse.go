package jsonvalue

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/jsonscan"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// Parse reads data as one JSON value. The value is nil if the text is not JSON
// at all; faults are in the order of their offsets. Values that nest deeper
// than maxDepth arrays and objects are refused.
func Parse(data []byte, maxDepth int) (*Value, []Fault) {
	return new(Parser).Parse(data, maxDepth)
}

func parse(data []byte, maxDepth int, memory *Parser) (*Value, []Fault) {
	p := parser{data: data, maxDepth: maxDepth, memory: memory, open: opens.Get().(*open)}
	defer p.open.release()
	if len(data) <= sharedText {
		p.text = string(data)
	}
	p.space()
	if p.pos == len(p.data) {
		p.fault(Truncated, p.pos, "the text is empty; a JSON value was expected")
		return nil, p.faults
	}
	v := p.value()
	// The fault of a repeated name is only found after its member was read.
	slices.SortStableFunc(p.faults, func(a, b Fault) int { return a.Offset - b.Offset })
	if v == nil {
		return nil, p.faults
	}
	p.space()
	if p.pos < len(p.data) {
		p.fault(Trailing, p.pos, "there are more bytes after the JSON value, beginning with "+p.quoteAt(p.pos))
	}
	return v, p.faults
}

// sharedText is the length up to which the texts of all values are parts of one
// string. Keeping one of them then keeps the whole string in memory, which is
// small.
const sharedText = 4 << 10

type parser struct {
	data     []byte
	text     string // data as a string, if it is short
	pos      int
	depth    int
	maxDepth int
	memory   *Parser
	open     *open
	faults   []Fault
}

// slice returns a part of the text.
func (p *parser) slice(start, end int) string {
	if p.text != "" {
		return p.text[start:end]
	}
	return string(p.data[start:end])
}

func (p *parser) fault(kind FaultKind, offset int, message string) {
	path := make([]string, len(p.open.path))
	for i, s := range p.open.path {
		if path[i] = s.name; s.index >= 0 {
			path[i] = strconv.Itoa(s.index)
		}
	}
	p.faults = append(p.faults, Fault{kind, offset, path, message})
}

// unexpected records that something else than expected is at p.pos.
func (p *parser) unexpected(expected string) {
	if p.pos >= len(p.data) {
		p.fault(Truncated, len(p.data), "the text ends where "+expected+" was expected")
		return
	}
	p.fault(Syntax, p.pos, p.quoteAt(p.pos)+" where "+expected+" was expected")
}

// quoteAt returns the character at offset, for messages.
func (p *parser) quoteAt(offset int) string {
	r, size := utf8.DecodeRune(p.data[offset:])
	if r == utf8.RuneError && size <= 1 {
		return "byte 0x" + strconv.FormatUint(uint64(p.data[offset]), 16)
	}
	return strconv.QuoteRune(r)
}

// quoteShort returns a name in quotes, cut if it is long, for messages.
func quoteShort(name string) string {
	return strconv.Quote(textfmt.Shorten(name, 200))
}

func (p *parser) space() { p.pos = jsonscan.Space(p.data, p.pos) }

func (p *parser) new(v Value) *Value {
	to := p.memory.value(p.data[v.Start:])
	*to = v
	return to
}

// value reads the value at p.pos. It returns nil after a fault that ends the
// reading.
func (p *parser) value() *Value {
	if p.pos == len(p.data) {
		p.unexpected("a value")
		return nil
	}
	start := p.pos
	switch c := p.data[p.pos]; {
	case c == '{', c == '[':
		if p.depth == p.maxDepth {
			p.fault(TooDeep, p.pos, "arrays and objects nest deeper than "+strconv.Itoa(p.maxDepth)+" levels")
			return nil
		}
		p.depth++
		v := p.new(Value{Kind: Array, Start: start})
		var ok bool
		if c == '{' {
			v.Kind = Object
			ok = p.object(v)
		} else {
			v.Items, ok = p.array()
		}
		if !ok {
			return nil
		}
		p.depth--
		v.End = p.pos
		return v
	case c == '"':
		text, ok := p.str()
		if !ok {
			return nil
		}
		return p.new(Value{Kind: String, Start: start, End: p.pos, Text: text})
	case c == '-', '0' <= c && c <= '9':
		if !p.number() {
			return nil
		}
		return p.new(Value{Kind: Number, Start: start, End: p.pos, Text: p.slice(start, p.pos)})
	case c == 't' && p.literal("true"):
		return p.new(Value{Kind: Bool, Start: start, End: p.pos, True: true})
	case c == 'f' && p.literal("false"):
		return p.new(Value{Kind: Bool, Start: start, End: p.pos})
	case c == 'n' && p.literal("null"):
		return p.new(Value{Kind: Null, Start: start, End: p.pos})
	}
	if len(p.faults) == 0 || p.faults[len(p.faults)-1].Offset < start {
		p.unexpected("a value")
	}
	return nil
}

// literal reads word. If the text ends within the word, that is the fault.
func (p *parser) literal(word string) bool {
	rest := p.data[p.pos:]
	if len(rest) >= len(word) && string(rest[:len(word)]) == word {
		p.pos += len(word)
		return true
	}
	if strings.HasPrefix(word, string(rest)) {
		p.fault(Truncated, len(p.data), "the text ends within "+word)
	}
	return false
}

// object reads the members of the object v, whose bracket is at p.pos.
func (p *parser) object(v *Value) bool {
	p.pos++
	p.space()
	if p.pos < len(p.data) && p.data[p.pos] == '}' {
		p.pos++
		return true
	}
	names := names{open: p.open, mark: len(p.open.members)}
	for {
		if p.pos == len(p.data) || p.data[p.pos] != '"' {
			p.unexpected("a member name in quotes")
			return false
		}
		m := Member{NameStart: p.pos}
		var ok bool
		if m.Name, ok = p.str(); !ok {
			return false
		}
		p.open.path = append(p.open.path, step{name: m.Name, index: -1})
		if !names.add(m.Name) {
			v.Repeated = true
			p.fault(DuplicateKey, m.NameStart, "the member "+quoteShort(m.Name)+" occurs twice in its object")
		}
		p.space()
		if p.pos == len(p.data) || p.data[p.pos] != ':' {
			p.unexpected("a colon")
			return false
		}
		p.pos++
		p.space()
		if m.Value = p.value(); m.Value == nil {
			return false
		}
		p.open.path = p.open.path[:len(p.open.path)-1]
		p.open.members = append(p.open.members, m)
		p.space()
		if more, ok := p.separator('}'); !more {
			v.Members, v.index = keep(&p.memory.members, p.open.members[names.mark:]), names.index
			p.open.members = p.open.members[:names.mark]
			return ok
		}
	}
}

// array reads the elements of the array whose bracket is at p.pos.
func (p *parser) array() (items []*Value, ok bool) {
	p.pos++
	p.space()
	if p.pos < len(p.data) && p.data[p.pos] == ']' {
		p.pos++
		return nil, true
	}
	mark := len(p.open.items)
	for {
		p.open.path = append(p.open.path, step{index: len(p.open.items) - mark})
		item := p.value()
		if item == nil {
			return nil, false
		}
		p.open.path = p.open.path[:len(p.open.path)-1]
		p.open.items = append(p.open.items, item)
		p.space()
		if more, ok := p.separator(']'); !more {
			items = keep(&p.memory.items, p.open.items[mark:])
			p.open.items = p.open.items[:mark]
			return items, ok
		}
	}
}

// separator reads what follows a member or element: a comma, after which more
// must come, or the closing bracket.
func (p *parser) separator(closing byte) (more, ok bool) {
	if p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ',':
			p.pos++
			p.space()
			if p.pos < len(p.data) && p.data[p.pos] == closing {
				p.fault(Syntax, p.pos, "there is a comma before the closing "+strconv.QuoteRune(rune(closing)))
				return false, false
			}
			return true, true
		case closing:
			p.pos++
			return false, true
		}
	}
	p.unexpected("a comma or the closing " + strconv.QuoteRune(rune(closing)))
	return false, false
}

func (p *parser) number() bool {
	if end, _ := jsonscan.NumberEnd(p.data, p.pos); end >= 0 {
		p.pos = end
		return true
	}
	if p.data[p.pos] == '-' {
		p.pos++
	}
	first := p.pos
	if !p.digits() {
		return false
	}
	if p.data[first] == '0' && p.pos > first+1 {
		p.fault(Syntax, first, "a number has a leading zero")
		return false
	}
	if p.pos < len(p.data) && p.data[p.pos] == '.' {
		p.pos++
		if !p.digits() {
			return false
		}
	}
	if p.pos < len(p.data) && (p.data[p.pos] == 'e' || p.data[p.pos] == 'E') {
		p.pos++
		if p.pos < len(p.data) && (p.data[p.pos] == '+' || p.data[p.pos] == '-') {
			p.pos++
		}
		return p.digits()
	}
	return true
}

// digits reads at least one digit.
func (p *parser) digits() bool {
	start := p.pos
	for p.pos < len(p.data) && '0' <= p.data[p.pos] && p.data[p.pos] <= '9' {
		p.pos++
	}
	if p.pos == start {
		p.unexpected("a digit")
	}
	return p.pos > start
}
