package engine

import (
	"unicode/utf8"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/schema"
)

var schemaLimit = &Rule{
	ID:       "schema-limit",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a value is outside a described limit",
	Text: `A number, the length of a string (in characters, not bytes), or the number of
elements or members is outside the limits of the description.`,
	Fix:     "Keep the value within the limit, or correct the limit in the description.",
	Example: "metadata with 17 members, where maxProperties is 16",
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			message := limitWords[f.Keyword]
			if f.Name {
				message = "the name of a member breaks a limit"
			}
			return placed(message, f.Place, p.foundOf(f, p.foundSized), f.Keyword+" "+f.Limit)
		})
	},
}

// foundSized returns the text of a value, and of a string its length.
func (p *pass) foundSized(path []string) string {
	v := p.root.At(path...)
	if v == nil || v.Kind != jsonvalue.String {
		return p.foundText(path)
	}
	return p.foundText(path) + " (" + plural(utf8.RuneCountInString(v.Text), "character") + ")"
}
