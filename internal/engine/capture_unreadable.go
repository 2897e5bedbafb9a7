package engine

import "github.com/plumbapi/plumb"

var captureUnreadable = &Rule{
	ID:       "capture-unreadable",
	Severity: plumb.Warning,
	basis:    byStructure,
	Title:    "a part of a recording cannot be read",
	Text: `An entry of the recording does not have the form that its format requires, or
a body cannot be decoded. This says nothing about the API. The entry was not
checked; the others were.`,
	Fix:     `Repair the entry or record it again; "plumb help formats" lists what can be read.`,
	Example: "a line of an NDJSON file that is not JSON",
	run:     (*pass).reportDefects,
}
