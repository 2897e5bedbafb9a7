package redact

import (
	"net/url"
	"strings"
)

// proseSpans finds credentials by name in a text of any kind: members of JSON
// that is cut off or within a string, fields of a form, headers, settings.
func proseSpans(s string, n names) []span {
	p := proseScanner{s: s, names: n}
	for i := 0; i < len(s); {
		next := strings.IndexAny(s[i:], ":=>")
		if next < 0 {
			break
		}
		i = p.at(i + next)
	}
	return p.found
}

// proseScanner looks for names and their values in a text.
type proseScanner struct {
	s     string
	names names
	found []span
	last  span // value of the last member that is named "value"
}

// at examines the separator at i, and returns where to continue.
func (p *proseScanner) at(i int) int {
	s := p.s
	if s[i] == '>' {
		return p.element(i)
	}
	if s[i] == ':' && strings.HasPrefix(s[i+1:], "//") || s[i] == '=' && strings.HasPrefix(s[i+1:], "=") {
		return i + 1
	}
	name := p.nameBefore(i)
	if name.text == "" {
		return i + 1
	}
	if name.quoted {
		p.pair(name, i+1)
	}
	secret := p.names.of(name.text, name.in)
	if secret == harmless {
		return i + 1
	}
	v := p.valueAfter(i+1, name)
	if v.container {
		if !name.quoted || secret != always {
			return i + 1
		}
		return p.contents(v.start)
	}
	text := s[v.start:v.end]
	switch {
	case !secret.hides(text):
	case isLine(name.text) && isScheme(strings.TrimSpace(text)): // somebody removed the credential
	case name.quoted && !v.quoted: // a number
	case !v.quoted && !name.quoted && s[i] == ':' && noValue[strings.ToLower(strings.TrimRight(text, ".!"))]:
	case !v.quoted && allDigits(text) && (len(text) < shortSecret || strings.HasSuffix(name.text, "tokens")):
	case name.quoted && strings.Contains(strings.ToLower(s[v.end:min(len(s), v.end+24)]), "logprob"):
	default:
		p.found = append(p.found, v.span)
		return max(v.end, i+1)
	}
	return i + 1
}

// noValue are words that, after a colon, say something about a credential, and
// are not credentials.
var noValue = wordSetOf("required missing is must not the a an invalid expected unexpected string null none nil true false of no wrong empty unknown cannot failed use see this it value optional undefined member header")

func wordSetOf(list string) map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		words[word] = true
	}
	return words
}

// label is a name before a separator.
type label struct {
	text   string
	quoted bool
	in     place
}

// nameBefore returns the name before the separator at i.
func (p *proseScanner) nameBefore(i int) label {
	s := p.s
	end := i
	for end > 0 && i-end < 8 && isSpace(s[end-1]) {
		end--
	}
	quote := byte(0)
	if end > 0 && (s[end-1] == '"' || s[end-1] == '\'') {
		quote = s[end-1]
		for end--; end > 0 && s[end-1] == '\\'; end-- {
		}
	} else if end != i && s[i] == ':' {
		return label{} // in prose, no space precedes the colon
	}
	start := end
	for start > 0 && end-start < longestName && nameByte(s[start-1]) {
		start--
	}
	name := label{text: s[start:end], in: prose}
	if strings.Contains(name.text, "%") {
		name.text = unescaped(name.text)
	}
	switch {
	case quote != 0:
		name.quoted = start > 0 && s[start-1] == quote
		name.in = member
		if strings.Contains(name.text, "-") {
			name.in = header
		}
	case s[i] == '=' && start > 0 && (s[start-1] == '?' || s[start-1] == '&'):
		name.in = query
	case s[i] == '=' && start == 0 && strings.Contains(s[i:], "&"):
		name.in = query
	case s[i] == ':' && strings.Contains(name.text, "-"):
		name.in = header
	}
	return name
}

func nameByte(c byte) bool {
	return wordByte(c) || c == '-' || c == '.' || c == '[' || c == ']' || c == '%' || c == '$'
}

// assigned is a value after a separator.
type assigned struct {
	span
	quoted    bool
	container bool // it is an object or a list, which begins at start
}

// valueAfter returns the value that begins at i, or after white space.
func (p *proseScanner) valueAfter(i int, name label) assigned {
	s := p.s
	for limit := i + 64; i < len(s) && i < limit && isSpace(s[i]); {
		if !name.quoted && (s[i] == '\n' || s[i] == '\r') {
			break // the value would be on another line
		}
		i++
	}
	level := 0
	for i+level < len(s) && s[i+level] == '\\' {
		level++
	}
	if at := i + level; at < len(s) && (s[at] == '"' || s[at] == '\'') {
		return assigned{span: span{at + 1, levelEnd(s, at+1, s[at], level)}, quoted: true}
	}
	if i < len(s) && (s[i] == '{' || s[i] == '[') && !strings.HasPrefix(s[i:], Mark) {
		return assigned{span: span{i, i}, container: true}
	}
	return assigned{span: p.bare(i, name)}
}

