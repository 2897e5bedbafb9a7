package engine

import "github.com/plumbapi/plumb"

var captureTruncated = &Rule{
	ID:       "capture-truncated",
	Severity: plumb.Warning,
	basis:    byStructure,
	Title:    "a recording ends in the middle",
	Text: `The recorder was stopped, or the file was cut off, before the last exchange was
written completely. The exchanges before it were checked. Record again, or accept
that the last exchange is not checked.`,
	Fix:     "Record the exchange again, or remove the incomplete entry from the file; the entries before it were checked.",
	Example: `{"log": {"entries": [{"request": {"method": "PO`,
	run:     (*pass).reportDefects,
}
