package engine_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// OpenAPI 3.1 does not have the keyword nullable, but an author who uses it
// expects null: null is drift, even for a required member. In 3.0, null is
// allowed.
func TestNullableByVersion(t *testing.T) {
	for version, want := range map[string][]string{
		"3.0.4": {"schema-type /c"},
		"3.1.1": {"drift-null /a", "drift-null /b", "drift-null /d", "schema-type /c"},
	} {
		d, err := spec.Load(fstest.MapFS{"api.yaml": {Data: []byte("openapi: " + version + `
info: {title: t, version: "1"}
paths:
  /x:
    get:
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                required: [a, c, d]
                properties:
                  a: {type: string, nullable: true}
                  b: {type: string, nullable: true}
                  c: {type: string}
                  d: {$ref: '#/components/schemas/D'}
components:
  schemas:
    D: {type: object, nullable: true}
`)}}, "api.yaml", spec.Options{})
		require.NoError(t, err)
		v, err := engine.New(d)
		require.NoError(t, err)
		assert.Equal(t, version == "3.1.1", len(v.Warnings()) == 1, "%v", v.Warnings())
		x := &plumb.Exchange{Request: plumb.Request{Method: "GET", URL: "/x"}}
		x.Response.Status, x.Response.Body.Bytes = 200, []byte(`{"a":null,"b":null,"c":null,"d":null}`)
		var found []string
		for _, f := range v.Check(x).Findings {
			found = append(found, f.Rule+" "+f.Pointer)
		}
		assert.ElementsMatch(t, want, found, version)
		assert.Empty(t, newEngines(v, v.Documented()).differ(x))
	}
}
