package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var jsonSyntax = &Rule{
	ID:       "json-syntax",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a body is not JSON",
	Text: `The body breaks the grammar of RFC 8259, or ends before its value does. No
client can decode it, and nothing else of it can be checked.`,
	Fix:     "Send valid JSON: correct the body at the marked place.",
	Example: `{"id": "batch_1", "status": "completed",}`,
	run: func(p *pass) {
		p.reportFaults("the body is not JSON", jsonvalue.Syntax, jsonvalue.Truncated)
	},
}
