package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/schema"
)

var schemaEnum = &Rule{
	ID:       "schema-enum",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a value is not one of those described",
	Text: `The description lists all values. Clients that decode them into an enumeration
fail on any other. Settle it in the API, or by adding the value to the
description.`,
	Fix:     "Send one of the values that are allowed, or add the new one to the description.",
	Example: `{"status": "paused"}`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the value is not one of those described", f.Place, p.foundOf(f, p.foundText), valuesOf(f))
		})
	},
}
