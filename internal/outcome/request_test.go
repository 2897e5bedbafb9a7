package outcome

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/spec"
)

const requested = `
openapi: 3.1.0
info: {title: Jobs, version: '1'}
paths:
  /jobs/{id}:
    get:
      operationId: getJob
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: cursor, in: query, schema: {type: string}}
      responses: {'200': {description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Job'}}}}}
components:
  schemas:
    Job:
      type: object
      required: [id, state]
      properties: {id: {type: string}, state: {enum: [open, done]}, n: {type: integer}}
      x-lifecycle:
        identity: /id
        initial: open
        state: /state
        states: {open: {next: [done]}, done: {}}
`

func get(address, body string, entry int) *plumb.Exchange {
	x := &plumb.Exchange{
		Request: plumb.Request{Method: "GET", URL: address}, Place: plumb.Place{File: "a.har", Entry: entry},
		Time: time.Date(2025, 3, 14, 12, entry, 0, 0, time.UTC), Secrets: redact.Credentials(address, nil, nil),
	}
	x.Response.Status, x.Response.Body.Bytes = 200, []byte(body)
	return x
}

// countRequests returns the outcome of exchanges, with their history.
func countRequests(t *testing.T, exchanges ...*plumb.Exchange) *Outcome {
	d, err := spec.Load(fstest.MapFS{"jobs.yaml": {Data: []byte(requested)}}, "jobs.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	h := v.NewHistory()
	o := New(v, 3)
	o.Follow(h)
	for _, x := range exchanges {
		r := v.Check(x)
		h.Add(&r)
		o.Add(x, r)
	}
	return o
}

// An occurrence has the request of its exchange, without credentials: of those in
// the query, what the description declares is shown.
func TestOccurrencesHaveTheirRequest(t *testing.T) {
	const random = "q8Zk2LmX9vRt4WbN7cYp"
	for _, tt := range []struct{ url, want string }{
		{"https://jobs.example/jobs/1", "https://jobs.example/jobs/1"},
		{"/jobs/1?page=2", "/jobs/1?page=2"},
		{"https://jobs.example/jobs/1?api_key=s3cr3t-4711&page=2", "https://jobs.example/jobs/1?api_key=[redacted]&page=2"},
		{"https://ann:s3cr3t-4711@jobs.example/jobs/1", "https://redacted@jobs.example/jobs/1"},
		{"https://jobs.example/jobs/1?cursor=" + random, "https://jobs.example/jobs/1?cursor=" + random},
		{"https://jobs.example/jobs/1?other=" + random, "https://jobs.example/jobs/1?other=[redacted]"},
		{"https://jobs.example/jobs/1?q=" + strings.Repeat("long ", 1000), "https://jobs.example/jobs/1?q=" + strings.Repeat("long ", 1000)[:longestURL-len("https://jobs.example/jobs/1?q=")] + "…"},
	} {
		findings, _ := countRequests(t, get(tt.url, `{"id":"1","state":"open","n":"x"}`, 1)).Findings()
		require.Len(t, findings, 1, tt.url)
		assert.Equal(t, Request{"GET", tt.want}, findings[0].Occurrences[0].Request)
	}
}

// What only the history of a resource shows has the request of the later exchange,
// also where that was read first.
func TestContradictionsHaveTheirRequest(t *testing.T) {
	first := get("https://jobs.example/jobs/1?try=1", `{"id":"1","state":"done"}`, 1)
	second := get("https://jobs.example/jobs/1?try=2", `{"id":"1","state":"open"}`, 2)
	for _, order := range [][]*plumb.Exchange{{first, second}, {second, first}} {
		findings, _ := countRequests(t, order...).Findings()
		require.Len(t, findings, 1)
		one := findings[0].Occurrences[0]
		assert.Equal(t, 2, one.Entry)
		want := Request{"GET", "https://jobs.example/jobs/1?try=2"}
		if order[0] == second {
			want = Request{} // until it is read again: its body is gone
		}
		assert.Equal(t, want, one.Request, fmt.Sprint(order[0].Place.Entry))
	}
}

// A bare body has no request.
func TestBareBodiesHaveNoRequest(t *testing.T) {
	x := get("", `{"id":"1","state":"shut"}`, 1)
	x.Request, x.Schema = plumb.Request{}, "Job"
	findings, _ := countRequests(t, x).Findings()
	require.Len(t, findings, 1)
	assert.Zero(t, findings[0].Occurrences[0].Request)
}
