package jsonvalue

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Parse reads data as one JSON value. It returns nil for the value when the
// text is not JSON at all; faults come in the order of their offsets. Values
// that nest deeper than maxDepth arrays and objects are refused.
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
	// A name is known to be a repeated one only after its text was read.
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
// string. Whoever keeps one of them then keeps all of it, which is not much.
const sharedText = 4 << 10

type parser struct {
	data     []byte
	text     string // data, where that is short
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
	var pointer strings.Builder
	for _, s := range p.open.path {
		pointer.WriteByte('/')
		if s.index >= 0 {
			pointer.WriteString(strconv.Itoa(s.index))
		} else {
			pointer.WriteString(EscapePointer(s.name))
		}
	}
	p.faults = append(p.faults, Fault{kind, offset, pointer.String(), message})
}

// unexpected records that the byte at p.pos is not what was expected there.
func (p *parser) unexpected(expected string) {
	if p.pos >= len(p.data) {
		p.fault(Truncated, len(p.data), "the text ends where "+expected+" was expected")
		return
	}
	p.fault(Syntax, p.pos, p.quoteAt(p.pos)+" stands where "+expected+" was expected")
}

// quoteAt shows the character at offset, for messages.
func (p *parser) quoteAt(offset int) string {
	r, size := utf8.DecodeRune(p.data[offset:])
	if r == utf8.RuneError && size <= 1 {
		return "byte 0x" + strconv.FormatUint(uint64(p.data[offset]), 16)
	}
	return strconv.QuoteRune(r)
}

func (p *parser) space() {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

func (p *parser) new(v Value) *Value {
	to := p.memory.value(p.data[v.Start:])
	*to = v
	return to
}

// value reads the value at p.pos; nil after a fault that ends the reading.
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

// literal reads word; where only the end of the text cuts it short, that is
// the fault.
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
			p.fault(DuplicateKey, m.NameStart, "the member "+strconv.Quote(m.Name)+" stands in its object a second time")
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
			v.Members = keep(&p.memory.members, p.open.members[names.mark:])
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
	if p.data[p.pos] == '-' {
		p.pos++
	}
	first := p.pos
	if !p.digits() {
		return false
	}
	if p.data[first] == '0' && p.pos > first+1 {
		p.fault(Syntax, first, "a number begins with a zero that does not belong there")
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

// str reads the string whose opening quote is at p.pos.
func (p *parser) str() (string, bool) {
	open := p.pos
	p.pos++
	for i := p.pos; i < len(p.data); i++ {
		switch c := p.data[i]; {
		case c == '"':
			s := p.slice(p.pos, i)
			p.pos = i + 1
			return s, true
		case c == '\\', c < ' ', c >= utf8.RuneSelf:
			return p.strSlow(open, i)
		}
	}
	p.pos = len(p.data)
	p.fault(Truncated, p.pos, "the text ends within a string")
	return "", false
}

// strSlow reads on from offset i a string that has escapes or bytes other than
// plain ASCII.
func (p *parser) strSlow(open, i int) (string, bool) {
	buf := append(p.memory.text[:0], p.data[open+1:i]...)
	defer func() { p.memory.text = buf }()
	p.pos = i
	reported := false // one fault a string is enough
	bad := func(offset int, message string) {
		if !reported {
			p.fault(InvalidUTF8, offset, message)
			reported = true
		}
	}
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		switch {
		case c == '"':
			p.pos++
			return string(buf), true
		case c < ' ':
			p.fault(Syntax, p.pos, "the control character 0x"+strconv.FormatUint(uint64(c), 16)+" stands in a string without being escaped")
			return "", false
		case c == '\\':
			at := p.pos
			r, ok := p.escape()
			if !ok {
				return "", false
			}
			if utf16.IsSurrogate(r) {
				second := rune(-1)
				if p.pos+1 < len(p.data) && p.data[p.pos] == '\\' && p.data[p.pos+1] == 'u' {
					back := p.pos
					if second, ok = p.escape(); !ok {
						return "", false
					}
					if utf16.DecodeRune(r, second) == utf8.RuneError {
						p.pos, second = back, -1
					}
				}
				if second < 0 {
					bad(at, "an escape stands for half of a surrogate pair, which is no character")
					r = utf8.RuneError
				} else {
					r = utf16.DecodeRune(r, second)
				}
			}
			buf = utf8.AppendRune(buf, r)
		case c < utf8.RuneSelf:
			end := p.pos + 1
			for end < len(p.data) && plain[p.data[end]] {
				end++
			}
			buf = append(buf, p.data[p.pos:end]...)
			p.pos = end
		default:
			r, size := utf8.DecodeRune(p.data[p.pos:])
			if r == utf8.RuneError && size == 1 {
				bad(p.pos, "byte 0x"+strconv.FormatUint(uint64(c), 16)+" in a string is not UTF-8")
			}
			buf = utf8.AppendRune(buf, r)
			p.pos += size
		}
	}
	p.fault(Truncated, p.pos, "the text ends within a string")
	return "", false
}

// plain are the bytes of ASCII that stand for themselves in a string.
var plain = func() (all [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		all[c] = c != '"' && c != '\\'
	}
	return all
}()

// escape reads the escape sequence at p.pos; a \u escape gives its code unit.
func (p *parser) escape() (rune, bool) {
	at := p.pos
	p.pos++
	if p.pos == len(p.data) {
		p.fault(Truncated, p.pos, "the text ends within a string")
		return 0, false
	}
	c := p.data[p.pos]
	p.pos++
	if c == '"' { // the most frequent one, in JSON within JSON
		return '"', true
	}
	if c != 'u' {
		if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
			return rune("\"\\/\b\f\n\r\t"[i]), true
		}
		p.fault(Syntax, at, "\\"+string(rune(c))+" is not an escape of JSON")
		return 0, false
	}
	var r rune
	for range 4 {
		if p.pos == len(p.data) {
			p.fault(Truncated, p.pos, "the text ends within a string")
			return 0, false
		}
		d := hexDigit(p.data[p.pos])
		if d < 0 {
			p.fault(Syntax, at, "\\u is not followed by four hexadecimal digits")
			return 0, false
		}
		r = r<<4 | d
		p.pos++
	}
	return r, true
}

func hexDigit(c byte) rune {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0')
	case 'a' <= c && c <= 'f':
		return rune(c - 'a' + 10)
	case 'A' <= c && c <= 'F':
		return rune(c - 'A' + 10)
	}
	return -1
}
