package engine_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// Only the answer to a request that created the resource, made at a known time, says when
// that was.
func TestCreatingAnswers(t *testing.T) {
	const description = `openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /orders:
    post:
      operationId: createOrder
      responses: RESPONSES
  /orders/{id}: {get: {operationId: getOrder, responses: {"200": {$ref: '#/components/responses/Order'}}}}
components:
  responses:
    Order: {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
  schemas:
    Order:
      type: object
      properties: {id: {type: string}, status: {type: string, enum: [open, paid]}, created_at: {type: string, format: date-time}}
      x-lifecycle:
        identity: /id
        state: /status
        initial: open
        states: {open: {next: [paid], entered: /created_at}, paid: {}}
`
	const order = `{"$ref": "#/components/responses/Order"}`
	for _, tc := range []struct {
		name, described string
		status          int
		took            time.Duration
		key             string
		reported        bool
	}{
		{"only 200", `{"200": ` + order + `}`, 200, 0, "", true},
		{"201", `{"200": ` + order + `, "201": ` + order + `}`, 201, 0, "", true},
		{"200 where there is 201", `{"200": ` + order + `, "201": ` + order + `}`, 200, 0, "", false},
		{"any status", `{"2XX": ` + order + `}`, 200, 0, "", true},
		{"a short exchange", `{"200": ` + order + `}`, 200, time.Minute, "", true},
		{"a long exchange", `{"200": ` + order + `}`, 200, 3 * time.Minute, "", false},
		{"perhaps repeated", `{"200": ` + order + `}`, 200, 0, "k1", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(strings.Replace(description, "RESPONSES", tc.described, 1))}}, "openapi.yaml", spec.Options{})
			require.NoError(t, err)
			v, err := engine.New(d)
			require.NoError(t, err)
			x := &plumb.Exchange{
				Request: plumb.Request{Method: "POST", URL: "/orders", Header: http.Header{}},
				Response: plumb.Response{
					Status: tc.status, Header: http.Header{"Content-Type": {"application/json"}},
					Body: plumb.Body{Bytes: []byte(`{"id": "o1", "status": "open", "created_at": "2025-03-14T09:00:01Z"}`)},
				},
				Time: time.Date(2025, 3, 14, 9, 3, 0, 0, time.UTC), Took: tc.took,
			}
			if tc.key != "" {
				x.Request.Header.Set("Idempotency-Key", tc.key)
			}
			r := v.Check(x)
			v.NewHistory().Add(&r)
			var rules []string
			for _, f := range r.Findings {
				rules = append(rules, f.Rule)
			}
			if tc.reported {
				assert.Equal(t, []string{"time-between-answers"}, rules)
			} else {
				assert.Empty(t, rules)
			}
		})
	}
}
