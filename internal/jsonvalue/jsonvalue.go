// Package jsonvalue reads one JSON text into a tree that records where each
// value is in the text.
//
// It accepts exactly what RFC 8259 allows. After a fault that does not hide the
// rest of the text (a repeated name, an invalid byte, bytes after the value) it
// goes on, and it says at which byte each fault is.
package jsonvalue

import (
	"strconv"
	"strings"
)

// Kind is the type of a JSON value.
type Kind byte

// The kinds of JSON values, spelled as JSON Schema spells them by [Kind.String].
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

func (k Kind) String() string {
	return [...]string{"null", "boolean", "number", "string", "array", "object"}[k]
}

// Kinds is a set of kinds.
type Kinds byte

// AnyKind is the set of all kinds.
const AnyKind Kinds = 1<<(Object+1) - 1

// Set returns the set of one kind.
func (k Kind) Set() Kinds { return 1 << k }

// Value is a JSON value and its position in the text.
type Value struct {
	Kind       Kind
	True       bool     // Bool: which one
	Repeated   bool     // Object: it has a name more than once
	Start, End int      // the value's text is data[Start:End]
	Text       string   // String: the decoded text. Number: the literal as written
	Members    []Member // Object: all members in their order, repeated ones too
	Items      []*Value // Array

	index *nameIndex // Object: of many members, which one has a name
}

// Member is one name and value of an object.
type Member struct {
	Name      string // decoded
	NameStart int    // offset of the name's opening quote
	Value     *Value
}

// FaultKind says in which way a text is not valid JSON.
type FaultKind byte

// The kinds of faults. After Syntax, Truncated and TooDeep nothing more is
// known of the text; the others leave a usable value.
const (
	Syntax       FaultKind = iota
	Truncated              // the text ends within the value
	TooDeep                // arrays and objects nest deeper than the limit
	Trailing               // bytes other than white space after the value
	InvalidUTF8            // also: a \u escape that is half of a surrogate pair
	DuplicateKey           // a name that its object has already
)

// Fault is one way in which a text is not valid JSON.
type Fault struct {
	Kind    FaultKind
	Offset  int      // where in the text
	Path    []string // for a DuplicateKey, the names and indexes that lead to the repeated member; else those that lead to the innermost open value
	Message string   // in words, without the place
}

// At returns the value that a path of member names and array indexes leads to,
// or nil. Of repeated members the last one counts, as in most decoders.
func (v *Value) At(path ...string) *Value {
	for _, name := range path {
		if v == nil {
			return nil
		}
		switch v.Kind {
		case Object:
			v = v.Member(name)
		case Array:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(v.Items) {
				return nil
			}
			v = v.Items[i]
		default:
			return nil
		}
	}
	return v
}

// Pointer returns the value that an RFC 6901 JSON pointer leads to, or nil.
func (v *Value) Pointer(pointer string) *Value {
	if strings.Contains(pointer, "~") {
		return v.At(SplitPointer(pointer)...)
	}
	for pointer != "" && v != nil {
		name := pointer[1:]
		pointer = ""
		if end := strings.IndexByte(name, '/'); end >= 0 {
			name, pointer = name[:end], name[end:]
		}
		v = v.At(name)
	}
	return v
}

// Member returns the value of the last member with that name, or nil.
func (v *Value) Member(name string) *Value {
	if i := v.Find(name); i >= 0 {
		return v.Members[i].Value
	}
	return nil
}

// Find returns the index of the last member with that name, or -1. For a parsed
// value the time does not grow with the number of members.
func (v *Value) Find(name string) int {
	if v.index != nil {
		return v.index.find(v.Members, name)
	}
	for i := len(v.Members) - 1; i >= 0; i-- {
		if v.Members[i].Name == name {
			return i
		}
	}
	return -1
}

// EscapePointer returns name as a token of an RFC 6901 JSON pointer.
func EscapePointer(name string) string {
	if !strings.ContainsAny(name, "~/") {
		return name
	}
	return escaper.Replace(name)
}

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// SplitPointer returns the tokens of an RFC 6901 JSON pointer, unescaped.
func SplitPointer(pointer string) []string {
	if pointer == "" {
		return nil
	}
	tokens := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	if strings.Contains(pointer, "~") {
		for i, t := range tokens {
			tokens[i] = unescaper.Replace(t)
		}
	}
	return tokens
}
