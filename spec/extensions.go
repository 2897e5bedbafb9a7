package spec

import (
	"fmt"
	"slices"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Extensions that say how requests find their operation.
const (
	partialExtension      = "x-partial"       // of a description
	multiSegmentExtension = "x-multi-segment" // of a path parameter
)

// isPartial reports whether the description says of itself that its servers
// have more paths.
func (d *Description) isPartial(root *node) bool {
	return d.flag(root, Place{File: d.File}, partialExtension)
}

// multiSegment returns the names of the path parameters of a path item that can
// hold several segments.
func (d *Description) multiSegment(item *node) []string {
	var names []string
	add := func(n *node) {
		parameters := n.get("parameters")
		if parameters == nil {
			return
		}
		for _, p := range parameters.items {
			if p = settle(p); p == nil {
				continue
			}
			name, _ := p.str("name")
			if in, _ := p.str("in"); in != "path" || slices.Contains(names, name) {
				continue
			}
			if place := p.mark; place != nil && d.flag(p, place.place, multiSegmentExtension) {
				names = append(names, name)
			}
		}
	}
	for n := range itemNodes(item) {
		add(n)
		for _, m := range n.members {
			if c, ok := childOf(pathItemKind, m.name); ok && c.kind == operationKind {
				for _, operation := range operationNodes(c, m.value) {
					add(operation)
				}
			}
		}
	}
	return names
}

// itemNodes yields a path item and those that it refers to.
func itemNodes(item *node) func(func(*node) bool) {
	return func(yield func(*node) bool) {
		for range maxChain {
			if !yield(item) || item.mark == nil || item.mark.target == nil {
				return
			}
			item = item.mark.target
		}
	}
}

// operationNodes returns the operations that a member of a path item holds.
func operationNodes(c child, n *node) []*node {
	if c.form == one {
		return []*node{n}
	}
	var all []*node
	for _, m := range n.members {
		all = append(all, m.value)
	}
	return all
}

// flag reads an extension that is true or false. What is neither is a warning.
func (d *Description) flag(n *node, at Place, name string) bool {
	m := n.find(name)
	if m == nil {
		return false
	}
	if m.value.kind != jsonvalue.Bool {
		at.Line, at.Column, at.Pointer, at.Overlay = m.line, m.column, pointerTo(at.Pointer, name), m.value.overlay
		w := Warning{at, fmt.Sprintf("%s is neither true nor false, and is ignored", name)}
		if !slices.Contains(d.Warnings, w) {
			d.Warnings = append(d.Warnings, w)
		}
		return false
	}
	return m.value.text == "true"
}
