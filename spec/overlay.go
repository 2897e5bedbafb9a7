package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Overlay is an OpenAPI Overlay document, which amends a description.
type Overlay struct {
	Name string // as reports call it
	Data []byte // the document, YAML or JSON

	file string // of a built-in overlay, the file that the lines of Data are in; empty: Name
}

// overlayFolder is where the built-in overlays are.
const overlayFolder = "spec/overlays"

// Overlays returns the names of the built-in overlays, sorted.
func Overlays() []string {
	entries, err := fs.ReadDir(plumb.Files, overlayFolder)
	if err != nil {
		return nil // no folder was embedded: there are none
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// ReadOverlay returns the built-in overlay with that name, else reads the file
// of that name.
func ReadOverlay(name string) (Overlay, error) {
	if slices.Contains(Overlays(), name) {
		file := path.Join(overlayFolder, name+".yaml")
		data, err := fs.ReadFile(plumb.Files, file)
		return Overlay{name, data, file}, err
	}
	data, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !strings.ContainsAny(name, `./\`):
		return Overlay{}, fmt.Errorf("no overlay is named %q; the built-in ones are %s, and others are named by their file", name, strings.Join(Overlays(), ", "))
	case err != nil:
		return Overlay{}, fmt.Errorf("%s: the overlay cannot be read: %w", name, cause(err))
	}
	return Overlay{Name: name, Data: data}, nil
}

// source is the file that the overlay's lines are in.
func (o Overlay) source() string {
	if o.file != "" {
		return o.file
	}
	return o.Name
}

// action is one step of an overlay.
type action struct {
	target       string
	line, column int // of the target
	remove       bool
	update       *node // nil where there is none
}

// actions reads the overlay. An error says file, line and column.
func (o Overlay) actions() ([]action, error) {
	root, f := read(o.Data, path.Ext(o.source()) == ".json")
	if f == nil {
		f = checkOverlay(root)
	}
	if f != nil {
		return nil, errorAt(o.source(), f.line, f.column, f.message)
	}
	var all []action
	for _, item := range root.get("actions").items {
		a, f := readAction(item)
		if f != nil {
			return nil, errorAt(o.source(), f.line, f.column, f.message)
		}
		all = append(all, a)
	}
	return all, nil
}

// checkOverlay tells whether a document is an overlay with actions.
func checkOverlay(root *node) *fault {
	if root.kind != jsonvalue.Object {
		return faultAt(root.line, root.column, "an overlay must be an object, not %s", withArticle(root.kind.String()))
	}
	version, ok := root.str("overlay")
	if !ok {
		return faultAt(root.line, root.column, `this is no overlay: it has no member "overlay" that names the version, such as "1.0.0"`)
	}
	if !strings.HasPrefix(version, "1.0.") && !strings.HasPrefix(version, "1.1.") {
		m := root.find("overlay")
		return faultAt(m.line, m.column, "overlay version %q is not supported; use 1.0.0 or 1.1.0", version)
	}
	if f := onlyMembers(root, "an overlay", "overlay", "info", "extends", "actions"); f != nil {
		return f
	}
	info := root.get("info")
	if info == nil || info.kind != jsonvalue.Object {
		return faultAt(root.line, root.column, `the overlay has no object "info" with a title and a version`)
	}
	for _, name := range []string{"title", "version"} {
		if _, ok := info.str(name); !ok {
			return faultAt(info.line, info.column, "the info of the overlay has no text %q", name)
		}
	}
	actions := root.get("actions")
	if actions == nil || actions.kind != jsonvalue.Array || len(actions.items) == 0 {
		return faultAt(root.line, root.column, `the overlay has no list "actions" with at least one action`)
	}
	return nil
}

func readAction(n *node) (a action, f *fault) {
	if n.kind != jsonvalue.Object {
		return a, faultAt(n.line, n.column, "an action must be an object, not %s", withArticle(n.kind.String()))
	}
	if f := onlyMembers(n, "an action", "target", "description", "update", "remove"); f != nil {
		return a, f
	}
	m := n.find("target")
	if m == nil || m.value.kind != jsonvalue.String {
		return a, faultAt(n.line, n.column, "the action has no target; a JSONPath such as $.components.schemas.Batch is due")
	}
	a = action{target: m.value.text, line: m.line, column: m.column, remove: n.isTrue("remove"), update: n.get("update")}
	if !a.remove && a.update == nil {
		return a, faultAt(n.line, n.column, "the action has neither an update nor remove: true")
	}
	return a, nil
}

// onlyMembers refuses members that the specification does not have, which are
// misspelt ones most often.
func onlyMembers(n *node, what string, allowed ...string) *fault {
	for _, m := range n.members {
		if !isExtension(m.name) && !slices.Contains(allowed, m.name) {
			return faultAt(m.line, m.column, "%s has no member %q; it may have %s", what, m.name, strings.Join(allowed, ", "))
		}
	}
	return nil
}
