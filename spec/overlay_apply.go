package spec

import (
	"errors"
	"fmt"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonpath"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// amender applies overlays to a description, one after the other.
type amender struct {
	warnings []Warning
	done     map[string]bool // texts of the actions that an overlay has carried out
}

// apply carries out the actions of an overlay on the description in main,
// whose files have been walked.
func (a *amender) apply(o Overlay, main *node) error {
	actions, err := o.actions()
	if err != nil {
		return err
	}
	v := newView(main)
	for i := range actions {
		if err := a.carryOut(&actions[i], v, o.source()); err != nil {
			return errorAt(o.source(), actions[i].line, actions[i].column, err.Error())
		}
	}
	return nil
}

func (a *amender) carryOut(act *action, v *view, source string) error {
	warn := func(text string) {
		place := plumb.Source{Line: act.line, Column: act.column, Overlay: source}
		a.warnings = append(a.warnings, Warning{Place: place, Message: text})
	}
	targets := v.targets(act.path)
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
