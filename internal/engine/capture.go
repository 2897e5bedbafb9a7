package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var captureLimit = &Rule{
	ID:       "capture-limit",
	Severity: plumb.Warning,
	Title:    "a recording exceeds a limit",
	Text: `A body or an entry is larger than plumb reads, nests deeper, or is compressed
to a suspicious degree. It was not checked; the rest was. The limits keep a
hostile or broken recording from taking all memory. Raise them with
` + "`--max-body`, `--max-entry`, `--max-ratio` and `--max-depth`" + `.`,
	Fix:     "Raise the limit that is named (--max-body, --max-entry, --max-ratio, --max-depth), or leave the entry out.",
	Example: "a body of 20 MiB, where --max-body is 16 MiB",
	run: func(p *pass) {
		p.reportDefects()
		p.reportFaults("the arrays and objects of the body nest too deep to be checked", jsonvalue.TooDeep)
	},
}

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

var captureUnreadable = &Rule{
	ID:       "capture-unreadable",
	Severity: plumb.Warning,
	Title:    "a part of a recording cannot be read",
	Text: `An entry of the recording does not have the form that its format asks for, or
a body cannot be decoded. It says nothing about the API; the entry was not
checked, the others were.`,
	Fix:     `Repair the entry or record it again; "plumb help formats" says what is read.`,
	Example: "a line of an NDJSON file that is not JSON",
	run:     (*pass).reportDefects,
}

// reportDefects reports the faults that who made the exchange gave the rule's id.
// One without a place is one of the exchange as a whole.
func (p *pass) reportDefects() {
	for _, d := range p.x.Defects {
		if d.Rule == p.rule.ID {
			f := placed(d.Message, d.Description, d.Found, d.Allowed)
			f.Subject = subjectAt(d.Description, "")
			if f.Place = d.Place; d.Place == (plumb.Place{}) {
				f.Place = p.x.Place
			}
			p.add(f)
		}
	}
}
