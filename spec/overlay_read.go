package spec

import (
	"fmt"
	"strings"

	"github.com/plumbapi/plumb/internal/docschema"
	"github.com/plumbapi/plumb/internal/jsonpath"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/lazyregexp"
)

// action is one action of an overlay. It may have neither remove, update nor
// copy; then it changes nothing.
type action struct {
	target       string
	path         *jsonpath.Path // the target
	line, column int            // of the target
	text         string         // what the action does, as JSON, without its description

	remove   bool
	update   *node // nil if there is none
	copy     *node // a JSONPath as text; nil if there is none
	copyPath *jsonpath.Path
}

// overlayDocument is an overlay that has been parsed.
type overlayDocument struct {
	tree    *Tree
	actions []action

	// noPrimitives reports whether its version says that targets select objects and
	// arrays only.
	noPrimitives bool
}

// parse parses the overlay. An error gives file, line and column. It is an
// error if the official JSON Schema rejects the overlay, or a path is not a
// JSONPath.
func (o Overlay) parse() (*overlayDocument, error) {
	tree, err := ReadTree(o.source(), o.Data)
	if err != nil {
		return nil, err
	}
	if o.file == "" { // tests check the built-in ones
		if err := tree.checkOverlay(); err != nil {
			return nil, err
		}
	}
	version, _ := tree.root.str("overlay")
	d := &overlayDocument{tree: tree, noPrimitives: strings.HasPrefix(version, "1.0.")}
	if actions := tree.root.get("actions"); actions != nil {
		for _, item := range actions.items {
			a, f := readAction(item)
			if f != nil {
				return nil, errorAt(o.source(), f.line, f.column, f.message)
			}
			d.actions = append(d.actions, a)
		}
	}
	return d, nil
}

// overlayVersion matches the versions that we know; the first group
// distinguishes them.
var overlayVersion = lazyregexp.New(`^1\.([01])\.\d+$`)

// checkOverlay returns an error if the content is not a valid overlay.
func (t *Tree) checkOverlay() error {
	if t.root.kind != jsonvalue.Object {
		return t.Error("", "an overlay must be an object, not "+withArticle(t.root.kind.String()))
	}
	m := t.root.find("overlay")
	if m == nil {
		return t.Error("", `this is not an overlay: it has no member "overlay" that names the version, such as 1.1.0`)
	}
	version := overlayVersion().FindStringSubmatch(m.value.text)
	if version == nil || m.value.kind != jsonvalue.String {
		return t.Error("/overlay", fmt.Sprintf("overlay version %q is not supported; use 1.0.0 or 1.1.0", m.value.text))
	}
	if version[1] == "0" {
		return t.Check(docschema.Overlay10)
	}
	return t.Check(docschema.Overlay11)
}

func readAction(n *node) (a action, f *fault) {
	target := n.find("target")
	if target == nil {
		return a, faultAt(n.line, n.column, "the action has no target")
	}
	a = action{
		target: target.value.text, line: target.line, column: target.column,
		text:   string(n.without("description").appendSorted(nil)),
		remove: n.isTrue("remove"), update: n.get("update"),
	}
	if a.path, f = readPath(target); f != nil {
		return a, f
	}
	if m := n.find("copy"); m != nil {
		a.copy = m.value
		a.copyPath, f = readPath(m)
	}
	return a, f
}

func readPath(m *member) (*jsonpath.Path, *fault) {
	p, err := jsonpath.Parse(m.value.text)
	if err != nil {
		return nil, faultAt(m.line, m.column, "the %s %.200s %v", m.name, m.value.text, err)
	}
	return p, nil
}
