package engine_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
)

func TestSkipped(t *testing.T) {
	header := func(contentType string) http.Header { return http.Header{"Content-Type": {contentType}} }
	const base = "https://things.example/v1"
	tests := map[string]struct {
		x      plumb.Exchange
		reason string
		want   []string
	}{
		"another method":     {x: plumb.Exchange{Request: plumb.Request{Method: "PUT", URL: base + "/things/1"}}, reason: "the description does not have the method PUT", want: []string{"warning http-operation "}},
		"HEAD":               {x: plumb.Exchange{Request: plumb.Request{Method: "HEAD", URL: base + "/things/1"}, Response: plumb.Response{Status: 200}}, reason: "HEAD"},
		"OPTIONS":            {x: plumb.Exchange{Request: plumb.Request{Method: "OPTIONS", URL: base + "/things/1"}, Response: plumb.Response{Status: 204}}, reason: "OPTIONS"},
		"not modified":       {x: plumb.Exchange{Request: plumb.Request{Method: "GET", URL: base + "/things/1"}, Response: plumb.Response{Status: 304}}, reason: "304"},
		"missing body":       {x: plumb.Exchange{Request: plumb.Request{Method: "GET", URL: base + "/things/1"}, Response: plumb.Response{Status: 200, Body: plumb.Body{Missing: "gone"}}}, reason: "gone"},
		"no JSON":            {x: plumb.Exchange{Request: plumb.Request{Method: "GET", URL: base + "/report"}, Response: plumb.Response{Status: 200, Header: header("application/pdf"), Body: plumb.Body{Bytes: []byte("%PDF")}}}, reason: "other than JSON"},
		"no schema":          {x: plumb.Exchange{Request: plumb.Request{Method: "GET", URL: base + "/report"}, Response: plumb.Response{Status: 200, Header: header("image/png"), Body: plumb.Body{Bytes: []byte("x")}}}, reason: "no schema for the body"},
		"no status":          {x: plumb.Exchange{Request: plumb.Request{Method: "GET", URL: base + "/things/1"}, Response: plumb.Response{Body: plumb.Body{Bytes: []byte("{}")}}}, reason: "the recording does not say the status"},
		"undescribed status": {x: plumb.Exchange{Request: plumb.Request{Method: "GET", URL: base + "/things/1"}, Response: plumb.Response{Status: 500, Body: plumb.Body{Bytes: []byte("{}")}}}, reason: "status 500 is not described", want: []string{"error http-status "}},
		"range of statuses":  {x: plumb.Exchange{Request: plumb.Request{Method: "GET", URL: base + "/things/1"}, Response: plumb.Response{Status: 404, Header: header("application/problem+json"), Body: plumb.Body{Bytes: []byte(`{}`)}}}, want: []string{"error schema-required /title"}},
		"bare, unknown":      {x: plumb.Exchange{Response: plumb.Response{Body: plumb.Body{Bytes: []byte(`{"id": "x"}`)}}}, reason: "constants of no schema"},
		"bare, no object":    {x: plumb.Exchange{Response: plumb.Response{Body: plumb.Body{Bytes: []byte(`7`)}}}, reason: "not an object"},
		"bare, named":        {x: plumb.Exchange{Schema: "Thing", Response: plumb.Response{Body: plumb.Body{Bytes: []byte(`{"a": "x"}`)}}}, want: []string{"error schema-type /a"}},
		"bare, unknown name": {x: plumb.Exchange{Schema: "Nothing", Response: plumb.Response{Body: plumb.Body{Bytes: []byte(`{}`)}}}, reason: "no schema Nothing"},
		"bare, HTML":         {x: plumb.Exchange{Response: plumb.Response{Status: 200, Header: header("text/html"), Body: plumb.Body{Bytes: []byte(`<p>`)}}}, reason: "not JSON"},
		"broken recording":   {x: plumb.Exchange{Defects: []plumb.Defect{{Rule: "capture-truncated", Message: "m"}}}, reason: "a body that could not be read", want: []string{"warning capture-truncated "}},
	}
	v, err := things(t, "", "")
	require.NoError(t, err)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := v.Check(&tt.x)
			assert.Equal(t, tt.want, summary(r))
			if tt.reason == "" {
				assert.Empty(t, r.Skipped)
				assert.Equal(t, 1, r.Bodies)
				return
			}
			assert.Zero(t, r.Bodies)
			assert.Contains(t, r.Skipped, tt.reason)
		})
	}
}

