package spec

import (
	"encoding/json"
	"fmt"
	"path"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/docschema"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Tree is the content of a file in YAML or JSON that is not a description. It
// records the place of each value.
type Tree struct {
	name string
	root *node
}

// ReadTree parses a file, whose name is for places and errors. An error gives
// file, line and column.
func ReadTree(name string, data []byte) (*Tree, error) {
	root, slips, f := read(data, path.Ext(name) == ".json")
	if f == nil && len(slips) > 0 {
		f = slips[0]
	}
	if f != nil {
		return nil, errorAt(name, f.line, f.column, f.message)
	}
	return &Tree{name, root}, nil
}

// Value returns the content as encoding/json decodes it, with numbers as
// json.Number. Values that the file shares by YAML aliases are shared, and must
// not be changed.
func (t *Tree) Value() any { return t.root.plain(map[*node]any{}) }

// Place returns the place of what a pointer leads to; of a member, that of its
// name. If the pointer leads nowhere, it is the place of the nearest object or
// array around it.
func (t *Tree) Place(pointer string) plumb.Source {
	p := plumb.Source{File: t.name, Pointer: pointer}
	p.Line, p.Column = t.root.at(pointer)
	return p
}

// Error returns an error about what a pointer leads to.
func (t *Tree) Error(pointer, message string) error {
	p := t.Place(pointer)
	return errorAt(p.File, p.Line, p.Column, message)
}

// Check returns an error if a schema rejects the content.
func (t *Tree) Check(s *docschema.Schema) error {
	f, err := s.Check(t.Value())
	if err != nil {
		return fmt.Errorf("%s: %w", t.name, err)
	}
	if f == nil {
		return nil
	}
	return t.Error(f.Pointer, f.Message)
}

// at returns the line and the column of what a pointer leads to.
func (n *node) at(pointer string) (line, column int) {
	line, column = n.line, n.column
	for _, token := range jsonvalue.SplitPointer(pointer) {
		child, l, c := n.child(token)
		if child == nil {
			break
		}
		n, line, column = child, l, c
	}
	return line, column
}

// plain returns a node as a Go value; done are the values of nodes so far.
func (n *node) plain(done map[*node]any) any {
	switch n.kind {
	case jsonvalue.Null:
		return nil
	case jsonvalue.Bool:
		return n.text == "true"
	case jsonvalue.Number:
		return json.Number(n.text)
	case jsonvalue.String:
		return n.text
	}
	if v, ok := done[n]; ok {
		return v
	}
	var value any
	if n.kind == jsonvalue.Array {
		items := make([]any, len(n.items))
		for i, item := range n.items {
			items[i] = item.plain(done)
		}
		value = items
	} else {
		members := make(map[string]any, len(n.members))
		for _, m := range n.members {
			members[m.name] = m.value.plain(done)
		}
		value = members
	}
	done[n] = value
	return value
}
