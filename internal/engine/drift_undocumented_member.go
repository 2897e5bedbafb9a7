package engine

import (
	"slices"

	"github.com/plumbapi/plumb"
)

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
		for _, u := range p.undocumented {
			at := append(slices.Clip(u.Path), u.Object.Members[u.Index].Name)
			var members plumb.Source
			if u.Shape != nil {
				members = p.v.desc.Place(u.Shape.Place.File, u.Shape.Place.Pointer+"/properties")
			}
			p.report(p.nameAt(at), placed("the member is not documented", members, p.foundText(at), ""))
		}
	},
}
