package spec

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Limits that no honest description comes near.
const (
	maxDepth = 1000
	maxNodes = 5_000_000 // of one file, its aliases expanded
)

// fault is what is wrong with the text of one file.
type fault struct {
	line, column int // 0 where unknown
	message      string
}

func (f *fault) Error() string { return f.message }

func faultAt(line, column int, format string, args ...any) *fault {
	return &fault{line, column, fmt.Sprintf(format, args...)}
}

var byteOrderMark = []byte("\xEF\xBB\xBF")

// likeJSON matches an object as JSON spells it; it may still be YAML in flow
// style, in which quotes are not needed.
var likeJSON = regexp.MustCompile(`^\s*\{\s*["}]`)

// read makes a tree of a file's text.
func read(data []byte, isJSON bool) (*node, *fault) {
	data = bytes.TrimPrefix(data, byteOrderMark)
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, faultAt(0, 0, "the file is empty")
	}
	if !isJSON && !likeJSON.Match(data) {
		return readYAML(data)
	}
	root, jsonFault := readJSON(data)
	if jsonFault == nil || isJSON {
		return root, jsonFault
	}
	if root, yamlFault := readYAML(data); yamlFault == nil {
		return root, nil
	}
	return nil, jsonFault
}

func readJSON(data []byte) (*node, *fault) {
	value, faults := jsonvalue.Parse(data, maxDepth)
	if len(faults) > 0 {
		c := cursor{data: data, line: 1, column: 1}
		c.to(faults[0].Offset)
		return nil, faultAt(c.line, c.column, "not JSON: %s", faults[0].Message)
	}
	return (&cursor{data: data, line: 1, column: 1}).node(value), nil
}

// cursor turns offsets, which must not decrease, into lines and columns.
type cursor struct {
	data                 []byte
	offset, line, column int
}

func (c *cursor) to(offset int) {
	for c.offset < offset {
		_, size := utf8.DecodeRune(c.data[c.offset:])
		c.column++
		if c.data[c.offset] == '\n' {
			c.line++
			c.column = 1
		}
		c.offset += size
	}
}

func (c *cursor) node(v *jsonvalue.Value) *node {
	c.to(v.Start)
	n := &node{kind: v.Kind, line: c.line, column: c.column, size: 1}
	switch v.Kind {
	case jsonvalue.Object:
		for _, m := range v.Members {
			c.to(m.NameStart)
			line, column := c.line, c.column
			n.add(member{m.Name, line, column, c.node(m.Value)})
		}
	case jsonvalue.Array:
		for _, item := range v.Items {
			n.append(c.node(item))
		}
	case jsonvalue.Bool, jsonvalue.Null:
		n.text = string(c.data[v.Start:v.End])
	default:
		n.text = v.Text
	}
	return n
}

// isJSONNumber tells whether text is a number as JSON spells it.
func isJSONNumber(text string) bool {
	v, faults := jsonvalue.Parse([]byte(text), 1)
	return len(faults) == 0 && v.Kind == jsonvalue.Number && !strings.ContainsAny(text, " \t\r\n")
}
