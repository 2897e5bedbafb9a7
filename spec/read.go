package spec

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lazyregexp"
)

// Limits that no honest description approaches.
const (
	maxDepth = 1000
	maxNodes = 5_000_000 // of one file, with aliases expanded
)

// fault is something wrong with the text of a file.
type fault struct {
	line, column int // 0 where unknown
	message      string
}

func (f *fault) Error() string { return f.message }

func faultAt(line, column int, format string, args ...any) *fault {
	return &fault{line, column, fmt.Sprintf(format, args...)}
}

var byteOrderMark = []byte("\xEF\xBB\xBF")

// likeJSON matches the beginning of an object in JSON; it can still be YAML in
// flow style, in which quotes are optional.
var likeJSON = lazyregexp.New(`^\s*\{\s*["}]`)

// read parses the text of a file. The slips are faults that leave no doubt
// about what is meant.
func read(data []byte, isJSON bool) (root *node, slips []*fault, f *fault) {
	data = bytes.TrimPrefix(data, byteOrderMark)
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return nil, nil, faultAt(0, 0, "the file is empty")
	case isUTF16(data):
		return nil, nil, faultAt(0, 0, "the file is in UTF-16; save it as UTF-8")
	case !isJSON && !likeJSON().Match(data):
		return readYAML(data)
	}
	root, slips, jsonFault := readJSON(data)
	if jsonFault == nil || isJSON {
		return root, slips, jsonFault
	}
	if root, slips, yamlFault := readYAML(data); yamlFault == nil {
		return root, slips, nil
	}
	return nil, nil, jsonFault
}

// isUTF16 reports whether a text is in UTF-16, which some editors and shells on
// Windows write: then every second byte of the beginning is zero, in either
// order.
func isUTF16(data []byte) bool {
	return bytes.HasPrefix(data, []byte("\xFF\xFE")) || bytes.HasPrefix(data, []byte("\xFE\xFF")) ||
		len(data) > 1 && (data[0] == 0) != (data[1] == 0)
}

func readJSON(data []byte) (root *node, slips []*fault, f *fault) {
	value, faults := jsonvalue.Parse(data, maxDepth)
	c := cursor{data: data, line: 1, column: 1}
	for _, fault := range faults {
		c.to(fault.Offset)
		switch fault.Kind {
		case jsonvalue.DuplicateKey:
			slips = append(slips, faultAt(c.line, c.column, "%s; the last one counts; remove the others", fault.Message))
		case jsonvalue.InvalidUTF8:
			slips = append(slips, faultAt(c.line, c.column, "not UTF-8: %s", fault.Message))
		default:
			return nil, nil, faultAt(c.line, c.column, "not JSON: %s", fault.Message)
		}
	}
	return (&cursor{data: data, line: 1, column: 1}).node(value), slips, nil
}

// cursor converts offsets, which must not decrease, to lines and columns.
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
			n.set(member{m.Name, line, column, c.node(m.Value)})
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

// isJSONNumber reports whether text is a number in JSON.
func isJSONNumber(text string) bool {
	v, faults := jsonvalue.Parse([]byte(text), 1)
	return len(faults) == 0 && v.Kind == jsonvalue.Number && !strings.ContainsAny(text, " \t\r\n")
}
