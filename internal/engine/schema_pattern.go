package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/schema"
)

var schemaPattern = &Rule{
	ID:       "schema-pattern",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a string does not match the described pattern",
	Text: `The description gives a regular expression for the string, in the syntax of
ECMAScript. It need not match the whole string unless it says so with ^ and $.`,
	Fix:     "Send a value that matches the pattern, or correct the pattern in the description.",
	Example: `{"id": "1"}, where ^batch_ is described`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the string does not match the described pattern", f.Place, p.foundOf(f, p.foundText), f.Limit)
		})
	},
}