func TestInference(t *testing.T) {
	v := builtin(t)
	for body, want := range map[string]string{
		`{"object": "batch"}`:              "/id",         // a Batch without its members
		`{"object": "list", "data": 1}`:    "/data",       // a page
		`{"error": {"message": "m"}}`:      "/error/type", // an error
		`{"object": "batch", "error": {}}`: "/id",         // constants outweigh a member
	} {
		r := v.Check(&plumb.Exchange{Response: plumb.Response{Body: plumb.Body{Bytes: []byte(body)}}})
		var pointers []string
		for _, f := range r.Findings {
			pointers = append(pointers, f.Pointer)
		}
		assert.Contains(t, pointers, want, body)
	}
}

func TestOptions(t *testing.T) {
	x := thing(`{"id": "t1", "extra": [[]]}`)
	v, err := things(t, "", "", engine.WithStrict())
	require.NoError(t, err)
	assert.Equal(t, []string{"error drift-undocumented-member /extra"}, summary(v.Check(x)))

	v, err = things(t, "", "", engine.WithMaxDepth(2))
	require.NoError(t, err)
	assert.Equal(t, []string{"warning capture-limit "}, summary(v.Check(x)))

	_, err = things(t, "", "", engine.WithRule("[", plumb.Off))
	assert.ErrorContains(t, err, "not a glob")
	_, err = things(t, "", "", engine.WithRule("nothing-*", plumb.Off))
	assert.ErrorContains(t, err, "no rule is named")
	_, err = things(t, "", "", engine.WithMaxDepth(0))
	assert.Error(t, err)
	_, err = things(t, "", "", engine.WithServer("example.com"))
	assert.ErrorContains(t, err, "not the URL of a server")
}

// Elements of a list count as bodies of their own, and the pointers of findings
// begin at them.
func TestList(t *testing.T) {
	v := builtin(t)
	batch := `{"id":"b","object":"batch","endpoint":"e","input_file_id":"f","completion_window":"24h","status":"validating","created_at":1741967569}`
	list := func(data string) engine.Result {
		return v.Check(&plumb.Exchange{
			Request:  plumb.Request{Method: "GET", URL: "/v1/batches"},
			Response: plumb.Response{Status: 200, Body: plumb.Body{Bytes: []byte(`{"object":"list","has_more":1,"data":[` + data + `]}`)}},
		})
	}
	assert.Equal(t, 1, list("").Bodies, "an empty page is one body")
	r := list(batch + "," + strings.Replace(batch, `"e"`, `5`, 1))
	assert.Equal(t, 2, r.Bodies)
	assert.ElementsMatch(t, []string{"error schema-type /endpoint", "error schema-type /has_more"}, summary(r))
	var resources []string
	for _, f := range r.Findings {
		resources = append(resources, f.Resource)
	}
	assert.ElementsMatch(t, []string{"b", ""}, resources)
}

// Equal exchanges give equal results, from any number of goroutines.
func TestConcurrentChecks(t *testing.T) {
	v := builtin(t)
	life := lifeOf("batch_1")
	bad := *life[2]
	bad.Response.Body.Bytes = []byte(`{"object":"batch","status":7,"created_at":-1,"metadata":{"a":1,"b":2,"c":null}}`)
	life = append(life, &bad)
	want := make([]engine.Result, len(life))
	for i, x := range life {
		want[i] = v.Check(x)
	}
	require.NotEmpty(t, want[len(life)-1].Findings)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i, x := range life {
				if diff := cmp.Diff(want[i], v.Check(x), cmpopts.IgnoreUnexported(engine.Result{})); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	wg.Wait()
}

func TestFingerprint(t *testing.T) {
	v := builtin(t)
	finding := func(body string) plumb.Finding {
		r := v.Check(&plumb.Exchange{Schema: "Batch", Response: plumb.Response{Body: plumb.Body{Bytes: []byte(body)}}})
		for _, f := range r.Findings {
			if f.Rule == "schema-type" {
				return f
			}
		}
		t.Fatal("no finding")
		return plumb.Finding{}
	}
	a, b, c := finding(`{"id": 1}`), finding(`{"endpoint":"x","id": 2}`), finding(`{"endpoint": 1}`)
	assert.Equal(t, a.Fingerprint(), b.Fingerprint(), "values do not matter")
	assert.NotEqual(t, a.Fingerprint(), c.Fingerprint())
	assert.Len(t, a.Fingerprint(), 16)
}
