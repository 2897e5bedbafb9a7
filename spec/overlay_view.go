package spec

import (
	"strings"

	"github.com/pb33f/go-yaml"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// view is a description as the targets of an overlay see it: one document, in
// which a part of another file stands where a $ref to it stands, as a bundler
// would put it. Where several $refs lead to one part, it stands at the one
// nearest to the root, and the others remain. A $ref within a file remains.
type view struct {
	root    *yaml.Node // the document node
	origins map[*yaml.Node]origin
}

// origin is what a node of the view was made of.
type origin struct {
	node   *node // the value
	parent *node // that holds it; nil for the root
	held   *node // what the parent holds: node, or the $ref to it
}

func newView(main *node) *view {
	v := &view{root: &yaml.Node{Kind: yaml.DocumentNode}, origins: map[*yaml.Node]origin{}}
	expanded := map[*node]bool{main: true}
	type task struct {
		y *yaml.Node
		n *node
	}
	var todo []task
	// Breadth first, so that the $ref nearest to the root is the one that counts.
	enter := func(n, parent *node) *yaml.Node {
		at := origin{n, parent, n}
		if target := elsewhere(n); target != nil && !expanded[target] {
			expanded[target] = true
			at.node = target
		}
		y := toYAML(at.node)
		v.origins[y] = at
		todo = append(todo, task{y, at.node})
		return y
	}
	v.root.Content = []*yaml.Node{enter(main, nil)}
	for len(todo) > 0 {
		t := todo[0]
		todo = todo[1:]
		for _, m := range t.n.members {
			key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: m.name}
			t.y.Content = append(t.y.Content, key, enter(m.value, t.n))
		}
		for _, item := range t.n.items {
			t.y.Content = append(t.y.Content, enter(item, t.n))
		}
	}
	return v
}

// elsewhere returns what a lone $ref into another file leads to.
func elsewhere(n *node) *node {
	if n.mark == nil || n.mark.target == nil || !refAlone(n) {
		return nil
	}
	target := settle(n)
	if target == nil || target.mark == nil || target.mark.file == n.mark.file {
		return nil
	}
	return target
}

// toYAML makes a node of the view, without what it holds.
func toYAML(n *node) *yaml.Node {
	y := &yaml.Node{Kind: yaml.ScalarNode, Value: n.text}
	switch n.kind {
	case jsonvalue.Object:
		y.Kind, y.Tag = yaml.MappingNode, "!!map"
	case jsonvalue.Array:
		y.Kind, y.Tag = yaml.SequenceNode, "!!seq"
	case jsonvalue.String:
		y.Tag = "!!str"
	case jsonvalue.Bool:
		y.Tag = "!!bool"
	case jsonvalue.Null:
		y.Tag = "!!null"
	case jsonvalue.Number:
		y.Tag = "!!int"
		if strings.ContainsAny(n.text, ".eE") {
			y.Tag = "!!float"
		}
	}
	return y
}
