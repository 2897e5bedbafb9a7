package spec

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/nearest"
)

// extension is an extension that plumb understands. All others belong to other
// tools.
type extension struct {
	name string
	on   []kind           // the only objects on which it has a meaning; empty if other tools use it, too
	fits func(*node) bool // reports whether a value can be one of this extension
}

// extensions are all extensions that plumb understands.
var extensions = []extension{
	{"x-lifecycle", []kind{schemaKind}, func(n *node) bool { return n.kind == jsonvalue.Object }},
	{"x-rules", []kind{schemaKind, responseKind}, hasExpressions},
	{partialExtension, nil, func(n *node) bool { return n.kind == jsonvalue.Bool }},
	{multiSegmentExtension, nil, func(n *node) bool { return n.kind == jsonvalue.Bool }},
}

func hasExpressions(n *node) bool {
	return n.kind == jsonvalue.Array && slices.ContainsFunc(n.items, func(item *node) bool { return item.get("expression") != nil })
}

// strayExtensions returns a warning for each extension that is certainly meant
// to be one of ours and has no effect: by its name and value it is a misspelt
// one, or one on the wrong kind of object. The files must have been walked.
func strayExtensions(files map[string]*file) []Warning {
	var warnings []Warning
	seen := map[plumb.Source]bool{} // a YAML alias repeats what is written once
	for _, name := range slices.Sorted(maps.Keys(files)) {
		files[name].root.each(func(n *node) {
			if n.mark == nil {
				return // this is data, in which nothing is an extension
			}
			for i := range n.members {
				m := &n.members[i]
				message := stray(n.mark.kind, m)
				place := n.mark.place
				place.Pointer = pointerTo(place.Pointer, m.name)
				place.Line, place.Column, place.Overlay = m.line, m.column, m.value.overlay
				written := plumb.Source{File: place.File, Line: place.Line, Column: place.Column, Overlay: place.Overlay}
				if message != "" && !seen[written] {
					seen[written] = true
					warnings = append(warnings, Warning{place, message})
				}
			}
		})
	}
	return warnings
}

// stray says what is wrong with a member of an object of a kind, if it is meant
// to be one of our extensions.
func stray(k kind, m *member) string {
	if len(m.name) < 3 || !strings.Contains("xX", m.name[:1]) || !strings.Contains("-_", m.name[1:2]) {
		return ""
	}
	for _, e := range extensions {
		switch {
		case !e.fits(m.value):
		case m.name == e.name && e.on != nil && !slices.Contains(e.on, k):
			return fmt.Sprintf("%s has no effect on %s; put it on %s", e.name, withArticle(string(k)), e.places())
		case m.name != e.name && isNear(m.name, e.name):
			return fmt.Sprintf("%s is not known, and has no effect; did you mean %s?", m.name, e.name)
		}
	}
	return ""
}

// places returns the names of the objects on which an extension has a meaning.
func (e *extension) places() string {
	var all []string
	for _, k := range e.on {
		all = append(all, withArticle(string(k)))
	}
	return strings.Join(all, " or ")
}

// isNear reports whether a name differs from a known one only by a typing error
// or two, by the case of letters, or by how its words are joined.
func isNear(name, known string) bool {
	fold := func(s string) string { return strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(s)) }
	slips := 2
	if known = fold(known); len(known) < len("x-rules-") {
		slips = 1 // two errors turn five letters into another word
	}
	return nearest.Distance(fold(name), known) <= slips
}
