package recording

import (
	"bytes"
	"iter"
	"strconv"
)

// flowValue is a value in a file of mitmproxy, which is written in tnetstrings:
// the length of the content, a colon, the content, and a byte for its type. Its
// contents are parsed whenever they are needed: a tree would take several times
// the memory of the file.
type flowValue struct {
	kind    byte   // ',' bytes, ';' text, '#' integer, '^' float, '!' boolean, '~' null, ']' list, '}' dictionary
	content []byte // as written
	start   int    // offset of the content
}

// cutFlow reads the first value of text, which is at an offset of the entry,
// and returns what comes after it.
func cutFlow(text []byte, offset int) (v flowValue, rest []byte, ok bool) {
	const maxDigits = 16 // including the colon
	digits, _, ok := bytes.Cut(text[:min(len(text), maxDigits)], []byte(":"))
	size, err := strconv.ParseUint(string(digits), 10, 40)
	if !ok || err != nil {
		return v, nil, false
	}
	content := text[len(digits)+1:]
	if size >= uint64(len(content)) {
		return v, nil, false
	}
	return flowValue{content[size], content[:size], offset + len(digits) + 1}, content[size+1:], true
}

// items yields the elements of a list, or the alternating names and values of a
// dictionary, up to the first that is damaged.
func (v flowValue) items() iter.Seq[flowValue] {
	return func(yield func(flowValue) bool) {
		if v.kind != ']' && v.kind != '}' {
			return
		}
		for rest := v.content; len(rest) > 0; {
			item, after, ok := cutFlow(rest, v.start+len(v.content)-len(rest))
			if !ok || !yield(item) {
				return
			}
			rest = after
		}
	}
}

// isComplete reports whether everything in a list or a dictionary can be read.
func (v flowValue) isComplete() bool {
	size, items := 0, 0
	for item := range v.items() {
		size = item.start - v.start + len(item.content) + 1
		items++
	}
	return size == len(v.content) && (v.kind != '}' || items%2 == 0)
}

// at returns the value of a name in a dictionary, or null if there is none.
func (v flowValue) at(name string) flowValue {
	isName, found := true, false
	for item := range v.items() {
		if found {
			return item
		}
		found = isName && v.kind == '}' && string(item.content) == name
		isName = !isName
	}
	return flowValue{kind: '~'}
}

// text returns the content of a value that is not a list or a dictionary.
func (v flowValue) text() string {
	if v.kind == ']' || v.kind == '}' {
		return ""
	}
	return string(v.content)
}

func (v flowValue) isNull() bool { return v.kind == '~' }
