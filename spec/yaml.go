package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lazyregexp"
)

func readYAML(data []byte) (root *node, slips []*fault, f *fault) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil, faultAt(0, 0, "the file is empty")
		}
		return nil, nil, yamlFault(err, data)
	}
	if len(doc.Content) == 0 {
		return nil, nil, faultAt(0, 0, "the file is empty")
	}
	c := yamlConverter{done: map[*yaml.Node]*node{}}
	if root, f = c.convert(doc.Content[0]); f != nil {
		return nil, nil, f
	}
	var second yaml.Node
	if err := decoder.Decode(&second); err == nil {
		return nil, nil, faultAt(second.Line, second.Column, "a second YAML document begins here; a description is one document")
	} else if !errors.Is(err, io.EOF) {
		return nil, nil, yamlFault(err, data)
	}
	return root, c.slips, nil
}

var yamlErrorLine = lazyregexp.New(`^line (\d+): (.*)`)

// yamlFault returns what the parser found wrong, and the line. The line that
// the parser names is often the one in which the value began, or the one above
// it.
func yamlFault(err error, data []byte) *fault {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	named := 0
	if m := yamlErrorLine().FindStringSubmatch(message); m != nil {
		named, _ = strconv.Atoi(m[1])
		message = m[2]
	}
	if strings.HasPrefix(message, "found unexpected end of stream") {
		return faultAt(named, 0, "not YAML: %s", YAMLProblem(message, nil))
	}
	offset := consumed(data) - 1
	if parserError().MatchString(message) {
		const lookahead = 5 // how far the parser reads beyond the token that it rejects
		offset -= lookahead
	}
	c := cursor{data: data, line: 1, column: 1}
	c.to(min(offset, len(data)-1))
	return faultAt(c.line, 0, "not YAML: %s", YAMLProblem(message, lineOf(data, c.line)))
}

// lineOf returns a line, counted from 1.
func lineOf(data []byte, number int) []byte {
	for n := 1; n < number; n++ {
		_, data, _ = bytes.Cut(data, []byte("\n"))
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	return line
}

// YAMLProblem returns what to do about the commonest mistakes in YAML, in place of
// what the parser says of them at a line; other messages as they are.
func YAMLProblem(message string, line []byte) string {
	indent := line[:len(line)-len(bytes.TrimLeft(line, " \t"))]
	switch {
	case bytes.Contains(indent, []byte("\t")):
		return "the line is indented with a tab; indent it with spaces"
	case strings.HasPrefix(message, "did not find expected ',' or '}'"):
		return "a { is not closed, or a comma is missing before this; add the } or the comma"
	case strings.HasPrefix(message, "did not find expected ',' or ']'"):
		return "a [ is not closed, or a comma is missing before this; add the ] or the comma"
	case strings.HasPrefix(message, "found unexpected end of stream"):
		return message + "; a quotation mark that begins a string is not matched by one that ends it"
	case strings.HasPrefix(message, "mapping values are not allowed in this context"):
		return "a colon is not expected here; put the text that holds it in quotation marks, or correct the indentation"
	case strings.HasPrefix(message, "did not find expected key"), strings.HasPrefix(message, "could not find expected ':'"):
		return message + "; correct the indentation, or add the colon"
	}
	return message
}

// parserError matches errors that are about a token, and not about a character.
var parserError = lazyregexp.New("^(did not find expected ([',kn-]|<)|could not find expected|unknown anchor)")

// consumed returns how many bytes the parser has read when it fails, if it gets
// them one at a time.
func consumed(data []byte) int {
	r := bytes.NewReader(data)
	var discarded yaml.Node
	for decoder := yaml.NewDecoder(oneByte{r}); decoder.Decode(&discarded) == nil; {
		discarded = yaml.Node{}
	}
	return len(data) - r.Len()
}

// oneByte reads one byte at a time.
type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }

// yamlConverter converts the tree of the YAML parser to ours: aliases and merge
// keys are resolved, keys are text, and scalars are as in JSON.
type yamlConverter struct {
	done  map[*yaml.Node]*node // by the node with the anchor; nil while it is being converted
	slips []*fault
}

