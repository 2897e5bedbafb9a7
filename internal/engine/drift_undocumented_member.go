package engine

import (
	"slices"

	"github.com/plumbapi/plumb"
)

var driftUndocumentedMember = &Rule{
	ID:       "drift-undocumented-member",
	Severity: plumb.Warning,
	basis:    byStructure,
	Title:    "a member is not documented",
	Text: `The description has no such member, but does not forbid it. The API has grown,
or a name is misspelt. The rule does not apply to objects with any names (those
with additionalProperties), nor to objects without described members. Settle it
by describing the member.`,
	Fix:     "Describe the member, or remove it from the response.",
	Example: `{"id": "batch_1", "expected_completion_at": 1741971169}`,
	run: func(p *pass) {
		for _, u := range p.undocumented {
			members := p.v.desc.Place(u.Place.File, u.Place.Pointer+"/properties")
			for _, i := range u.Members {
				at := append(slices.Clip(u.Path), u.Object.Members[i].Name)
				p.report(p.nameAt(at), placed("the member is not documented", members, p.foundText(at), ""))
			}
		}
	},
}
