package redact

import (
	"slices"
	"strings"
	"sync"
)

// tree finds credentials in JSON by the names that they are under. It also
// reads a text that is cut off, and takes linear time.
type tree struct {
	text   string
	names  names
	frames []frame
	values []value // all strings except names of members, in order
	hidden []run   // ranges of values to hide
	depth  []int   // of each value: how many more ranges begin there than end
}

// trees are used again, since most texts have nothing that is kept.
var trees = sync.Pool{New: func() any { return new(tree) }}

// value is a string of the text.
type value struct {
	span
	described bool // it describes a credential beside it
}

// run is a range of values.
type run struct{ from, to int }

// frame is an object or a list that is being read.
type frame struct {
	list     bool
	wantName bool // the next string is the name of a member
	header   bool // its members are headers
	under    bool // it is within the value of a secret name
	doubt    bool // it is under an ambiguous name: only its members named "value" are credentials
	logprob  bool // its tokens are words of a language model
	start    int  // number of values before it

	name nameInfo // of the member that is being read, or of the list

	pair   secrecy // what a member named "name" says about one named "value"
	values []run   // the members named "value"
	tokens []run   // credentials, unless they are words of a language model
	before secrecy // in a list: what the previous string says, as the name of a header
}

// nameInfo is what the name of a member says about its value.
type nameInfo struct {
	secrecy   secrecy
	described bool
	token     bool // it ends in token or tokens
	header    bool // its value contains headers
	logprob   bool // it is one of probabilities, whose tokens are words of a language model
	role      role
}

// role is what a member is in a pair of name and value.
type role uint8

const (
	noRole role = iota
	pairName
	pairValue
)

var roles = map[string]role{
	"name": pairName, "key": pairName, "header": pairName, "field": pairName, "param": pairName, "parameter": pairName,
	"variable": pairName, "var": pairName, "property": pairName, "attribute": pairName, "k": pairName, "n": pairName,
	"headername": pairName, "fieldname": pairName, "variablename": pairName,
	"value": pairValue, "values": pairValue, "val": pairValue, "v": pairValue, "content": pairValue, "contents": pairValue,
	"headervalue": pairValue, "fieldvalue": pairValue, "variablevalue": pairValue,
}

func (n names) newInfo(name string, in place) nameInfo {
	f := fold(name)
	letters := f.bytes()
	last := string(letters[max(f.lastWord(), 0):])
	return nameInfo{
		secrecy:   n.of(name, in),
		described: described[last],
		token:     strings.HasSuffix(last, "token") || strings.HasSuffix(last, "tokens"),
		header:    last == "headers" || last == "header" || strings.HasSuffix(last, "headers"),
		logprob:   strings.Contains(strings.ToLower(name), "logprob"),
		role:      roles[string(letters)],
	}
}

// treeSpans returns the credentials of a text that begins like JSON, and the
// other strings in it that may contain credentials. If the text is not complete
// JSON, ok is false.
func treeSpans(text string, n names) (found, texts []span, ok bool) {
	t := trees.Get().(*tree)
	defer trees.Put(t)
	*t = tree{text, n, t.frames[:0], t.values[:0], t.hidden[:0], t.depth[:0]}
	ok = t.read()
	for len(t.frames) > 0 {
		t.pop()
	}
	t.depth = slices.Grow(t.depth, len(t.values)+1)[:len(t.values)+1]
	clear(t.depth)
	for _, r := range t.hidden {
		t.depth[r.from]++
		t.depth[r.to]--
	}
	open := 0
	for i, v := range t.values {
		if open += t.depth[i]; open > 0 && !v.described {
			if always.hides(text[v.start:v.end]) {
				found = append(found, v.span)
			}
		} else if isText(text[v.start:v.end]) {
			texts = append(texts, v.span)
		}
	}
	t.text = ""
	return found, texts, ok
}

// isText reports whether a string can contain names and values.
func isText(s string) bool {
	return strings.IndexByte(s, ':') >= 0 || strings.IndexByte(s, '=') >= 0 || strings.IndexByte(s, '>') >= 0 || strings.Contains(s, "--") || strings.Contains(s, `\u`)
}

