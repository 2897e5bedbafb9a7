package spec

import (
	"path"
	"slices"
	"strings"

	"github.com/theory/jsonpath"

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

// actions parses the overlay. An error gives file, line and column. It is an
// error if the JSON Schemas of Overlay 1.0 and 1.1 reject the overlay, or a
// path is not a JSONPath.
func (o Overlay) actions() ([]action, error) {
	root, slips, f := read(o.Data, path.Ext(o.source()) == ".json")
	if f == nil && len(slips) > 0 {
		f = slips[0]
	}
	var all []action
	if f == nil {
		all, f = readOverlay(root)
	}
	if f != nil {
		return nil, errorAt(o.source(), f.line, f.column, f.message)
	}
	return all, nil
}

// overlayVersion matches the versions that we know; the first group
// distinguishes them.
var overlayVersion = lazyregexp.New(`^1\.([01])\.\d+$`)

func readOverlay(root *node) ([]action, *fault) {
	if root.kind != jsonvalue.Object {
		return nil, faultAt(root.line, root.column, "an overlay must be an object, not %s", withArticle(root.kind.String()))
	}
	m := root.find("overlay")
	if m == nil {
		return nil, faultAt(root.line, root.column, `this is not an overlay: it has no member "overlay" that names the version, such as 1.1.0`)
	}
	version := overlayVersion().FindStringSubmatch(m.value.text)
	if version == nil || m.value.kind != jsonvalue.String {
		return nil, faultAt(m.line, m.column, "overlay version %q is not supported; use 1.0.0 or 1.1.0", m.value.text)
	}
	r := overlayReader{version: "1." + version[1], isNew: version[1] != "0"}
	return r.document(root)
}

// overlayReader reads an overlay of one version.
type overlayReader struct {
	version string // 1.0 or 1.1
	isNew   bool   // whether the version is 1.1
}

func (r overlayReader) document(root *node) ([]action, *fault) {
	if f := r.onlyMembers(root, "an overlay", "overlay", "info", "extends", "actions"); f != nil {
		return nil, f
	}
	if f := r.info(root); f != nil {
		return nil, f
	}
	if f := mustBe(root, "extends", jsonvalue.String, "a reference to the description that the overlay is for"); f != nil {
		return nil, f
	}
	actions := root.find("actions")
	switch {
	case actions == nil:
		return nil, faultAt(root.line, root.column, `the overlay has no list "actions" with at least one action`)
	case actions.value.kind != jsonvalue.Array || len(actions.value.items) == 0:
		return nil, faultAt(actions.line, actions.column, `"actions" must be a list with at least one action`)
	}
	var all []action
	first := map[string]int{} // line of the first occurrence of each action
	for _, item := range actions.value.items {
		a, f := r.action(item)
		if f != nil {
			return nil, f
		}
		text := string(item.appendSorted(nil))
		if line, ok := first[text]; ok {
			return nil, faultAt(item.line, item.column, "the same action is in line %d; remove one of them", line)
		}
		first[text] = item.line
		a.text = string(item.without("description").appendSorted(nil))
		all = append(all, a)
	}
	return all, nil
}

func (r overlayReader) info(root *node) *fault {
	m := root.find("info")
	if m == nil {
		return faultAt(root.line, root.column, `the overlay has no object "info" with a title and a version`)
	}
	info := m.value
	if info.kind != jsonvalue.Object {
		return faultAt(m.line, m.column, `"info" must be an object with a title and a version, not %s`, withArticle(info.kind.String()))
	}
	allowed := []string{"title", "version"}
	for _, name := range allowed {
		if info.find(name) == nil {
			return faultAt(info.line, info.column, "the info of the overlay has no text %q", name)
		}
	}
	if r.isNew {
		allowed = append(allowed, "description")
	}
	for _, name := range allowed {
		if f := mustBe(info, name, jsonvalue.String, "text; put it in quotes"); f != nil {
			return f
		}
	}
	return r.onlyMembers(info, "the info of an overlay", allowed...)
}

func (r overlayReader) action(n *node) (a action, f *fault) {
	if n.kind != jsonvalue.Object {
		return a, faultAt(n.line, n.column, "an action must be an object, not %s", withArticle(n.kind.String()))
	}
	allowed := []string{"target", "description", "update", "remove"}
	if r.isNew {
		allowed = append(allowed, "copy")
	}
	if f := r.onlyMembers(n, "an action", allowed...); f != nil {
		return a, f
	}
	target := n.find("target")
	if target == nil {
		return a, faultAt(n.line, n.column, "the action has no target; give it a JSONPath such as $.components.schemas.Batch")
	}
	for _, name := range []string{"target", "description", "copy"} {
		if f := mustBe(n, name, jsonvalue.String, "text"); f != nil {
			return a, f
		}
	}
	if f := mustBe(n, "remove", jsonvalue.Bool, "true or false"); f != nil {
		return a, f
	}
	a = action{target: target.value.text, line: target.line, column: target.column, remove: n.isTrue("remove"), update: n.get("update")}
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
	p, err := parsePath(m.value.text)
	if err != nil {
		return nil, faultAt(m.line, m.column, "the %s %.200s %v", m.name, m.value.text, err)
	}
	return p, nil
}

// mustBe returns an error if a member is of another kind.
func mustBe(n *node, name string, kind jsonvalue.Kind, want string) *fault {
	if m := n.find(name); m != nil && m.value.kind != kind {
		return faultAt(m.line, m.column, "%q must be %s, not %s", name, want, withArticle(m.value.kind.String()))
	}
	return nil
}

// onlyMembers returns an error for members that the specification does not
// have, which are usually misspelt.
func (r overlayReader) onlyMembers(n *node, what string, allowed ...string) *fault {
	for _, m := range n.members {
		if !isExtension(m.name) && !slices.Contains(allowed, m.name) {
			return faultAt(m.line, m.column, "%s (version %s) has no member %q; it may have %s", what, r.version, m.name, strings.Join(allowed, ", "))
		}
	}
	return nil
}