func (c *yamlConverter) convert(y *yaml.Node) (*node, *fault) {
	if y.Kind == yaml.AliasNode {
		return c.alias(y)
	}
	if y.Anchor != "" {
		if n, ok := c.done[y]; ok && n != nil {
			return n, nil
		}
		c.done[y] = nil
	}
	n := &node{line: y.Line, column: y.Column, size: 1}
	var f *fault
	switch y.Kind {
	case yaml.MappingNode:
		n.kind = jsonvalue.Object
		f = c.mapping(n, y)
	case yaml.SequenceNode:
		n.kind = jsonvalue.Array
		f = c.sequence(n, y)
	default:
		n.kind, n.text = scalar(y)
	}
	switch {
	case f != nil:
	case n.size > maxNodes:
		f = faultAt(y.Line, y.Column, "with its aliases expanded, this holds more than %d values", maxNodes)
	case n.height > maxDepth:
		f = faultAt(y.Line, y.Column, "values nest deeper than %d levels here", maxDepth)
	}
	if y.Anchor != "" {
		c.done[y] = n
	}
	return n, f
}

func (c *yamlConverter) alias(y *yaml.Node) (*node, *fault) {
	n, seen := c.done[y.Alias]
	if n == nil && seen {
		return nil, faultAt(y.Line, y.Column, "the alias *%s is within what it is an alias of", y.Value)
	}
	if n == nil {
		return c.convert(y.Alias)
	}
	return n, nil
}

func (c *yamlConverter) sequence(n *node, y *yaml.Node) *fault {
	for _, content := range y.Content {
		item, f := c.convert(content)
		if f != nil {
			return f
		}
		n.append(item)
	}
	return nil
}

func (c *yamlConverter) mapping(n *node, y *yaml.Node) *fault {
	var merges []*yaml.Node
	for i := 0; i < len(y.Content); i += 2 {
		key, content := y.Content[i], y.Content[i+1]
		if key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge" {
			merges = append(merges, content)
			continue
		}
		name := key
		if key.Kind == yaml.AliasNode {
			name = key.Alias
		}
		if name.Kind != yaml.ScalarNode {
			return faultAt(key.Line, key.Column, "a key must be text")
		}
		value, f := c.convert(content)
		if f != nil {
			return f
		}
		if old := n.set(member{name.Value, key.Line, key.Column, value}); old != nil {
			c.slips = append(c.slips, faultAt(key.Line, key.Column, "the key %q is in line %d, too; the last one counts; remove the other", name.Value, old.line))
		}
	}
	for _, content := range merges {
		if f := c.merge(n, content); f != nil {
			return f
		}
	}
	return nil
}

// merge adds the members of what a merge key (<<) leads to, except those that n
// has already.
func (c *yamlConverter) merge(n *node, content *yaml.Node) *fault {
	source, f := c.convert(content)
	if f != nil {
		return f
	}
	sources := []*node{source}
	if source.kind == jsonvalue.Array {
		sources = source.items
	}
	for _, s := range sources {
		if s.kind != jsonvalue.Object {
			return faultAt(content.Line, content.Column, "a merge key (<<) must lead to a mapping or to a list of mappings")
		}
		for _, m := range s.members {
			n.add(m)
		}
	}
	return nil
}

func scalar(y *yaml.Node) (jsonvalue.Kind, string) {
	switch y.ShortTag() {
	case "!!null":
		return jsonvalue.Null, "null"
	case "!!bool":
		return jsonvalue.Bool, strings.ToLower(y.Value)
	case "!!int", "!!float":
		if text, ok := number(y.Value); ok {
			return jsonvalue.Number, text
		}
	}
	return jsonvalue.String, y.Value
}

// number converts a YAML number to JSON. It is not ok for infinities and NaN,
// which JSON does not have.
func number(text string) (string, bool) {
	if isJSONNumber(text) {
		return text, true
	}
	plain := strings.TrimPrefix(strings.ReplaceAll(text, "_", ""), "+")
	if isJSONNumber(plain) {
		return plain, true
	}
	if i, ok := new(big.Int).SetString(plain, 0); ok {
		return i.String(), true
	}
	f, err := strconv.ParseFloat(plain, 64)
	if err != nil {
		return "", false
	}
	encoded, err := json.Marshal(f)
	return string(encoded), err == nil
}
