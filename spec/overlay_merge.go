package spec

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// merger merges what an action brings into the nodes that it targets.
type merger struct {
	view   *view
	source string            // file of the overlay
	warn   func(text string) // reports what is left unchanged
}

// update carries out an update on one node that an action targets.
func (m *merger) update(at found, update *node) error {
	n, role := at.node, at.role()
	switch {
	case n.kind == jsonvalue.Object && update.kind == jsonvalue.Object:
		return m.merge(n, update, role, "")
	case n.kind == jsonvalue.Array:
		items := []*node{update}
		if update.kind == jsonvalue.Array {
			items = update.items
		}
		m.concat(n, items, at.inside.holdsSet(at.name))
	case n.isScalar() && update.isScalar():
		at.replace(update.from(m.source))
	default:
		return fmt.Errorf("%s cannot be updated with %s", withArticle(n.kind.String()), withArticle(update.kind.String()))
	}
	m.view.changed(at.chain)
	return nil
}

// replace replaces one value in an object or a list.
func (at *found) replace(value *node) {
	parent := at.chain[len(at.chain)-1]
	if i := slices.Index(parent.items, at.held); i >= 0 {
		parent.items[i] = value
		return
	}
	*parent.find(at.name) = member{at.name, value.line, value.column, value}
}

// merge merges update into n: objects are merged, lists are appended, and a
// scalar replaces a scalar. The pointer leads to n from the node that the
// action targets.
func (m *merger) merge(n, update *node, r role, pointer string) error {
	for i := range update.members {
		if err := m.member(n, &update.members[i], r, pointerTo(pointer, update.members[i].name)); err != nil {
			return err
		}
	}
	m.view.refresh(n)
	return nil
}

func (m *merger) member(n *node, update *member, r role, pointer string) error {
	member := n.find(update.name)
	if member == nil {
		n.add(update.from(m.source))
		return nil
	}
	old, isSet := m.view.at(member.value), r.holdsSet(update.name)
	switch {
	case old.kind == jsonvalue.Object && update.value.kind == jsonvalue.Object:
		return m.merge(old, update.value, r.child(n, update.name), pointer)
	case old.kind == jsonvalue.Array && update.value.kind == jsonvalue.Array:
		m.concat(old, update.value.items, isSet)
	case old.isScalar() && update.value.isScalar():
		*member = update.from(m.source)
	case isSet && old.isScalar() && update.value.kind == jsonvalue.Array:
		// A type that is not a list is a set of one.
		if all := setOf(old); m.concat(all, update.value.items, true) {
			member.value = all
		}
	case update.value.kind == jsonvalue.Null:
		// The Overlay Specification has such a member in an example, where it
		// is meant to change nothing.
		m.warn(fmt.Sprintf("%s is null, and leaves the %s that is there as it is; to remove it, target it with remove: true", pointer, old.kind))
	default:
		return fmt.Errorf("%s is %s, and the update has %s; remove what is there with an action before this one", pointer, withArticle(old.kind.String()), withArticle(update.value.kind.String()))
	}
	return nil
}

// setOf returns a list with one item, at the place of the item.
func setOf(n *node) *node {
	all := &node{kind: jsonvalue.Array, line: n.line, column: n.column, overlay: n.overlay, size: 1}
	all.append(n)
	return all
}

// concat appends items; to a set, only those that it does not have. It reports
// whether any were appended.
func (m *merger) concat(n *node, items []*node, isSet bool) bool {
	before := len(n.items)
	for _, item := range items {
		if !isSet || !slices.ContainsFunc(n.items, item.equal) {
			n.append(item.from(m.source))
		}
	}
	return len(n.items) > before
}

func (m *member) from(source string) member {
	return member{m.name, m.line, m.column, m.value.from(source)}
}

func (n *node) isScalar() bool {
	return n.kind != jsonvalue.Object && n.kind != jsonvalue.Array
}

// equal reports whether two nodes are the same value, regardless of the order
// of members.
func (n *node) equal(other *node) bool {
	return n.kind == other.kind && bytes.Equal(n.appendSorted(nil), other.appendSorted(nil))
}

// appendSorted appends a value as JSON, with members sorted by name.
func (n *node) appendSorted(b []byte) []byte {
	switch n.kind {
	case jsonvalue.Array:
		return appendList(b, n.items, func(b []byte, n *node) []byte { return n.appendSorted(b) })
	case jsonvalue.Object:
		members := slices.SortedFunc(slices.Values(n.members), func(a, b member) int { return bytes.Compare([]byte(a.name), []byte(b.name)) })
		w := objectWriter{b: b}
		for _, m := range members {
			w.name(m.name)
			w.b = m.value.appendSorted(w.b)
		}
		return w.end()
	}
	return n.appendJSON(b)
}

// without returns a copy of the object without a member.
func (n *node) without(name string) *node {
	c := *n
	c.members = slices.DeleteFunc(slices.Clone(n.members), func(m member) bool { return m.name == name })
	c.reindex()
	return &c
}

// drop removes a member or an item, given its value.
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

// from returns a copy of the node that records which overlay it comes from.
func (n *node) from(source string) *node {
	c := n.clone()
	c.each(func(n *node) { n.overlay = source })
	return c
}

// clone returns a deep copy without marks, which shares nothing.
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

// each calls f for the node and for everything in it.
func (n *node) each(f func(*node)) {
	f(n)
	for _, m := range n.members {
		m.value.each(f)
	}
	for _, item := range n.items {
		item.each(f)
	}
}

// count returns how many values the node contains at present, including itself.
func (n *node) count() int {
	count := 0
	n.each(func(*node) { count++ })
	return count
}
