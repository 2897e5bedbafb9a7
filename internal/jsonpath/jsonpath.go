// Package jsonpath parses the JSONPaths of RFC 9535, which select values from
// Go values as encoding/json decodes them.
package jsonpath

import (
	"fmt"
	"strings"

	"github.com/theory/jsonpath"
	pathspec "github.com/theory/jsonpath/spec"

	"github.com/plumbapi/plumb/internal/lazyregexp"
)

// Path is a parsed JSONPath. It is safe for concurrent use.
type Path = jsonpath.Path

// NormalizedPath is the path of one value: a Name or an Index for each step.
type (
	NormalizedPath = pathspec.NormalizedPath
	Name           = pathspec.Name
	Index          = pathspec.Index
)

// maxLength is the largest length of a JSONPath in bytes; parsing and
// evaluating nest as deep as the text does.
const maxLength = 10_000

// Parse parses a JSONPath of RFC 9535, in which names with hyphens may also be
// in the shorthand notation. The error continues a sentence that begins with
// the text: "is not a JSONPath: ...".
func Parse(text string) (*Path, error) {
	if len(text) > maxLength {
		return nil, fmt.Errorf("is longer than %d bytes", maxLength)
	}
	path, err := jsonpath.Parse(inBrackets(text))
	if err != nil {
		return nil, fmt.Errorf("is not a JSONPath: %s", strings.TrimPrefix(err.Error(), "jsonpath: "))
	}
	return path, nil
}

// shorthandName matches a name in the shorthand notation (.name) of RFC 9535,
// but also with hyphens.
var shorthandName = lazyregexp.New(`^[A-Za-z_\x{80}-\x{10FFFF}][A-Za-z0-9_\x{80}-\x{10FFFF}-]*`)

// inBrackets rewrites shorthand names that have a hyphen to bracket notation.
// RFC 9535 does not allow hyphens there, but an example of the Overlay
// Specification has one ($.paths.*.get[?@.x-oai-traits.paged]), and it can have
// no other meaning.
func inBrackets(path string) string {
	var b strings.Builder
	for i := 0; i < len(path); {
		c := path[i]
		if c == '\'' || c == '"' {
			end := endOfQuoted(path, i)
			b.WriteString(path[i:end])
			i = end
			continue
		}
		name := ""
		if c == '.' {
			name = shorthandName().FindString(path[i+1:])
		}
		switch {
		case !strings.Contains(name, "-"):
			b.WriteByte(c)
			i++
			continue
		case i > 0 && path[i-1] == '.': // ..name
			b.WriteByte('.')
		}
		b.WriteString("['" + name + "']")
		i += 1 + len(name)
	}
	return b.String()
}

// endOfQuoted returns the end of the quoted text that begins at i.
func endOfQuoted(path string, i int) int {
	quote := path[i]
	for i++; i < len(path) && path[i] != quote; i++ {
		if path[i] == '\\' {
			i++
		}
	}
	return min(i+1, len(path))
}
