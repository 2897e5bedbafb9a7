package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/schema"
)

var schemaUndecided = &Rule{
	ID:       "schema-undecided",
	Severity: plumb.Warning,
	Title:    "a value cannot be checked within the limits",
	Text: `To decide whether the value fits the description would take more work than plumb
does for one body: alternatives within alternatives that refer to themselves, a
regular expression that backtracks over a long text, or a number of more than
1,000 digits. The value was not checked; the rest was. The limits count steps, not
time, so the outcome is always the same.`,
	Fix:     "Distinguish the alternatives by a constant, write the pattern without nested repetitions, or bound the length.",
	Example: "500 levels of a oneOf whose alternatives all refer to it",
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the value cannot be checked: "+f.Reason, f.Place, p.foundText(f.Path), "")
		})
	},
}
