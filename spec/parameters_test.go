package spec_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/spec"
)

func TestDeclares(t *testing.T) {
	file := filepath.Join(t.TempDir(), "api.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`openapi: 3.0.3
info: {title: t, version: "1"}
components:
  parameters:
    Tenant: {name: X-Tenant, in: header, schema: {type: string}}
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Pin}
paths:
  /a:
    parameters:
      - $ref: "#/components/parameters/Tenant"
      - {name: X-Pin, in: header, schema: {type: string}}
    get:
      parameters: [{name: after, in: query, schema: {type: string}}]
      responses: {"200": {description: ok}}
`), 0o644))
	d, err := spec.LoadFile(file, "")
	require.NoError(t, err)
	assert.True(t, d.Declares("header", "x-tenant"), "through a $ref, in any case")
	assert.True(t, d.Declares("query", "after"))
	assert.False(t, d.Declares("query", "After"))
	assert.False(t, d.Declares("header", "x-pin"), "it is a credential")
	assert.False(t, d.Declares("header", "after"))
}
