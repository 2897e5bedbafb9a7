package spec

import (
	"fmt"
	"slices"

	"github.com/pb33f/jsonpath/pkg/jsonpath"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// apply carries out the actions of an overlay on the description in main,
// whose files have been walked.
func (o Overlay) apply(main *node) error {
	actions, err := o.actions()
	if err != nil {
		return err
	}
	for _, a := range actions {
		if err := a.apply(main, o.source()); err != nil {
			return errorAt(o.source(), a.line, a.column, err.Error())
		}
	}
	return nil
}

func (a *action) apply(main *node, source string) error {
	p, err := jsonpath.NewPath(a.target)
	if err != nil {
		return fmt.Errorf("the target %s is not a JSONPath: %w", a.target, err)
	}
	v := newView(main)
	found := p.Query(v.root)
	if len(found) == 0 {
		return fmt.Errorf("the target %s matches nothing; correct it, or take the action out", a.target)
	}
	if a.update != nil && len(v.origins)+len(found)*a.update.size > maxNodes {
		return fmt.Errorf("the target %s makes the description larger than %d values", a.target, maxNodes)
	}
	updated := map[*node]bool{}
	for _, y := range found {
		at := v.origins[y]
		switch {
		case a.remove && at.parent == nil:
			return fmt.Errorf("the target %s is the whole description, which cannot be removed", a.target)
		case a.remove:
			at.parent.drop(at.held)
		case !updated[at.node]:
			updated[at.node] = true
			if err := at.node.amend(a.update, source); err != nil {
				return fmt.Errorf("the target %s: %w", a.target, err)
			}
		}
	}
	return nil
}

// drop removes a member or an item by its value.
func (n *node) drop(value *node) {
	n.members = slices.DeleteFunc(n.members, func(m member) bool { return m.value == value })
	n.items = slices.DeleteFunc(n.items, func(item *node) bool { return item == value })
	n.reindex()
}

func (n *node) reindex() {
	n.index = nil
	if len(n.members) > fewMembers {
		n.index = make(map[string]int, len(n.members))
		for i := range n.members {
			n.index[n.members[i].name] = i
		}
	}
}

// amend carries out an update on what an action targets.
func (n *node) amend(update *node, source string) error {
	switch {
	case n.kind == jsonvalue.Array && update.kind == jsonvalue.Array:
		n.concat(update, source)
	case n.kind == jsonvalue.Array:
		n.append(update.from(source))
	case n.kind == jsonvalue.Object && update.kind == jsonvalue.Object:
		n.merge(update, source)
	default:
		return fmt.Errorf("%s cannot be updated with %s; target the object around it",
			withArticle(n.kind.String()), withArticle(update.kind.String()))
	}
	return nil
}

// merge takes the members of update over: objects are merged, lists are
// appended, and anything else takes the place of what was there. The
// specification is silent on values of different kinds; the widespread tools
// replace them, and so do we.
func (n *node) merge(update *node, source string) {
	for _, m := range update.members {
		old := n.find(m.name)
		switch {
		case old == nil:
			n.add(member{m.name, m.line, m.column, m.value.from(source)})
		case old.value.kind == jsonvalue.Object && m.value.kind == jsonvalue.Object:
			old.value.merge(m.value, source)
		case old.value.kind == jsonvalue.Array && m.value.kind == jsonvalue.Array:
			old.value.concat(m.value, source)
		default:
			*old = member{m.name, m.line, m.column, m.value.from(source)}
		}
	}
}

func (n *node) concat(update *node, source string) {
	for _, item := range update.items {
		n.append(item.from(source))
	}
}

// from returns a copy of the node that knows which overlay it comes from.
func (n *node) from(source string) *node {
	c := n.clone()
	var note func(*node)
	note = func(n *node) {
		n.overlay = source
		for _, m := range n.members {
			note(m.value)
		}
		for _, item := range n.items {
			note(item)
		}
	}
	note(c)
	return c
}

// clone returns a deep copy, without marks, in which nothing is shared.
func (n *node) clone() *node {
	c := *n
	c.mark, c.cut = nil, false
	c.members = slices.Clone(n.members)
	for i := range c.members {
		c.members[i].value = c.members[i].value.clone()
	}
	c.items = slices.Clone(n.items)
	for i := range c.items {
		c.items[i] = c.items[i].clone()
	}
	c.reindex()
	return &c
}
