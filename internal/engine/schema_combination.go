package engine

import (
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/schema"
)

var schemaCombination = &Rule{
	ID:       "schema-combination",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a value does not fit a combination of schemas",
	Text: `The value fits two alternatives of a oneOf, fits the schema of a not, or is
where no value is allowed. Where none of several alternatives fits, the finding
is that of the closest alternative, under its own rule.`,
	Fix:     "Make the value fit the description, or correct the alternatives there.",
	Example: "a value that fits both schemas of a oneOf",
	run: func(p *pass) {
		p.reportFailures(func(f schema.Failure) plumb.Finding {
			message := combinationWords[f.Keyword]
			if message == "" {
				message = "the value breaks " + f.Keyword
			}
			return placed(message, f.Place, p.foundOf(f, p.foundText), allowedByCombination(f))
		})
	},
}

// combinationWords are the messages for failures of keywords that combine
// schemas.
var combinationWords = map[string]string{
	"oneOf": "the value fits more than one of the alternatives",
	"anyOf": "the value fits none of the alternatives",
	"not":   "the value fits a schema that the description excludes",
	"false": "the description allows no value here",
	"$ref":  "the schema refers to itself endlessly",
}

func allowedByCombination(f schema.Failure) string {
	switch f.Keyword {
	case "not":
		return shorten("not " + f.Limit)
	case "oneOf":
		return "exactly one alternative; " + strings.ReplaceAll(f.Reason, "valid against schemas", "the value fits those")
	}
	return f.Reason
}
