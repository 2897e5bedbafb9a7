package engine

import (
	"slices"

	"github.com/plumbapi/plumb"
)

var driftUndocumentedMember = &Rule{
	ID:       "drift-undocumented-member",
	Severity: plumb.Warning,
	Title:    "a member is not documented",
	Text: `The description has no such member, but does not forbid it. The API has grown,
or a name is misspelt. The rule does not apply to objects with any names (those
with additionalProperties), nor to objects without described members. Settle it
by describing the member.`,
	Fix:     "Describe the member, or remove it from the response.",
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
