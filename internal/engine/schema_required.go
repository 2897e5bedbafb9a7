package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/schema"
)

var schemaRequired = &Rule{
	ID:       "schema-required",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a required member is missing",
	Text: `The description says that the object always has the member. Clients read it
without testing for it.`,
	Fix:     "Send the member in every response, or remove it from required in the description.",
	Example: `a Batch without "status"`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the required member is missing", f.Place, "no member "+schema.JSONText(f.Member), "")
		})
	},
}
