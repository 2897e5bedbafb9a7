package recording

import (
	"bytes"
	"errors"
	"strconv"
)

// flowValue is a value of a file of mitmproxy, which is written in
// tnetstrings: the length of the content, a colon, the content, and a byte for
// its type.
type flowValue struct {
	kind    byte   // , bytes; ; text; # integer; ^ float; ! boolean; ~ null; ] list; } dictionary
	content []byte // as written
	start   int    // offset of the content
	items   []flowValue
	names   []string // of the items of a dictionary
}

var errFlow = errors.New("it is not a tnetstring")

// flowDepth is how deep the values of a flow may nest.
const flowDepth = 64

// parseFlow reads the value that is the whole text, which begins at an offset.
func parseFlow(text []byte, offset, depth int) (flowValue, error) {
	v, rest, err := cutFlow(text, offset, depth)
	if err == nil && len(rest) > 0 {
		err = errFlow
	}
	return v, err
}

// cutFlow reads the value that the text begins with.
func cutFlow(text []byte, offset, depth int) (v flowValue, rest []byte, err error) {
	digits, after, ok := bytes.Cut(text[:min(len(text), 16)], []byte(":"))
	size, err := strconv.ParseUint(string(digits), 10, 40)
	if !ok || err != nil || depth == 0 {
		return v, nil, errFlow
	}
	after = text[len(digits)+1:]
	if size >= uint64(len(after)) {
		return v, nil, errFlow
	}
	v = flowValue{kind: after[size], content: after[:size], start: offset + len(digits) + 1}
	if v.kind == ']' || v.kind == '}' {
		err = v.split(depth - 1)
	}
	return v, after[size+1:], err
}

// split reads the items of a list or a dictionary.
func (v *flowValue) split(depth int) error {
	for rest := v.content; len(rest) > 0; {
		item, after, err := cutFlow(rest, v.start+len(v.content)-len(rest), depth)
		if err != nil {
			return err
		}
		if rest = after; v.kind == '}' && len(v.names) == len(v.items) {
			v.names = append(v.names, string(item.content))
			continue
		}
		v.items = append(v.items, item)
	}
	if v.kind == '}' && len(v.names) != len(v.items) {
		return errFlow
	}
	return nil
}

// at returns the value that the path of names leads to; null if there is none.
func (v flowValue) at(path ...string) flowValue {
	for _, name := range path {
		inner := flowValue{kind: '~'}
		for i, n := range v.names {
			if n == name {
				inner = v.items[i]
			}
		}
		v = inner
	}
	return v
}

// text is the content of a value that has no items.
func (v flowValue) text() string {
	if v.kind == ']' || v.kind == '}' {
		return ""
	}
	return string(v.content)
}

func (v flowValue) isNull() bool { return v.kind == '~' }
