package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Which required members are for requests only is determined in one pass over
// the parts of a schema.
func TestRequiredMembersOfManyParts(t *testing.T) {
	const n = 20_000
	var names, parts []string
	for i := range n {
		names = append(names, fmt.Sprintf(`"r%d"`, i))
		parts = append(parts, fmt.Sprintf(`{"properties":{"r%d":{"writeOnly":%t}}}`, i, i > 0))
	}
	schema := `{"required":[` + strings.Join(names, ",") + `],"allOf":[` + strings.Join(parts, ",") + `]}`
	text := schemaA(t, describe(t, "3.1.0", schema, ""))
	assert.Contains(t, text, `{"required":["r0"],`)
}
