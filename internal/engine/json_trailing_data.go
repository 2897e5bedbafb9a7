package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var jsonTrailingData = &Rule{
	ID:       "json-trailing-data",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "there are bytes after the JSON value",
	Text: `A body is one JSON value and white space. Decoders that read a stream ignore what
follows; others refuse the body.`,
	Fix:     "End the body after its JSON value.",
	Example: `{"id": "batch_1"}{"id": "batch_2"}`,
	run: func(p *pass) {
		p.reportFaults("there are bytes after the JSON value", jsonvalue.Trailing)
	},
}
