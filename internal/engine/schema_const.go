package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/schema"
)

var schemaConst = &Rule{
	ID:       "schema-const",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a value is not the described constant",
	Text: `The description says that the member always has the same value. Clients use it to
recognise what kind of object they have.`,
	Fix:     "Send the one value that is described, or correct the description.",
	Example: `{"object": "batches"}, where "batch" is described`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the value is not the described constant", f.Place, p.foundOf(f, p.foundText), valuesOf(f))
		})
	},
}
