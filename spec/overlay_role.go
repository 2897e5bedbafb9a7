package spec

import (
	"slices"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// role says which kind of OpenAPI object a value is, by its position: an object
// of a kind, or, if the form is not one, a value that contains several. The
// zero role is that of data. Unlike a mark, a role is known for what an overlay
// has just added.
type role struct {
	kind kind
	form form
}

// child returns the role of the member with that name of n, whose role is r, or
// of its items, which have no name.
func (r role) child(n *node, name string) role {
	isList := n.kind == jsonvalue.Array
	switch {
	case r.kind == "" || isList && r.form != list && r.form != oneOrList:
		return role{}
	case isList:
		return role{kind: r.kind}
	case r.form == named || r.form == patterned && !isExtension(name):
		return role{kind: r.kind}
	case r.form == one || r.form == oneOrList:
		if c, ok := childOf(r.kind, name); ok {
			return role(c)
		}
	}
	return role{}
}

// holdsSet reports whether the member with that name, of an object with the
// role, is a list without duplicates whose order has no meaning.
func (r role) holdsSet(name string) bool {
	return r.kind == schemaKind && (r.form == one || r.form == oneOrList) &&
		slices.Contains([]string{"required", "enum", "type"}, name)
}