// levelEnd returns where a string ends whose quotes are preceded by level
// backslashes: 0 in JSON, 1 in JSON within a string, 3 within that.
func levelEnd(s string, i int, quote byte, level int) int {
	run := 0
	for at := i; at < len(s); at++ {
		switch s[at] {
		case '\\':
			run++
			continue
		case quote:
			if run < level || run%(2*level+2) == level {
				return at - min(run, level)
			}
		case '\n':
			if quote == '\'' {
				return at
			}
		}
		run = 0
	}
	return len(s)
}

// lines are names whose value is the rest of the line.
var lines = wordSetOf("authorization proxyauthorization cookie setcookie xauthorization xforwardedauthorization")

func isLine(name string) bool {
	f := fold(name)
	return lines[string(f.bytes())]
}

// bare returns the unquoted value that begins at i.
func (p *proseScanner) bare(i int, name label) span {
	s := p.s
	stop := "&;,<>)}]\"'\\ \t\r\n"
	if s[i-1] != '=' && name.in != query && isLine(name.text) {
		stop = "\"\\\r\n"
	}
	if strings.HasPrefix(s[i:], Mark) {
		return span{i, i + len(Mark)}
	}
	end := strings.IndexAny(s[i:], stop)
	if end < 0 {
		return span{i, len(s)}
	}
	if end += i; s[end] == ' ' && isScheme(s[i:end]) {
		i = end + 1
		if end = strings.IndexAny(s[i:], stop); end < 0 {
			return span{i, len(s)}
		}
		end += i
	}
	for end > i && s[end-1] == '.' { // the end of a sentence
		end--
	}
	return span{i, end}
}

func isScheme(word string) bool {
	switch strings.ToLower(word) {
	case "basic", "bearer", "digest", "negotiate", "token", "apikey":
		return true
	}
	return false
}

// contents hides the strings of an object or list that begins at i, except for
// names, and returns where it ends.
func (p *proseScanner) contents(i int) int {
	s := p.s
	depth := 0
	name := ""
	for i < len(s) {
		switch c := s[i]; c {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			level := 0
			for i-level > 0 && s[i-level-1] == '\\' {
				level++
			}
			end := levelEnd(s, i+1, c, level)
			after := min(end+level+1, len(s))
			for after < len(s) && isSpace(s[after]) {
				after++
			}
			switch text := s[i+1 : end]; {
			case after < len(s) && s[after] == ':':
				name = text
				after++
			case text != "" && !strings.HasPrefix(text, Mark) && (name == "" || !isDescribed(name)):
				p.found = append(p.found, span{i + 1, end})
			}
			i = max(after, i+1)
			continue
		case ',':
			name = ""
		}
		i++
	}
	return i
}

// pair hides the value that belongs to a name: {"name": "password", "value":
// "x"}, in either order. The value of the member is at i.
func (p *proseScanner) pair(name label, i int) {
	f := fold(name.text)
	r := roles[string(f.bytes())]
	if r == noRole {
		return
	}
	v := p.valueAfter(i, name)
	if !v.quoted {
		return
	}
	switch r {
	case pairValue:
		p.last = v.span
	case pairName:
		text := p.s[v.start:v.end]
		if len(text) > longestName {
			return
		}
		secret := max(p.names.of(text, member), p.names.of(text, header))
		if secret == harmless {
			return
		}
		if p.last.end > 0 && p.last.end < v.start && isBetween(p.s[p.last.end:v.start], name.text) {
			p.hide(p.last, secret)
		}
		if after, ok := p.sibling(v); ok {
			p.hide(after, secret)
		}
	}
}

func (p *proseScanner) hide(at span, s secrecy) {
	if s.hides(p.s[at.start:at.end]) {
		p.found = append(p.found, at)
	}
}

// isBetween reports whether a text is what separates the values of two
// consecutive members, the second of which has that name.
func isBetween(text, name string) bool {
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune("\\\"' \t\r\n", r) {
			return -1
		}
		return r
	}, text[:min(len(text), 200)])
	return text == ","+name+":"
}

// sibling returns the value of the member after v, if that member is named
// "value".
func (p *proseScanner) sibling(v assigned) (span, bool) {
	rest := p.s[v.end:min(len(p.s), v.end+100)]
	colon := strings.IndexByte(rest, ':')
	if colon < 0 {
		return span{}, false
	}
	name := p.nameBefore(v.end + colon)
	f := fold(name.text)
	if !name.quoted || roles[string(f.bytes())] != pairValue || !isBetween(rest[:colon+1], name.text) {
		return span{}, false
	}
	after := p.valueAfter(v.end+colon+1, name)
	return after.span, after.quoted
}

// element hides the text of an XML element: <password>x</password>.
func (p *proseScanner) element(i int) int {
	s := p.s
	start := i
	for start > 0 && i-start < longestName && (nameByte(s[start-1]) || s[start-1] == ':') {
		start--
	}
	if start == 0 || s[start-1] != '<' || start == i {
		return i + 1
	}
	end := strings.IndexByte(s[i+1:], '<')
	if end <= 0 {
		return i + 1
	}
	at := span{i + 1, i + 1 + end}
	text := s[at.start:at.end]
	if p.names.of(s[start:i], member).hides(text) && strings.TrimSpace(text) != "" {
		p.found = append(p.found, at)
		return at.end
	}
	return i + 1
}

// unescaped returns a part of a URL with its escapes decoded, or unchanged if
// they are invalid.
func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
