package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

var jsonDuplicateKey = &Rule{
	ID:       "json-duplicate-key",
	Severity: plumb.Error,
	basis:    byStructure,
	Title:    "a member occurs twice in its object",
	Text: `Which of the two counts is up to each decoder: some take the first, most the
last, some refuse the body. So clients disagree about the same answer. Names are
compared after their escapes are decoded. The other rules check the last value.`,
	Fix:     "Send the member once.",
	Example: `{"status": "completed", "st\u0061tus": "failed"}`,
	run: func(p *pass) {
		p.reportFaults("the member occurs more than once in its object", jsonvalue.DuplicateKey)
	},
}
