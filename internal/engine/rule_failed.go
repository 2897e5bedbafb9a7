package engine

import "github.com/plumbapi/plumb"

var ruleFailed = &Rule{
	ID:       "rule-failed",
	Severity: plumb.Warning,
	basis:    byGuard,
	Title:    "a rule of the description cannot be evaluated",
	Text: `An expression under ` + "`x-rules`" + ` reads data that it does not provide for: a
member that is missing, or a value of another type, although the schema allows
it. The rule has to be corrected: test ` + "`has(self.member)`" + ` first.`,
	Fix:     "Let the expression test has(self.member) before it reads the member.",
	Example: "self.usage.total_tokens > 0, for an object without usage",
}
