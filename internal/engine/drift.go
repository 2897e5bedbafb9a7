package engine

import (
	"slices"

	"github.com/plumbapi/plumb"
)

var driftNull = &Rule{
	ID:       "drift-null",
	Severity: plumb.Warning,
	Title:    "an optional member is null, and the description does not allow null",
	Text: `Servers often send null where the description says that a member may be left
out. Tolerant clients survive it; clients generated from the description may
crash. It is one finding for each member, whatever the count. Settle it by
amending the description: make the member nullable. Null for a required member
is an error, ` + "`schema-type`" + `, unless its schema says nullable in OpenAPI 3.1,
which does not have the word.`,
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

var driftUndocumentedMember = &Rule{
	ID:       "drift-undocumented-member",
	Severity: plumb.Warning,
	Title:    "a member is not documented",
	Text: `The description has no such member, and does not forbid it either. The API has
grown, or a name is misspelt. Objects whose members are the caller's own (those
with additionalProperties) and objects without any described member are not
meant. Settle it by describing the member.`,
	Fix:     "Describe the member, or take it out of the response.",
	Example: `{"id": "batch_1", "expected_completion_at": 1741971169}`,
	run: func(p *pass) {
		for i, visit := range p.visits() {
			if !visit.Undocumented {
				continue
			}
			object, shape := visit.Value, visit.Shape
			path := slices.Clip(p.visits().Path(i))
			members := p.v.desc.Place(shape.Place.File, shape.Place.Pointer+"/properties")
			for _, m := range object.Members {
				if _, undocumented := shape.Member(m.Name); !undocumented || object.Member(m.Name) != m.Value {
					continue // of a repeated member the last counts
				}
				at := append(path, m.Name)
				p.report(p.nameAt(at), placed("the member is not documented", members, p.foundText(at), ""))
			}
		}
	},
}
