package spec

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonpath"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// amender applies overlays to a description, one after the other.
type amender struct {
	warnings []Warning
	file     string          // of the operating system, to which they are applied; empty for another
	done     map[string]bool // texts of the actions that an overlay has carried out
}

// apply carries out the actions of an overlay on the description in main,
// whose files have been walked.
func (a *amender) apply(o Overlay, main *node) error {
	doc, err := o.parse()
	if err != nil {
		return err
	}
	a.extends(doc, o.source())
	v := newView(main)
	for i := range doc.actions {
		act := &doc.actions[i]
		targets := v.targets(act.path)
		err := doc.checkTargets(act, targets)
		if err == nil {
			err = a.carryOut(act, targets, v, o.source())
		}
		if err != nil {
			return errorAt(o.source(), act.line, act.column, err.Error())
		}
	}
	return nil
}

// checkTargets returns an error if an action changes what the version of the overlay does
// not allow it to select: in 1.0 a single value. Removing one from an object is nowhere
// forbidden in so many words, and the examples of the specification do it.
func (d *overlayDocument) checkTargets(act *action, targets []found) error {
	if !d.noPrimitives || !act.remove && act.update == nil {
		return nil
	}
	for _, t := range targets {
		if !t.node.isScalar() || len(t.chain) == 0 {
			continue
		}
		if isItem := t.chain[len(t.chain)-1].kind == jsonvalue.Array; isItem || !act.remove {
			return fmt.Errorf("the target %s selects %s, which overlays of version 1.0 do not change by itself; target the object or array that contains it, or write overlay: 1.1.0", act.target, withArticle(t.node.kind.String()))
		}
	}
	return nil
}

// extends warns of an overlay that says it is for a file, and is applied to another one.
// A file that is not there may have been saved under another name.
func (a *amender) extends(doc *overlayDocument, source string) {
	reference, ok := doc.tree.root.str("extends")
	u, err := url.Parse(reference)
	if !ok || err != nil || a.file == "" || u.Host != "" || u.Scheme != "" && u.Scheme != "file" {
		return
	}
	named := filepath.FromSlash(u.Path)
	if !filepath.IsAbs(named) {
		named = filepath.Join(filepath.Dir(source), named)
	}
	other, err := os.Stat(named)
	if err != nil {
		return
	}
	if own, err := os.Stat(a.file); err == nil && !os.SameFile(own, other) {
		at := doc.tree.Place("/extends")
		a.warnings = append(a.warnings, Warning{
			Place:   plumb.Source{Line: at.Line, Column: at.Column, Overlay: source},
			Message: fmt.Sprintf("the overlay is for %s, and is applied to %s; correct extends, or use the overlay with its own description", filepath.ToSlash(named), a.file),
		})
	}
}

func (a *amender) carryOut(act *action, targets []found, v *view, source string) error {
	warn := func(text string) {
		place := plumb.Source{Line: act.line, Column: act.column, Overlay: source}
		a.warnings = append(a.warnings, Warning{Place: place, Message: text})
	}
	switch {
	case len(targets) == 0:
		if !a.done[act.text] { // otherwise an earlier overlay has done it
			warn("the target " + act.target + " matches nothing; correct it, or remove the action")
		}
		return nil
	case act.remove:
		a.done[act.text] = true
		return act.removeFrom(v, targets)
	}
	a.done[act.text] = true
	update, err := act.brings(v, warn)
	if update == nil || err != nil {
		return err
	}
	if err := sameKind(targets); err != nil {
		return fmt.Errorf("the target %s %w", act.target, err)
	}
	if v.size += len(targets) * update.count(); v.size > maxNodes {
		return fmt.Errorf("the target %s makes the description larger than %d values", act.target, maxNodes)
	}
	m := merger{view: v, source: source, warn: warn}
	for _, t := range targets {
		if err := m.update(t, update); err != nil {
			return fmt.Errorf("the target %s: %w", act.target, err)
		}
	}
	return nil
}

// targets returns the nodes that a path selects, each once.
func (v *view) targets(path *jsonpath.Path) []found {
	located := path.SelectLocated(v.plain(v.root))
	located.Sort() // the members of a map are selected in any order
	var all []found
	seen := map[*node]bool{}
	for _, l := range located {
		if f := v.find(l.Path); !seen[f.node] {
			seen[f.node] = true
			all = append(all, f)
		}
	}
	return all
}

// removeFrom removes what the action targets.
func (act *action) removeFrom(v *view, targets []found) error {
	for _, t := range targets {
		if len(t.chain) == 0 {
			return fmt.Errorf("the target %s is the whole description, which cannot be removed", act.target)
		}
		t.chain[len(t.chain)-1].drop(t.held)
		v.changed(t.chain)
	}
	return nil
}

// brings returns what the action merges into its targets, or nil if there is
// nothing.
func (act *action) brings(v *view, warn func(string)) (*node, error) {
	switch {
	case act.copy != nil && act.update != nil:
		warn("the action has both an update and a copy, and so neither has an effect; remove one")
		return nil, nil
	case act.copy != nil:
		return act.copied(v, warn)
	case act.update == nil || act.update.kind == jsonvalue.Null:
		warn("the action changes nothing; give it an update, a copy or remove: true, or remove it")
		return nil, nil
	}
	return act.update, nil
}

// copied returns what the action copies, as if it were written in the overlay.
func (act *action) copied(v *view, warn func(string)) (*node, error) {
	sources := v.targets(act.copyPath)
	switch {
	case len(sources) == 0:
		warn("the copy " + act.copy.text + " matches nothing; correct it, or remove the action")
		return nil, nil
	case len(sources) > 1:
		return nil, fmt.Errorf("the copy %s selects %d values; it must select one", act.copy.text, len(sources))
	}
	if v.size += sources[0].node.count(); v.size > maxNodes {
		return nil, fmt.Errorf("the copy %s makes the description larger than %d values", act.copy.text, maxNodes)
	}
	c := sources[0].node.clone()
	c.each(func(n *node) {
		n.line, n.column = act.copy.line, act.copy.column
		for i := range n.members {
			n.members[i].line, n.members[i].column = act.copy.line, act.copy.column
		}
	})
	return c, nil
}

// sameKind returns an error if an update cannot be merged into all of the
// targets.
func sameKind(targets []found) error {
	kinds := map[string]bool{}
	for _, t := range targets {
		switch t.node.kind {
		case jsonvalue.Object, jsonvalue.Array:
			kinds[t.node.kind.String()+"s"] = true
		default:
			kinds["single values"] = true
		}
	}
	if len(kinds) == 1 {
		return nil
	}
	var all []string
	for _, k := range []string{"objects", "arrays", "single values"} {
		if kinds[k] {
			all = append(all, k)
		}
	}
	return errors.New("selects " + strings.Join(all, " and ") + "; it must select values of one kind only")
}
