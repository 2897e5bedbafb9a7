package engine

import "github.com/plumbapi/plumb"

var captureTruncated = &Rule{
	ID:       "capture-truncated",
	Severity: plumb.Warning,
	Title:    "a recording ends in the middle",
	Text: `The recorder was stopped, or the file was cut, before the last exchange was
written out. What came before was checked. Record again, or accept that the
last exchange is not checked.`,
	Fix:     "Record the exchange again, or take the broken rest off the file; the entries before it were checked.",
	Example: `{"log": {"entries": [{"request": {"method": "PO`,
	run:     (*pass).reportDefects,
}
