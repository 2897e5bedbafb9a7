package lifecycle_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/internal/schema"
	"github.com/plumbapi/plumb/spec"
)

func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/lifecycle.md")
	require.NoError(t, err)
	return string(text)
}

// The page documents every keyword of the vocabulary.
func TestDocsHaveEveryKeyword(t *testing.T) {
	type object struct {
		Properties map[string]struct {
			AdditionalProperties json.RawMessage
			Properties           map[string]any
		}
	}
	var vocabulary object
	require.NoError(t, json.Unmarshal(lifecycle.Vocabulary, &vocabulary))
	for keyword, value := range vocabulary.Properties {
		assert.Contains(t, page(t), "| `"+keyword+"` |")
		var state object
		if keyword == "states" {
			require.NoError(t, json.Unmarshal(value.AdditionalProperties, &state))
			require.NotEmpty(t, state.Properties)
		}
		for sub := range state.Properties {
			assert.Contains(t, page(t), "| `states.*."+sub+"` |")
		}
		for sub := range value.Properties {
			assert.Contains(t, page(t), "`"+sub+"`")
		}
	}
}

// The example of the page is a valid lifecycle.
func TestDocsExample(t *testing.T) {
	_, example, ok := strings.Cut(page(t), "```yaml\n")
	require.True(t, ok)
	example, _, _ = strings.Cut(example, "```")
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(`openapi: 3.1.0
info: {title: t, version: "1"}
paths: {/payments: {get: {responses: {}}}}
components:
  schemas:
    ` + strings.ReplaceAll(example, "\n", "\n    "))}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	s := schema.New(d).At("Payment", d.Schemas[0].Place)
	l, err := lifecycle.Parse(s.Shape)
	require.NoError(t, err)
	require.NotNil(t, l)
	assert.True(t, l.Reaches("created", "refunded"))
	assert.False(t, l.Reaches("voided", "captured"))
}