// read reads the text to its end, or up to what is not JSON.
func (t *tree) read() bool {
	for i := 0; i < len(t.text); {
		switch c := t.text[i]; {
		case c == '"':
			end := stringEnd(t.text, i+1)
			t.string(span{i + 1, end})
			i = end + 1
		case c == '{' || c == '[':
			t.push(c == '[')
			i++
		case c == '}' || c == ']':
			if len(t.frames) == 0 || t.top().list != (c == ']') {
				return false
			}
			t.pop()
			i++
		case c == ',' || c == ':':
			if len(t.frames) == 0 {
				return false
			}
			t.top().wantName = c == ',' && !t.top().list
			i++
		case isSpace(c):
			i++
		case isDigit(c) || isLower(c) || isUpper(c) || c == '-' || c == '+' || c == '.':
			i++
		default:
			return false
		}
	}
	return len(t.frames) == 0
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// stringEnd returns where the string that begins at i ends: before its quote,
// or at the end of the text.
func stringEnd(text string, i int) int {
	for at := i; ; {
		quote := strings.IndexByte(text[at:], '"')
		if quote < 0 {
			return len(text)
		}
		at += quote
		back := 0
		for at-back > i && text[at-back-1] == '\\' {
			back++
		}
		if back%2 == 0 {
			return at
		}
		at++
	}
}

func (t *tree) top() *frame { return &t.frames[len(t.frames)-1] }

func (t *tree) push(list bool) {
	f := frame{list: list, wantName: !list, start: len(t.values)}
	if len(t.frames) > 0 {
		parent := t.top()
		f.logprob = parent.logprob
		f.header = parent.name.header || parent.list && parent.header
		f.under = parent.under && !parent.name.described || parent.name.secrecy == always && !parent.name.token
		f.doubt = !list && parent.name.secrecy == unlessWord
		if list {
			f.name = parent.name // elements are under the name of the list
			f.name.role = noRole
			if f.name.token {
				f.name.secrecy = harmless // the parent decides
			}
		}
	}
	t.frames = append(t.frames, f)
}

func (t *tree) pop() {
	f := t.top()
	if !f.logprob {
		t.hidden = append(t.hidden, f.tokens...)
	}
	if f.pair != harmless {
		for _, r := range f.values {
			if f.pair == always || r.to == r.from+1 && f.pair.hides(t.decoded(t.values[r.from].span)) {
				t.hidden = append(t.hidden, r)
			}
		}
	}
	all := run{f.start, len(t.values)}
	t.frames = t.frames[:len(t.frames)-1]
	if len(t.frames) == 0 || all.from == all.to {
		return
	}
	parent := t.top()
	if parent.list {
		return
	}
	if parent.name.token && parent.name.secrecy == always {
		parent.tokens = append(parent.tokens, all)
	}
	if parent.name.role == pairValue {
		parent.values = append(parent.values, all)
	}
}

// string handles a string: a name or a value.
func (t *tree) string(at span) {
	if len(t.frames) == 0 {
		t.values = append(t.values, value{span: at})
		return
	}
	f := t.top()
	text := t.decoded(at)
	if f.wantName {
		f.name = t.names.info(text, f.place())
		f.logprob = f.logprob || f.name.logprob
		return
	}
	own := run{len(t.values), len(t.values) + 1}
	described := f.name.described && f.name.secrecy == harmless && !f.list
	t.values = append(t.values, value{at, described})
	switch f.name.role {
	case pairName:
		f.pair = max(t.names.of(text, member), t.names.of(text, header))
	case pairValue:
		f.values = append(f.values, own)
	}
	hides := f.name.secrecy.hides(text) || f.under || f.doubt && f.name.role == pairValue && unlessWord.hides(text) || f.before != harmless && !plainWord(text)
	switch {
	case hides && f.name.token && !f.list && f.name.secrecy == always:
		f.tokens = append(f.tokens, own)
	case hides:
		t.hidden = append(t.hidden, own)
	}
	f.before = harmless
	if f.list && !strings.Contains(text, " ") && len(text) <= longestName {
		if s := t.names.of(text, header); s == always {
			f.before = s
		}
	}
}

// place returns the kind of place that the names of the frame are in.
func (f *frame) place() place {
	if f.header {
		return header
	}
	return member
}

// decoded returns the decoded text of a string.
func (t *tree) decoded(at span) string {
	s := t.text[at.start:at.end]
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	return unquoted(s)
}
