package probe

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/spec"
)

const shop = `openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders:
    get:
      parameters: [{name: limit, in: query, schema: {type: integer}}]
      responses: &ok {'200': {description: ok}}
    post:
      requestBody: {$ref: '#/components/requestBodies/Order'}
      responses: *ok
    delete: {responses: *ok}
    head: {responses: *ok}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {$ref: '#/components/schemas/Id'}}]
    get: {responses: *ok}
    put: {requestBody: {required: true, content: {application/json: {schema: {type: object}}}}, responses: *ok}
    patch: {requestBody: {content: {application/x-www-form-urlencoded: {examples: {first: {value: {a: 1, b: [x, y]}}}}}}, responses: *ok}
  /items:
    get:
      parameters:
        - {$ref: '#/components/parameters/Store'}
        - {name: kinds, in: query, required: true, example: [a, b]}
        - {name: X-Mode, in: header, required: true, schema: {enum: [fast, slow]}}
        - {name: page, in: query, required: true, schema: {type: integer, default: 1}}
        - {name: session, in: cookie, required: true, schema: {const: s1}}
      responses: *ok
  /search:
    get:
      parameters: [{name: q, in: query, required: true, schema: {type: string}}, {name: r, in: query, required: true}]
      responses: *ok
components:
  parameters: {Store: {name: store, in: query, required: true, examples: {main: {value: 7}}}}
  schemas: {Id: {type: string, examples: [o-1]}}
  requestBodies: {Order: {content: {text/csv: {example: {a: 1}}, application/json: {example: {total: 5.50}}}}}
`

// smokeRun calls the operations of the shop, and returns what was sent, and
// what was not called.
func smokeRun(t *testing.T, change bool) (received []string, skipped []Skipped) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "shop.yaml")
	require.NoError(t, os.WriteFile(file, []byte(shop), 0o600))
	d, err := spec.LoadFile(file, "")
	require.NoError(t, err)
	require.Empty(t, d.Warnings)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		text := r.Method + " " + r.URL.String()
		for _, name := range []string{"X-Mode", "Cookie"} {
			if value := r.Header.Get(name); value != "" {
				text += " " + value
			}
		}
		if len(body) > 0 {
			text += " " + string(body)
		}
		received = append(received, text)
		w.WriteHeader(http.StatusNotFound) // does not end the run
	}))
	defer srv.Close()
	p := &Prober{Base: must(t, srv.URL), Header: http.Header{}, Timeout: time.Minute, MaxRequests: 20, Limits: recording.DefaultLimits, Seen: func(*plumb.Exchange) {}}
	scenarios, skipped := Smoke(d, change)
	for _, s := range scenarios {
		assert.Empty(t, s.Lacks(nil))
		require.NoError(t, p.Run(t.Context(), &s), s.Name)
	}
	return received, skipped
}

func TestSmoke(t *testing.T) {
	received, skipped := smokeRun(t, false)
	assert.Equal(t, []string{
		"GET /orders",
		"GET /orders/o-1",
		"GET /items?kinds=a&kinds=b&page=1&store=7 fast session=s1",
	}, received)
	assert.Equal(t, []Skipped{
		{"POST /orders", "needs --create"},
		{"DELETE /orders", "needs a scenario"},
		{"HEAD /orders", "needs a scenario"},
		{"PUT /orders/{id}", "needs --create"},
		{"PATCH /orders/{id}", "needs --create"},
		{"GET /search", "lacks an example of q, r"},
	}, skipped)
}

func TestSmokeThatChanges(t *testing.T) {
	received, skipped := smokeRun(t, true)
	assert.Equal(t, []string{
		"GET /orders",
		`POST /orders {"total":5.50}`,
		"GET /orders/o-1",
		"PATCH /orders/o-1 a=1&b=x&b=y",
		"GET /items?kinds=a&kinds=b&page=1&store=7 fast session=s1",
	}, received)
	assert.Equal(t, []Skipped{
		{"DELETE /orders", "needs a scenario"},
		{"HEAD /orders", "needs a scenario"},
		{"PUT /orders/{id}", "lacks an example of the body"},
		{"GET /search", "lacks an example of q, r"},
	}, skipped)
}

// TestSmokeWithEmptyPaths checks that nothing is sent for a parameter of the path that
// is empty as its style writes it.
func TestSmokeWithEmptyPaths(t *testing.T) {
	for _, tt := range []struct{ keywords, value, lack string }{
		{"", "''", "lacks an example of id that is not empty"},
		{"", "[]", "lacks an example of id that is not empty"},
		{"", "['']", "lacks an example of id that is not empty"},
		{"", "{}", "lacks an example of id that is not empty"},
		{"style: simple, explode: true", "{}", "lacks an example of id that is not empty"},
		{"style: matrix", "''", ""}, // ;id
		{"style: matrix, explode: true", "[]", "lacks an example of id that is not empty"},
		{"style: label", "''", ""}, // a dot
		{"", "0", ""},
		{"", "['', '']", ""}, // a comma
	} {
		d, err := spec.Load(fstest.MapFS{"api.yaml": {Data: []byte("openapi: 3.1.0\ninfo: {title: items, version: '1'}\npaths: {'/items/{id}/parts': {get: {parameters: [{name: id, in: path, required: true, " +
			parameterKeywords(tt.keywords, tt.value) + "}], responses: {'200': {description: ok}}}}}\n")}}, "api.yaml", spec.Options{})
		require.NoError(t, err, tt.value)
		scenarios, skipped := Smoke(d, false)
		if tt.lack == "" {
			assert.Len(t, scenarios, 1, "%s %s", tt.keywords, tt.value)
			assert.Empty(t, skipped)
			continue
		}
		assert.Empty(t, scenarios, "%s %s", tt.keywords, tt.value)
		assert.Equal(t, []Skipped{{"GET /items/{id}/parts", tt.lack}}, skipped)
	}
}

// TestSmokeWithControlCharacters checks that an example which cannot be sent leaves out
// its operation, and not all that follow.
func TestSmokeWithControlCharacters(t *testing.T) {
	d, err := spec.Load(fstest.MapFS{"api.yaml": {Data: []byte(`openapi: 3.2.0
info: {title: items, version: '1'}
paths:
  /a: {get: {parameters: [{name: X-A, in: header, required: true, example: "a\nb", schema: {}}, {name: c, in: cookie, required: true, style: cookie, example: "a\0", schema: {}}], responses: {'200': {description: ok}}}}
  /b: {get: {parameters: [{name: q, in: query, required: true, example: "a\nb", schema: {}}, {name: c, in: cookie, required: true, example: "a\0", schema: {}}], responses: {'200': {description: ok}}}}
`)}}, "api.yaml", spec.Options{})
	require.NoError(t, err)
	scenarios, skipped := Smoke(d, false)
	require.Len(t, scenarios, 1)
	assert.Equal(t, "GET /b", scenarios[0].Name)
	assert.Equal(t, []Skipped{{"GET /a", "lacks an example of X-A, c without control characters"}}, skipped)
}

// TestFitsIn checks that a scenario fits only in a description that has all of
// its operations, and those of the scenarios that it contains.
func TestFitsIn(t *testing.T) {
	doc, err := Builtin()
	require.NoError(t, err)
	d, err := spec.Builtin()
	require.NoError(t, err)
	for _, s := range doc.Scenarios {
		usesFiles := len(s.Needs) > 0 && s.Needs[0] == "create"
		assert.Equal(t, !usesFiles, s.FitsIn(d), s.Name)
		assert.False(t, s.FitsIn(&spec.Description{}), s.Name)
	}
}
