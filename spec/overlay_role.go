package spec

import (
	"slices"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// role is what a value is in the terms of OpenAPI, by where it is: an object
// of a kind, or, with another form than one, what holds several. The zero role
// is that of data. Unlike a mark, it is known of what an overlay has just put
// there.
type role struct {
	kind kind
	form form
}

// child is the role of the member with that name of n, whose role r is, or of
// its items, which have none.
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

// holdsSet reports whether the member with that name of an object with the role
// is a list in which nothing occurs twice, and whose order says nothing.
func (r role) holdsSet(name string) bool {
	return r.kind == schemaKind && (r.form == one || r.form == oneOrList) &&
		slices.Contains([]string{"required", "enum", "type"}, name)
}
