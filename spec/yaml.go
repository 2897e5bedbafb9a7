package spec

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/yamldoc"
)

func readYAML(data []byte) (root *node, slips []*fault, f *fault) {
	doc, broken := yamldoc.Parse(data)
	switch {
	case broken != nil:
		return nil, nil, &fault{broken.Line, broken.Column, broken.Message}
	case doc == nil:
		return nil, nil, faultAt(0, 0, "the file is empty")
	}
	c := yamlConverter{done: map[*yaml.Node]*node{}}
	if root, f = c.convert(doc.Content[0]); f != nil {
		return nil, nil, f
	}
	return root, c.slips, nil
}

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
			c.slips = append(c.slips, faultAt(key.Line, key.Column, "the key %q occurs twice, first in line %d; the last one counts; remove the other", name.Value, old.line))
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
