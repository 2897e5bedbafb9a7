package format

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb/internal/report"
)

// What only operations have that were never seen is a line for all of it, and
// not in the shares.
func TestUnreachedIsLeftOut(t *testing.T) {
	r := build(1)
	for i := range 50 {
		seen := 0
		if i == 7 {
			seen = 1
		}
		name := fmt.Sprint("S", i)
		c := &r.Coverage
		c.Operations = append(c.Operations, report.OperationCoverage{Operation: fmt.Sprint("get", i), Method: "GET", Path: fmt.Sprint("/p", i), Count: seen})
		c.Members = append(c.Members,
			report.MemberCoverage{Schema: name, Pointer: "/a", Count: seen, Unreached: seen == 0},
			report.MemberCoverage{Schema: name, Pointer: "/b", Unreached: seen == 0})
		c.Values = append(c.Values, report.ValueCoverage{Schema: name, Pointer: "/b", Value: []byte(`"x"`), Count: seen, Unreached: seen == 0})
	}
	r.Coverage.Operations = r.Coverage.Operations[2:] // without those of build

	page := render(t, "html", r, View{})
	assert.Equal(t, 50, strings.Count(page, "<code>GET /p"))
	assert.Less(t, strings.Index(page, "<code>GET /p7<"), strings.Index(page, "<code>GET /p0<"), "what was seen comes first")
	assert.Contains(t, page, "<td>S7</td>")
	assert.NotContains(t, page, "<td>S8</td>")
	assert.Contains(t, page, "98 documented members and 49 documented values of operations that were never seen are not listed.")
	assert.Contains(t, render(t, "markdown", r, View{}),
		"Seen of the description: 1 of 50 operations; of what these respond with, 1 of 2 documented members, 1 of 1 documented value.")
}
