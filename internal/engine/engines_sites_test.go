package engine_test

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

const sites = `openapi: 3.1.0
info: {title: Sites, version: "1"}
servers: [{url: 'https://api.example.com/v1'}]
paths:
  /a/{id}:
    get:
      operationId: getA
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/A"}}, application/vnd.b+json: {schema: {$ref: "#/components/schemas/B"}}}}
        default: {description: not ok, content: {application/problem+json: {schema: {$ref: "#/components/schemas/Problem"}}}}
    head: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/A"}}}}}}
    post: {operationId: postA, responses: {"2XX": {description: ok, content: {"*/*": {schema: {$ref: "#/components/schemas/A"}}}}}}
  /b:
    get: {operationId: getB, responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/B"}}}}}}
components:
  schemas:
    A:
      type: object
      required: [object, id, state]
      properties: {object: {const: a}, id: {type: string}, state: {type: string}, n: {type: integer}, at: {type: integer, format: unixtime}}
      x-lifecycle: {identity: /id, state: /state, initial: new, neverChanges: [/n], states: {new: {entered: /at, next: [done]}, done: {}}}
    B:
      type: object
      required: [object, id, state]
      properties: {object: {const: b}, id: {type: string}, state: {type: string}, n: {type: integer}, at: {type: integer, format: unixtime}, a: {$ref: "#/components/schemas/C"}}
      x-lifecycle: {identity: /id, state: /state, initial: new, neverDecreases: [/n], states: {new: {entered: /at, next: [done]}, done: {}}}
      x-rules: [{id: n-not-less, message: n is less than before, expression: self.n >= oldSelf.n, at: /n}]
    C: {type: object, required: [name], properties: {name: {type: string}}}
    Problem: {type: object, properties: {title: {type: string}, n: {type: integer}}}
`

// drawExchange draws an exchange of the description above.
func drawExchange(r *rand.Rand) *plumb.Exchange {
	x := &plumb.Exchange{Request: plumb.Request{Method: choice(r, "GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "POST", "HEAD", "get", "")}}
	x.Request.URL = choice(r, "https://api.example.com/v1/a/1", "https://api.example.com/v1/a/2", "/v1/a/1", "/a/1", "https://proxy.local/x/v1/a/1", "https://other.example/v1/a/1", "https://other.example/a/1", "https://api.example.com/v1/b", "/v1/b", "")
	x.Response.Status = []int{200, 200, 200, 200, 200, 200, 404, 201, 0, 206, 500}[r.IntN(11)]
	switch r.IntN(6) {
	case 0:
		x.Response.Header = http.Header{}
	case 1:
		x.Response.Header = http.Header{"Content-Type": {choice(r, "application/vnd.b+json", "application/problem+json", "text/html", "text/plain", "application/json; charset=utf-8")}}
	case 2:
		x.Response.Header = http.Header{"Date": {"Fri, 14 Mar 2025 15:52:4" + choice(r, "8", "9") + " GMT"}}
	default:
		x.Response.Header = http.Header{"Content-Type": {"application/json"}}
	}
	object := choice(r, "a", "a", "b", "c")
	body := `{"object":"` + object + `","id":"` + choice(r, "1", "2") + `","state":"` + choice(r, "new", "done") + `","n":` + choice(r, "1", "2", "3") + `,"at":174196756` + choice(r, "1", "9") + `}`
	switch r.IntN(8) {
	case 0:
		body = `{"name":"` + choice(r, "x", "y") + `"}`
	case 1:
		body = `{"title":"` + choice(r, "x", "y") + `","n":1}`
	}
	x.Response.Body.Bytes = []byte(body)
	if x.Request.URL == "" && r.IntN(2) == 0 {
		x.Schema = choice(r, "A", "B", "Other")
	}
	if r.IntN(2) == 0 {
		x.Time = time.Unix(lifeBegin+r.Int64N(1000)-500, 0)
	}
	return x
}

func sitesValidator(t *testing.T, opts ...engine.Option) *engine.Validator {
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(sites)}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := engine.New(d, opts...)
	require.NoError(t, err)
	return v
}

// The engines agree whatever there is to an exchange besides its body: its host, path,
// method, status, headers and time.
func TestEnginesAgreeOnSites(t *testing.T) {
	for name, opts := range map[string][]engine.Option{
		"described":   nil,
		"with a host": {engine.WithServer("https://other.example")},
		"strict":      {engine.WithStrict(), engine.WithRule("n-not-less", plumb.Off)},
		"any host":    {engine.WithTarget("/")},
	} {
		t.Run(name, func(t *testing.T) {
			v := sitesValidator(t, opts...)
			e := newEngines(v, v.Documented())
			r := rand.New(rand.NewPCG(1, 1))
			for i := range 2000 {
				if i%500 == 0 {
					e.forget()
				}
				x := drawExchange(r)
				x.Place.Entry = i + 1
				if r.IntN(3) == 0 {
					e.learn(x)
				}
				if diff := e.differAtOnce(x); diff != "" {
					t.Fatalf("%+v\n%s\n%s", x.Request, x.Response.Body.Bytes, diff)
				}
			}
			t.Logf("of %d bodies, %d were not known", e.bodies, e.explained)
			assert.Less(t, e.explained, e.bodies-100)
		})
	}
}

// Exchanges that are checked together have the results that they have one by one.
func TestEnginesAgreeOnBlocks(t *testing.T) {
	v := sitesValidator(t)
	documented := newEngines(v, v.Documented())
	r := rand.New(rand.NewPCG(1, 2))
	stream := v.NewStream()
	stream.KeepOccurrences(3)
	w := stream.NewWorker()
	histories := []*engine.History{v.NewHistory(), v.NewHistory()}
	for range 20 {
		var block []*plumb.Exchange
		for i := range 100 {
			x := drawExchange(r)
			x.Place.Entry = i + 1
			block = append(block, x)
		}
		wantSeen, gotSeen := map[engine.Seen]int{}, map[engine.Seen]int{}
		var want, got []string
		rs := w.Check(block)
		for s, n := range rs.Seen() {
			documented.see(gotSeen, s, n)
		}
		for i, x := range block {
			plain, own := v.Check(x), rs.Results[i]
			for s, n := range documented.seen(plain.Seen) {
				wantSeen[s] += n
			}
			for s, n := range documented.seen(own.Seen) {
				gotSeen[s] += n
			}
			want, got = append(want, common(plain.Findings)...), append(got, common(own.Findings)...)
			if own.Counted {
				assert.Len(t, own.Findings, own.Own)
				got = append(got, common(own.Pattern.Findings())...)
			}
			require.Equal(t, plain.Resources, own.Resources, "%s", x.Response.Body.Bytes)
			plain.Findings, own.Findings = nil, nil
			histories[0].Add(&plain)
			histories[1].Add(&own)
			require.Empty(t, gocmp.Diff(plain.Findings, own.Findings))
		}
		slices.Sort(want)
		slices.Sort(got)
		require.Equal(t, want, got)
		require.Empty(t, gocmp.Diff(wantSeen, gotSeen))
		for i := range rs.Results {
			if p := rs.Results[i].Pattern; p != nil {
				p.Done()
			}
		}
		rs.Release()
	}
}
