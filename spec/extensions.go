package spec

import (
	"fmt"
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Extensions that affect how the operation of a request is found.
const (
	partialExtension      = "x-partial"       // of a description
	multiSegmentExtension = "x-multi-segment" // of a path parameter
)

// isPartial reports whether the description says that its servers have more
// paths.
func (d *Description) isPartial(root *node) bool {
	return d.flag(root, plumb.Source{File: d.File}, partialExtension)
}

// multiSegment returns the names of the path parameters of a path item whose
// values can hold several segments.
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
	for _, n := range pathItems(item) {
		add(n)
	}
	for _, o := range operationsOf(item) {
		add(settle(o.value))
	}
	return names
}

// flag reads an extension that is true or false. Any other value is a warning.
func (d *Description) flag(n *node, at plumb.Source, name string) bool {
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
