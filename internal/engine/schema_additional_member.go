package engine

import (
	"slices"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/schema"
)

var schemaAdditionalMember = &Rule{
	ID:       "schema-additional-member",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a member is not allowed",
	Text: `The description closes the object with additionalProperties or
unevaluatedProperties. A member that is merely not described is
` + "`drift-undocumented-member`" + `, a warning.`,
	Fix:     "Remove the member from the response, or describe it.",
	Example: `{"id": "batch_1", "debug": true}, where additionalProperties is false`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			path := append(slices.Clip(f.Path), f.Member)
			return placed("the description forbids further members", f.Place, p.foundText(path), "")
		})
	},
}
