package spec

import "github.com/plumbapi/plumb/internal/jsonvalue"

// A schema from which something has been left out accepts more than its author
// meant. What rejects values because such a schema accepts them has to be left
// out, too: otherwise a part that cannot be read would cause findings.

// loosen leaves out what must be left out because of that.
func (w *walker) loosen() {
	loose := map[*node]bool{}
	var spread []*node
	mark := func(n *node) {
		if !loose[n] {
			loose[n] = true
			spread = append(spread, n)
		}
	}
	for _, n := range w.schemas {
		if n.mark.isIncomplete() {
			mark(n)
		}
	}
	if len(spread) == 0 {
		return
	}
	users := map[*node][]*node{}
	for _, n := range w.schemas {
		n.eachApplied(func(sub *node) { users[sub] = append(users[sub], n) })
	}
	for len(spread) > 0 {
		n := spread[len(spread)-1]
		spread = spread[:len(spread)-1]
		for _, user := range users[n] {
			mark(user)
		}
	}
	for _, n := range w.schemas {
		if loose[n] && n.kind == jsonvalue.Object {
			w.loosenIn(n, loose)
		}
	}
}

// loosenIn leaves out of one schema what rejects values because loose schemas
// accept them.
func (w *walker) loosenIn(n *node, loose map[*node]bool) {
	leaveOut := func(keyword string, also ...string) {
		if sub := n.get(keyword); sub == nil || !loose[sub] || n.mark.isLeftOut(keyword) {
			return
		}
		w.failOnce(keyword, n, "%s cannot be checked if a part of its schema is left out; it is left out, here and wherever else that is so")
		for _, k := range append(also, keyword) {
			n.mark.leaveOut(k)
		}
	}
	leaveOut("not")
	leaveOut("if", "then", "else")
	if sub := n.get("contains"); sub != nil && loose[sub] {
		n.mark.leaveOut("maxContains")
	}
	alternatives := n.get("oneOf")
	if alternatives == nil || n.mark.isLeftOut("oneOf") {
		return
	}
	for _, sub := range alternatives.items {
		if !loose[sub] {
			continue
		}
		w.failOnce("oneOf", n, "if a part of an alternative of %s is left out, it is not checked that only one alternative matches, here and wherever else that is so")
		if n.mark.isAnyOf = n.find("anyOf") == nil; !n.mark.isAnyOf {
			n.mark.leaveOut("oneOf")
		}
		return
	}
}

// failOnce warns about a keyword that depends on what is left out, the first
// time.
func (w *walker) failOnce(keyword string, n *node, format string) {
	if key := "loose " + keyword; !w.warned[key] {
		w.warned[key] = true
		w.fail(n.placeOf(keyword), format, keyword)
	}
}

// isIncomplete reports whether something has been left out of a schema that
// would reject values.
func (m *mark) isIncomplete() bool {
	for _, name := range m.leftOut {
		if !keywords[name].annotation {
			return true
		}
	}
	return m.unusable
}

// hides reports whether what has been left out of a schema may describe
// members, or elements. A reference that leads back to its own schema does not.
func (m *mark) hides() (members, elements bool) {
	members, elements = m.unusable, m.unusable
	for _, name := range m.leftOut {
		switch name {
		case "properties", "patternProperties", "additionalProperties", "unevaluatedProperties":
			members = true
		case "items", "prefixItems", "additionalItems", "unevaluatedItems", "contains":
			elements = true
		case "allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas", "dependencies":
			members, elements = true, true
		}
	}
	return members, elements
}

// eachApplied calls yield for the schemas that a schema applies to its value,
// or to what is in it.
func (n *node) eachApplied(yield func(*node)) {
	for _, target := range []*node{n.mark.target, n.mark.dynamicTarget, n.mark.recursiveTarget} {
		if target != nil {
			yield(target)
		}
	}
	for _, m := range n.members {
		c, ok := childOf(schemaKind, m.name)
		if !ok || keywords[m.name].annotation {
			continue
		}
		if c.form == one || c.form == oneOrList {
			yield(m.value)
		}
		for _, sub := range m.value.items {
			yield(sub)
		}
		if c.form == named {
			for _, sub := range m.value.members {
				yield(sub.value)
			}
		}
	}
}
