package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/schema"
)

var schemaUndecided = &Rule{
	ID:       "schema-undecided",
	Severity: plumb.Warning,
	basis:    byGuard,
	Title:    "a value cannot be checked within the limits",
	Text: `Whether the value is as described takes more work than is done for one body: a
regular expression that goes back and forth over a long text, or a division by a
number of more than 1,000 digits. Nor is it decided whether an alternative is the
right one that has such a keyword. The value was not checked; the rest was. The
limits are of steps, not of time, so the outcome is always the same.`,
	Fix:     "Write the pattern without nested repetitions, or bound the length of the string.",
	Example: `a string of 40 characters under the pattern ^(a|a?)+\\1$`,
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			return placed("the value cannot be checked: "+f.Reason, f.Place, p.foundText(f.Path), "")
		})
	},
}
