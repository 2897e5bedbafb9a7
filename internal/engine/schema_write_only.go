package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/schema"
)

var schemaWriteOnly = &Rule{
	ID:       "schema-write-only",
	Severity: plumb.Warning,
	basis:    byStructure,
	Title:    "a member is in a response that is for requests only",
	Text: `The description marks the member as writeOnly: clients send it, and no response
has it. Most often it is a password or another secret. A response without the
member is right, also where it is required.`,
	Fix:     "Take the member out of the response, or take writeOnly out of its schema.",
	Example: `{"name": "a", "password": "x"}, where password is writeOnly`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the member is for requests only", f.Place, "", "") // most often the value is a secret
		})
	},
}
