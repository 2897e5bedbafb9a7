package spec

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonpath"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// amender applies overlays to a description, one after the other.
type amender struct {
	warnings []Warning
	done     map[string]bool // texts of the actions that an overlay has carried out

	// What they are applied to: a file of the operating system, the built-in
	// description, or another one.
	file      string
	ofBuiltin bool
}

// apply carries out the actions of an overlay on the description in main,
// whose files have been walked.
func (a *amender) apply(o Overlay, main *node) error {
	doc, err := o.parse()
	if err != nil {
		return err
	}
	a.extends(doc, o.source(), main)
	v := newView(main)
	var unmatched []*action
	for i := range doc.actions {
		act := &doc.actions[i]
		targets := v.targets(act.path)
		if len(targets) == 0 {
			unmatched = append(unmatched, act)
			continue
		}
		err := doc.checkTargets(act, targets)
		if err == nil {
			err = a.carryOut(act, targets, v, o.source())
		}
		if err != nil {
			return errorAt(o.source(), act.line, act.column, err.Error())
		}
	}
	a.warnOfUnmatched(o, doc, unmatched)
	return nil
}

// warnOfUnmatched warns of actions whose targets match nothing, and which no earlier
// overlay has carried out. Users cannot correct a built-in overlay: it fits the built-in
// description, but for what another built-in overlay has removed there.
func (a *amender) warnOfUnmatched(o Overlay, doc *overlayDocument, unmatched []*action) {
	unmatched = slices.DeleteFunc(unmatched, func(act *action) bool { return a.done[act.text] })
	switch {
	case len(unmatched) == 0 || o.file != "" && a.ofBuiltin:
	case o.file != "":
		a.warnings = append(a.warnings, Warning{
			Place: plumb.Source{Overlay: o.file},
			Message: fmt.Sprintf("the overlay %s is for the built-in description of the Batch API; %d of its %d targets match nothing in this one; leave the overlay out, or write one for this description",
				o.Name, len(unmatched), len(doc.actions)),
		})
	default:
		for _, act := range unmatched {
			a.warn(o.source(), act, "the target "+act.target+" matches nothing; correct it, or remove the action")
		}
	}
}

func (a *amender) warn(source string, act *action, text string) {
	a.warnings = append(a.warnings, Warning{Place: plumb.Source{Line: act.line, Column: act.column, Overlay: source}, Message: text})
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

func (a *amender) carryOut(act *action, targets []found, v *view, source string) error {
	warn := func(text string) { a.warn(source, act, text) }
	a.done[act.text] = true
	if act.remove {
		return act.removeFrom(v, targets)
	}
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
