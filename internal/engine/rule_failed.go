package engine

import "github.com/plumbapi/plumb"

var ruleFailed = &Rule{
	ID:       "rule-failed",
	Severity: plumb.Warning,
	basis:    byGuard,
	Title:    "a rule of the description cannot be evaluated",
	Text: `An expression under ` + "`x-rules`" + ` reads data that it does not provide for: a
member that is missing, or a value of another type, although the schema allows
it. The rule has to be corrected: test ` + "`has(self.member)`" + ` first, or the type
where the schema allows several: ` + "`type(self.member) == string`" + `. What no value that
fits the schema can be an operand of is an error when the description is loaded.`,
	Fix:     "Let the expression test has(self.member) before it reads the member, and type(self.member) where the schema allows several types.",
	Example: "self.usage.total_tokens > 0, for an object without usage",
}
