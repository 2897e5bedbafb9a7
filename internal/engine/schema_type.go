package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/schema"
)

var schemaType = &Rule{
	ID:       "schema-type",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a value has the wrong type",
	Text: `The value does not have the JSON type that the description says. An integer is a
number without a fraction, whether written 1 or 1.0. Null for a member that may
be left out is ` + "`drift-null`" + `, a warning.`,
	Fix:     "Send a value of the type that is allowed, or correct the type in the description.",
	Example: `{"created_at": "2025-03-14T15:52:49Z"}, where an integer is described`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the value has the wrong type", f.Place, p.foundOf(f, p.foundWithType), typesOf(f))
		}, func(f schema.Failure) bool { return !p.isUnitProblem(f.Path) })
	},
}

// foundWithType returns the text of a value and its type.
func (p *pass) foundWithType(path []string) string {
	v := p.root.At(path...)
	if v == nil || v.Kind == jsonvalue.Null || v.Kind == jsonvalue.Object || v.Kind == jsonvalue.Array {
		return p.foundText(path)
	}
	return p.foundText(path) + " (" + v.Kind.String() + ")"
}
