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

// Lists in lists, lists that hold each other, and trees. Only the elements of the outermost list count as bodies of their own.
func TestListsInLists(t *testing.T) {
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(`
openapi: 3.1.0
info: {title: Lists, version: "1"}
paths:
  /shelves: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Shelves"}}}}}}}
  /shelf: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Shelf"}}}}}}}
  /book: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}}}}
  /tree: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Tree"}}}}}}}
  /day: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Day"}}}}}}}
  /night: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Night"}}}}}}}
components:
  schemas:
    Shelves: {type: object, properties: {data: {type: array, items: {$ref: "#/components/schemas/Shelf"}}}}
    Shelf: {type: object, properties: {id: {type: string}, data: {type: array, items: {$ref: "#/components/schemas/Book"}}}}
    Book: {type: object, required: [id], properties: {id: {type: string}}}
    Tree: {type: object, required: [id], properties: {id: {type: integer}, data: {type: array, items: {$ref: "#/components/schemas/Tree"}}}}
    Day: {type: object, properties: {data: {type: array, items: {$ref: "#/components/schemas/Night"}}}}
    Night: {type: object, properties: {data: {type: array, items: {$ref: "#/components/schemas/Day"}}}}
`)}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	for _, tt := range []struct {
		path, body string
		bodies     int
	}{
		{"/shelves", `{"data":[{"id":"s","data":[{"id":"b"},{"id":"c"}]},{"data":[]}]}`, 2},
		{"/shelves", `{"data":[{"id":"s","data":[{"id":7},{"more":null}]},{"more":[]}]}`, 2},
		{"/shelf", `{"id":"s","data":[{"id":"b"},{"id":"c"},{"id":null}]}`, 3},
		{"/tree", `{"id":1}`, 1},
		{"/tree", `{"id":1,"data":[]}`, 1},
		{"/tree", `{"data":[{"id":2,"data":[{"id":3},{"more":4}]},{"id":"5"}]}`, 1},
		{"/day", `{"data":[]}`, 1},
		{"/day", `{"data":[{},{"data":[]},{"data":null,"more":1}]}`, 3},
		{"/day", `{"data":[{"data":[{"data":[{"data":7}]}]}]}`, 1},
	} {
		t.Run(tt.path+" "+tt.body, func(t *testing.T) {
			e := newEngines(v, v.Documented())
			x := &plumb.Exchange{Request: plumb.Request{Method: "GET", URL: tt.path}}
			x.Response.Status, x.Response.Body.Bytes = 200, []byte(tt.body)
			assert.Empty(t, e.differ(x))
			assert.Equal(t, tt.bodies, v.Check(x).Bodies)
		})
	}
}
