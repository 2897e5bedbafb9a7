package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/schema"
)

var schemaNullable = &Rule{
	ID:       "schema-nullable",
	Severity: plumb.Off,
	basis:    byStructure,
	Title:    "null is allowed by a nullable that has no type beside it",
	Text: `In OpenAPI 3.0 nullable has a meaning only beside a type, by the letter: beside
$ref, allOf, anyOf, oneOf or enum alone it allows nothing. Those who write it
there mean that the value may be null, and that is what plumb takes it for. Who
wants the letter sets the rule to warning or error.`,
	Fix:     "Write the type beside nullable in the description.",
	Example: `{"level": null}, where level is {$ref: ..., nullable: true}`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("null is allowed only by a nullable without a type", f.Place, p.foundOf(f, p.foundText), "")
		})
	},
}
