package report

import (
	"fmt"

	"github.com/plumbapi/plumb/internal/textfmt"
	"github.com/plumbapi/plumb/spec"
)

// mostWarnings is how many warnings of the description are said one by one; the
// formats for machines have all of them.
const mostWarnings = 10

// WarningLines returns what to say to people of the parts of a description that
// cannot be used as they are written: a line each, and one for the rest.
func WarningLines(warnings []spec.Warning) []string {
	var lines []string
	for i, w := range warnings {
		if i == mostWarnings {
			return append(lines, fmt.Sprintf("%d more parts of the description cannot be used as written; plumb check --format json lists them", len(warnings)-i))
		}
		lines = append(lines, textfmt.Printable(fmt.Sprint(w)))
	}
	return lines
}
