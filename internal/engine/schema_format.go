package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/schema"
)

var schemaFormat = &Rule{
	ID:       "schema-format",
	Severity: plumb.Warning,
	basis:    byStructure,
	Title:    "a value is not in the described format",
	Text: `The description gives a format for the value. Those of JSON Schema are checked
(date-time, date, time, duration, email, hostname, ipv4, ipv6, uri,
uri-reference, uuid, json-pointer, relative-json-pointer and regex), and those
of OpenAPI (int32, int64 and byte, and float and double for their ranges).
Any other is an annotation. It is a warning, since JSON Schema leaves it open
whether formats are checked.`,
	Fix:     "Send a value in the format, or correct the format in the description.",
	Example: `{"created": "2025-03-14 15:52:49"}, where date-time is described`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the value is not in the described format", f.Place, p.foundOf(f, p.foundText), "format "+plain(f.Limit))
		}, func(f schema.Failure) bool { return !p.isUnitProblem(f.Path) })
	},
}
