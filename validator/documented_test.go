package validator_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Schemas that refer to each other in many ways document endlessly many
// members; the list of them ends all the same.
func TestDocumentedEnds(t *testing.T) {
	var schema strings.Builder
	for i := range 12 {
		fmt.Fprintf(&schema, "        m%d: {$ref: '#/components/schemas/S%d'}\n", i, i)
	}
	for i := range 12 {
		fmt.Fprintf(&schema, "    S%d:\n      properties:\n", i)
		for j := range 12 {
			fmt.Fprintf(&schema, "        m%d: {$ref: '#/components/schemas/S%d'}\n", j, j)
		}
	}
	v, err := things(t, schema.String(), "")
	require.NoError(t, err)
	members := v.Documented().Members
	assert.Greater(t, len(members), 1000)
	assert.Less(t, len(members), 20_000)
}
