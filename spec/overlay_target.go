package spec

import (
	"strconv"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lazyregexp"
)

// Target returns a JSONPath by which an overlay can select a place, or "" if no
// target selects it.
func (d *Description) Target(p plumb.Source) string {
	d.targetsOnce.Do(func() {
		d.targets = map[*node]string{}
		v := newView(d.main.root)
		v.eachPlace(func(n *node, path, _ string) { d.targets[n] = path })
	})
	n := d.nodeAt(p)
	if n == nil {
		return ""
	}
	return d.targets[n]
}

// eachPlace calls f once for each node of the view, with the first JSONPath and
// the first pointer that lead to it.
func (v *view) eachPlace(f func(n *node, path, pointer string)) {
	seen := map[*node]bool{}
	var visit func(n *node, path, pointer string)
	visit = func(n *node, path, pointer string) {
		if n = v.at(n); seen[n] {
			return
		}
		seen[n] = true
		f(n, path, pointer)
		for _, m := range n.members {
			visit(m.value, path+memberSelector(m.name), pointerTo(pointer, m.name))
		}
		for i, item := range n.items {
			index := strconv.Itoa(i)
			visit(item, path+"["+index+"]", pointerTo(pointer, index))
		}
	}
	visit(v.root, "$", "")
}

var shorthand = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_]*$`)

// memberSelector returns the part of a JSONPath that selects a member.
func memberSelector(name string) string {
	if shorthand().MatchString(name) {
		return "." + name
	}
	return "['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + "']"
}

// Written returns what is at a place as JSON, as the file has it, or nil if
// there is nothing.
func (d *Description) Written(p plumb.Source) []byte {
	if n := d.nodeAt(p); n != nil {
		return n.appendWritten(nil)
	}
	return nil
}

// Nullable reports whether a schema is in the language of OpenAPI 3.0, in which
// the keyword nullable allows null.
func (d *Description) Nullable(p plumb.Source) bool {
	n := d.nodeAt(p)
	return n != nil && n.isSchema() && n.mark.dialect == openAPI30
}

func (d *Description) nodeAt(p plumb.Source) *node {
	f, ok := d.files[p.File]
	if !ok {
		return nil
	}
	n := f.root
	for _, token := range jsonvalue.SplitPointer(p.Pointer) {
		if n, _, _ = n.child(token); n == nil {
			return nil
		}
	}
	return n
}

func (n *node) appendWritten(b []byte) []byte {
	switch n.kind {
	case jsonvalue.Array:
		return appendList(b, n.items, func(b []byte, n *node) []byte { return n.appendWritten(b) })
	case jsonvalue.Object:
		w := objectWriter{b: b}
		for _, m := range n.members {
			w.name(m.name)
			w.b = m.value.appendWritten(w.b)
		}
		return w.end()
	}
	return n.appendJSON(b)
}
