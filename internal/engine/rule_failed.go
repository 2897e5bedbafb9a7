package engine

import "github.com/plumbapi/plumb"

var ruleFailed = &Rule{
	ID:       "rule-failed",
	Severity: plumb.Warning,
	Title:    "a rule of the description cannot be evaluated",
	Text: `An expression under ` + "`x-rules`" + ` meets data that it does not provide for: a
member that is not there, or a value of another type, though the schema allows
it. It is the rule that wants mending: ask ` + "`has(self.member)`" + ` first.`,
	Fix:     "Let the expression ask has(self.member) before it reads the member.",
	Example: "self.usage.total_tokens > 0, for an object without usage",
}
