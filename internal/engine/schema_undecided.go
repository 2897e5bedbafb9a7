package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/schema"
)

var schemaUndecided = &Rule{
	ID:       "schema-undecided",
	Severity: plumb.Warning,
	Title:    "a value cannot be checked within the limits",
	Text: `Whether the value is as described takes more work than is done for one body:
alternatives within alternatives that refer to themselves, a regular expression
that goes back and forth over a long text, or a number of more than 1,000 digits.
The value was not checked; the rest was. The limits are of steps, not of time, so the outcome is always the
same.`,
	Fix:     "Tell the alternatives apart by a constant, write the pattern without nested repetitions, or bound the length.",
	Example: "500 levels of a oneOf whose alternatives all refer to it",
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the value cannot be checked: "+f.Reason, f.Place, p.foundText(f.Path), "")
		})
	},
}
