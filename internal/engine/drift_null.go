package engine

import "github.com/plumbapi/plumb"

var driftNull = &Rule{
	ID:       "drift-null",
	Severity: plumb.Warning,
	basis:    byStructure,
	Title:    "an optional member is null, and the description does not allow null",
	Text: `Servers often send null where the description says that a member may be left
out. Tolerant clients cope with it; clients generated from the description may
crash. There is one finding for each member, however often it is null. Settle it
by amending the description: make the member nullable. Null for a required member
is an error, ` + "`schema-type`" + `, unless its schema says nullable in OpenAPI 3.1,
which no longer has that keyword.`,
	Fix:     "Leave the member out of the response while it has no value, or allow null in the description.",
	Example: `{"id": "batch_1", "error_file_id": null}`,
	run: func(p *pass) {
		for _, failure := range p.nulls {
			around, name, _ := cutLast(failure.Path)
			member := p.memberAt(around, name)
			p.report(p.valueAt(failure.Path), placed("the member is null, and the description does not allow null", member.Place, "null", typesOf(failure)))
		}
	},
}
