package engine_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

const shop = `openapi: 3.1.0
info: {title: shop, version: "1"}
servers: [{url: https://shop.example/v1}]
paths:
  /orders:
    get: {operationId: list, responses: {"200": {description: ok, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Order'}}}}}}}
    post:
      operationId: create
      responses:
        "201": {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        "202": {description: later}
        "206": {description: a part, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        4XX: {description: no, content: {application/json: {schema: {type: object, required: [code, text], properties: {code: {type: integer}, text: {type: string}}}}}}
  /orders/{id}:
    head: {operationId: look, responses: {"200": {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}}
    get:
      operationId: get
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        2XX: {description: other, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
    delete: {operationId: drop, responses: {default: {description: any, content: {application/json: {schema: {type: object, required: [code]}}}}}}
  /any:
    get: {operationId: any, responses: {"200": {description: ok, content: {'*/*': {schema: {type: object, required: [a]}}}}}}
    put: {operationId: anyText, responses: {"200": {description: ok, content: {'*/*': {schema: {type: string, maxLength: 3}}}}}}
  /text:
    get: {operationId: text, responses: {"200": {description: ok, content: {text/plain: {schema: {type: string, pattern: '^[a-z{}]*$', maxLength: 5}}}}}}
    put: {operationId: json, responses: {"200": {description: ok, content: {text/plain: {schema: {type: object, required: [a]}}}}}}
    post: {operationId: both, responses: {"200": {description: ok, content: {application/json: {schema: {type: object, required: [a]}}, text/plain: {schema: {type: string, maxLength: 3}}}}}}
components:
  schemas:
    Order:
      type: object
      required: [object, id, total, currency]
      properties: {object: {const: order}, id: {type: string}, total: {type: integer}, currency: {type: string}, note: {type: string}}
`

func describe(t testing.TB, text string, opts ...engine.Option) *engine.Validator {
	t.Helper()
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(text)}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := engine.New(d, opts...)
	require.NoError(t, err)
	return v
}

// exchange returns an exchange. The line is "METHOD URL STATUS". A header is
// recorded unless the content type is "none".
func exchange(line, contentType, body string) *plumb.Exchange {
	fields := strings.Fields(line)
	x := &plumb.Exchange{Request: plumb.Request{Method: fields[0], URL: fields[1]}}
	for _, c := range fields[2] {
		x.Response.Status = 10*x.Response.Status + int(c-'0')
	}
	x.Response.Header = http.Header{"Date": {"Fri, 14 Mar 2025 15:52:50 GMT"}}
	switch contentType {
	case "none":
		x.Response.Header = nil
	case "":
	default:
		x.Response.Header.Set("Content-Type", contentType)
	}
	x.Response.Body.Bytes = []byte(body)
	return x
}

const order = `{"object":"order","id":"o1","total":7,"currency":"EUR"}`

// What is a finding about HTTP, what is checked, and what is skipped, by both
// engines.
func TestHTTP(t *testing.T) {
	const own = "https://shop.example/v1"
	const js = "application/json"
	for _, tt := range []struct {
		line, contentType, body string
		findings                []string
		skipped                 string // contains; empty: checked
	}{
		// HTTP does not allow a body, whatever is described.
		{"GET " + own + "/orders/1 204", js, "", nil, ""},
		{"GET " + own + "/orders/1 205", js, "", nil, ""},
		{"DELETE " + own + "/orders/1 304", js, "", nil, ""},
		{"DELETE " + own + "/orders/1 101", js, "", nil, ""},
		{"DELETE " + own + "/orders/1 204", js, `{"recorded":"by a recorder that makes one up"}`, nil, ""},
		{"DELETE " + own + "/orders/1 200", js, "", []string{"error http-empty-body "}, ""},
		{"HEAD " + own + "/orders/1 200", "text/html", "", nil, ""},
		{"HEAD " + own + "/orders/1 404", js, "", []string{"warning http-status "}, "status 404 is not described"},

		// No body is described.
		{"POST " + own + "/orders 202", "", "", nil, ""},
		{"POST " + own + "/orders 202", js, `{}`, []string{"info http-undescribed-body "}, "no body for the status"},

		// A status that HTTP defines is not a finding; a failure of the server is an error.
		{"POST " + own + "/orders 103", "", "", nil, "status 103 is not described"},
		{"POST " + own + "/orders 304", "", "", nil, "status 304 is not described"},
		{"POST " + own + "/orders 206", js, `{"object":"ord`, nil, "incomplete"},
		{"POST " + own + "/orders 404", js, `{"code":1,"text":"no"}`, nil, ""},
		{"GET " + own + "/orders/1 404", js, `{}`, []string{"warning http-status "}, "status 404"},
		{"GET " + own + "/orders/1 503", js, `{}`, []string{"error http-status "}, "status 503"},

		// Methods.
		{"PATCH " + own + "/orders/1 200", js, order, []string{"warning http-operation "}, "the method PATCH"},
		{"PATCH " + own + "/orders/1 405", js, `{}`, nil, "the method PATCH"},
		{"PATCH " + own + "/orders/1 501", js, `{}`, nil, "the method PATCH"},
		{"OPTIONS " + own + "/orders/1 204", "", "", nil, "the method OPTIONS"},
		{"HEAD " + own + "/orders 200", js, "", nil, "the method HEAD"},

		// Paths that are not described.
		{"GET " + own + "/orders/17/items 200", js, `[]`, []string{"warning http-path "}, "does not have"},
		{"GET " + own + "/orders/17/items 200", "text/xml; charset=utf-8", `<a/>`, []string{"warning http-path "}, "does not have"},
		{"GET " + own + "/orders/17/items 200", "none", `[]`, []string{"warning http-path "}, "does not have"},
		{"HEAD " + own + "/orders/17/items 200", js, ``, []string{"warning http-path "}, "does not have"},
		{"POST " + own + "/orders/17/items 200", "text/html", ``, []string{"warning http-path "}, "does not have"},
		{"OPTIONS " + own + "/orders/17/items 200", js, `{}`, nil, "does not have"},
		{"GET " + own + "/help 200", "text/html", `<p>`, nil, "does not have"},
		{"GET " + own + "/logo 200", "image/svg+xml", `<svg/>`, nil, "does not have"},
		{"GET https://shop.example/health 200", js, `{}`, nil, "not below a base path"},
		{"GET chrome-extension://abc/orders/1 200", js, `{}`, nil, "neither http nor https"},

		// Another host: the body says whether it is one of the API.
		{"GET http://localhost/orders/1 200", js, order, nil, ""},
		{"GET /v1/orders/1 200", js, `{"id":"o1","total":"7"}`, []string{"error schema-required /currency", "error schema-required /object", "error schema-type /total"}, ""},
		{"GET /v1/orders/1 200", js, `{"object":"order"}`, []string{"error schema-required /currency", "error schema-required /id", "error schema-required /total"}, ""},
		{"GET https://o.example/v1/orders/1 200", js, `{"id":"o1"}`, nil, "--server https://o.example/v1 checks it"},
		{"GET https://o.example/orders/1 200", js, `{"object":"x","note":null}`, nil, "--server https://o.example checks it"},
		{"GET https://o.example/orders/1 200", js, `[]`, []string{"error schema-type "}, ""},
		{"GET https://o.example/orders 200", js, `[{}]`, []string{"error schema-required /currency", "error schema-required /id", "error schema-required /object", "error schema-required /total"}, ""},
		{"GET https://o.example/orders 200", js, `{}`, []string{"error schema-type "}, ""},
		{"GET https://o.example/orders/1 404", js, `{"error":"none"}`, []string{"warning http-status "}, "status 404"},
		{"GET https://o.example/orders/1 500", js, `{"error":"none"}`, []string{"error http-status "}, "status 500"},
		{"POST https://o.example/orders 404", js, `{"code":"x"}`, []string{"error schema-required /text", "error schema-type /code"}, ""},
		{"PATCH https://o.example/orders/1 404", js, `{"error":"none"}`, []string{"warning http-operation "}, "the method PATCH"},
		{"POST https://o.example/x/y/orders 404", js, `{"error":"none"}`, nil, "another API"},
		{"PATCH https://o.example/orders/1 200", js, `{"ok":true}`, nil, "another API"},
		{"PATCH https://o.example/orders/1 200", js, order, []string{"warning http-operation "}, "the method PATCH"},
		{"GET https://o.example/x/y/orders/1 200", js, strings.Replace(order, "7", `"7"`, 1), []string{"error schema-type /total"}, ""},
		{"GET https://o.example/x/y/orders/1 200", js, `{"id":"o1","total":7,"currency":"EUR"}`, nil, "--server https://o.example/x/y checks it"},
		{"GET https://o.example/x/y/orders/1 200", js, ``, nil, "a path behind a prefix that is not described, with a body that is not an object with a constant to recognise it by; --server https://o.example/x/y checks it"},
		{"GET https://o.example/x/y/orders 200", js, `[` + order + `]`, nil, "a path behind a prefix that is not described, whose answers have no constant to recognise them by; --server https://o.example/x/y checks it"},
		{"GET https://o.example/1234/orders/1 200", js, `{}`, nil, "another API, as its body shows"},
		{"GET https://o.example/others 200", js, `{}`, nil, "another API: the description has no such path"},

		// Media types.
		{"GET " + own + "/orders/1 200", "", order, []string{"info http-media-type "}, ""},
		{"GET " + own + "/orders/1 200", "none", order, nil, ""},
		{"GET " + own + "/orders/1 200", "text/html", `<p>`, []string{"error http-media-type "}, "not described"},
		{"GET " + own + "/any 200", js, `{}`, []string{"error schema-required /a"}, ""},
		{"GET " + own + "/any 200", "none", `{}`, []string{"error schema-required /a"}, ""},
		{"GET " + own + "/any 200", "text/plain", `{}`, []string{"error schema-required /a"}, ""},
		{"GET " + own + "/any 200", "text/html", `<p>`, []string{"error http-media-type "}, "not described"},
		{"GET " + own + "/any 200", "text/csv", `a,b`, nil, "other than JSON"},
		{"GET " + own + "/any 200", "application/xml", `<a/>`, nil, "other than JSON"},
		{"PUT " + own + "/any 200", "text/html", `<p>`, nil, ""},
		{"PUT " + own + "/any 200", "text/html", `{"a":1}`, []string{"error schema-limit "}, ""},
		{"PUT " + own + "/any 200", js, `"four"`, []string{"error schema-limit "}, ""},
		{"GET " + own + "/text 200", "text/plain; charset=utf-8", `abc`, nil, ""},
		{"GET " + own + "/text 200", "none", `abc`, nil, ""},
		{"GET " + own + "/text 200", "text/plain", ``, nil, ""},
		{"GET " + own + "/text 200", "text/plain", `{}`, nil, ""},
		{"GET " + own + "/text 200", "text/plain", `"a"`, []string{"error schema-pattern "}, ""},
		{"GET " + own + "/text 200", "text/plain", "\xff", nil, "UTF-8"},
		{"PUT " + own + "/text 200", "text/plain", `{}`, []string{"error schema-required /a"}, ""},
		{"PUT " + own + "/text 200", "text/plain", `<p>`, nil, "other than JSON"},
		{"POST " + own + "/text 200", "none", `abc`, nil, ""},
		{"POST " + own + "/text 200", "none", `abcd`, []string{"error schema-limit "}, ""},
		{"POST " + own + "/text 200", "none", `"a"`, []string{"error schema-type "}, ""},
		{"POST " + own + "/text 200", "none", `{}`, []string{"error schema-required /a"}, ""},
		{"POST " + own + "/text 200", "none", `{`, []string{"error json-syntax "}, ""},
	} {
		t.Run(tt.line+" "+tt.contentType+" "+tt.body, func(t *testing.T) {
			v := describe(t, shop)
			e := newEngines(v, v.Documented())
			x := exchange(tt.line, tt.contentType, tt.body)
			for range 3 { // from the second round on, it is counted
				require.Empty(t, e.differ(x))
			}
			r := v.Check(x)
			assert.ElementsMatch(t, tt.findings, summary(r))
			if tt.skipped == "" {
				assert.Empty(t, r.Skipped)
				assert.NotZero(t, r.Bodies)
				return
			}
			assert.Contains(t, r.Skipped, tt.skipped)
			assert.Zero(t, r.Bodies)
			if strings.Contains(tt.skipped, "another API") {
				assert.Empty(t, r.Operation)
			}
		})
	}
}

// A plain text is shown as it is: a quote is one of its characters.
func TestFoundTextKeepsItsQuotes(t *testing.T) {
	r := describe(t, shop).Check(exchange("GET https://shop.example/v1/text 200", "text/plain", `"a"`))
	require.Len(t, r.Findings, 1)
	assert.Equal(t, `"a"`, r.Findings[0].Occurrence.Found)
}

// A status that answers a condition, or a request for a part, is one of HTTP
// only if the request can have been one.
func TestStatusesOfHTTP(t *testing.T) {
	v := describe(t, shop)
	for _, tt := range []struct {
		status  string
		header  http.Header
		reports bool
	}{
		{"304", nil, false},
		{"412", nil, false},
		{"416", nil, false},
		{"412", http.Header{"If-Match": {`"1"`}}, false},
		{"412", http.Header{"Accept": {"*/*"}}, true},
		{"304", http.Header{"Accept": {"*/*"}}, true},
		{"206", http.Header{"Range": {"bytes=0-"}}, false},
		{"416", http.Header{"If-Match": {`"1"`}}, true},
	} {
		x := exchange("GET https://shop.example/v1/orders "+tt.status, "", "")
		x.Request.Header = tt.header
		assert.Equal(t, tt.reports, len(v.Check(x).Findings) > 0, "%s %v", tt.status, tt.header)
	}
}

func TestUndescribedPaths(t *testing.T) {
	v := describe(t, shop)
	check := func(v *engine.Validator, url string) engine.Result {
		return v.Check(exchange("DELETE "+url+" 200", "", ""))
	}
	first, second := check(v, "https://shop.example/v1/orders/1/items?key=secret"), check(v, "https://shop.example/v1/orders/x/items")
	require.Len(t, first.Findings, 1)
	require.Len(t, second.Findings, 1)
	f := first.Findings[0]
	assert.Equal(t, f.Fingerprint(), second.Findings[0].Fingerprint(), "one finding for each template")
	assert.Equal(t, plumb.Subject{File: f.Description.File, Pointer: "/paths", Name: "/orders/*/items"}, f.Subject)
	assert.Equal(t, "DELETE /orders/*/items", f.Operation)
	assert.Equal(t, "DELETE /v1/orders/1/items", f.Found)
	assert.Equal(t, "/paths", f.Description.Pointer)
	assert.Equal(t, 200, f.Status)
	assert.NotEqual(t, f.Fingerprint(), check(v, "https://shop.example/v1/orders/1/others").Findings[0].Fingerprint())
	assert.Empty(t, first.Operation, "coverage has no such operation")

	partial := describe(t, "x-partial: true\n"+shop)
	r := check(partial, "https://shop.example/v1/orders/1/items")
	assert.Empty(t, r.Findings)
	assert.Contains(t, r.Skipped, "x-partial")
	assert.Equal(t, []string{"warning http-operation "}, summary(check(partial, "https://shop.example/v1/orders")), "methods are not left alone")

	elsewhere := describe(t, shop, engine.WithServer("http://localhost:8080"))
	assert.Equal(t, []string{"warning http-path "}, summary(check(elsewhere, "http://localhost:8080/v1/orders")))
	assert.Empty(t, check(elsewhere, "https://shop.example/v1/others").Findings)
}

// A rule whose findings differ in severity has the severity that is configured
// for it.
func TestSeveritiesOfOneRule(t *testing.T) {
	failure := exchange("GET https://shop.example/v1/orders/1 500", "application/json", "{}")
	unlabelled := exchange("GET https://shop.example/v1/orders/1 200", "", order)
	for _, tt := range []struct {
		opts []engine.Option
		want []string
	}{
		{nil, []string{"error http-status ", "info http-media-type "}},
		{[]engine.Option{engine.WithStrict()}, []string{"error http-status ", "info http-media-type "}},
		{[]engine.Option{engine.WithRule("http-*", plumb.Warning)}, []string{"warning http-status ", "warning http-media-type "}},
		{[]engine.Option{engine.WithRule("http-*", plumb.Warning), engine.WithStrict()}, []string{"error http-status ", "error http-media-type "}},
		{[]engine.Option{engine.WithRule("http-*", plumb.Off)}, nil},
	} {
		v := describe(t, shop, tt.opts...)
		assert.Equal(t, tt.want, append(summary(v.Check(failure)), summary(v.Check(unlabelled))...))
	}
}

// The method and the status may not have been recorded.
func TestWhatIsNotRecorded(t *testing.T) {
	v := describe(t, shop)
	x := exchange("GET https://shop.example/v1/orders/1 200", "application/json", "{}")
	x.Request.Method = ""
	r := v.Check(x)
	assert.Empty(t, r.Findings)
	assert.Equal(t, "the recording does not say the method", r.Skipped)
}

// The time of a response is its Date; the order of a history is that of the
// recorder's times.
func TestOwnTime(t *testing.T) {
	v := builtin(t)
	for _, tt := range []struct {
		date string
		want []string
	}{
		{"Fri, 14 Mar 2025 15:52:49 GMT", nil}, // 1741967569
		{"Fri, 14 Mar 2025 15:52:40 GMT", []string{"info time-skew /created_at"}},
		{"Fri, 14 Mar 2025 14:52:40 GMT", []string{"warning time-future /created_at"}},
		{"yesterday", []string{"warning time-future /created_at"}},
		{"", []string{"warning time-future /created_at"}},
	} {
		e := newEngines(v, v.Documented())
		x := exchange("GET https://api.openai.com/v1/batches/b 200", "application/json", `{"id":"b","object":"batch","endpoint":"/v1/embeddings","input_file_id":"f","completion_window":"24h","status":"validating","created_at":1741967569}`)
		x.Time = timeOf(t, "Thu, 13 Mar 2025 10:00:00 GMT")
		x.Response.Header.Set("Date", tt.date)
		for range 2 {
			require.Empty(t, e.differ(x), tt.date)
		}
		assert.Equal(t, tt.want, summary(v.Check(x)), tt.date)
	}
}

func timeOf(t *testing.T, text string) time.Time {
	at, err := http.ParseTime(text)
	require.NoError(t, err)
	return at
}

// For any body, status and host, which API a response belongs to does not depend on what
// the worker knows of others, in any order in which it reads them.
func TestEnginesAgreeOnOtherAPIs(t *testing.T) {
	texts := map[string]string{
		"constants": shop,
		"none":      strings.Replace(shop, "object: {const: order}", "object: {type: string}", 1),
		"optional":  strings.Replace(shop, "[object, id, total, currency]", "[id, total, currency]", 1),
		"choice":    strings.Replace(shop, "note: {type: string}}", "note: {type: string}}\n      anyOf: [{required: [note]}, {required: [x], properties: {y: {const: 1}}}]", 1),
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			v := describe(t, text)
			rapid.Check(t, func(t *rapid.T) {
				e := newEngines(v, v.Documented())
				for range rapid.IntRange(1, 8).Draw(t, "exchanges") {
					var members []string
					for _, m := range []string{`"object":"order"`, `"object":"x"`, `"id":"o1"`, `"id":7`, `"total":7`, `"currency":"EUR"`, `"currency":null`, `"note":null`, `"note":"n"`, `"x":1`} {
						if rapid.IntRange(0, 2).Draw(t, m) == 0 {
							members = append(members, m)
						}
					}
					body := "{" + strings.Join(members, ",") + "}"
					if rapid.IntRange(0, 4).Draw(t, "list") == 0 {
						body = "[" + body + "]"
					}
					method := rapid.SampledFrom([]string{"GET", "GET", "DELETE", "HEAD", "POST", "PATCH"}).Draw(t, "method")
					base := rapid.SampledFrom([]string{"https://shop.example/v1", "http://localhost", "/v1", "http://localhost/gw", "https://shop.example"}).Draw(t, "base")
					path := rapid.SampledFrom([]string{"/orders/1", "/orders", "/any", "/text", "/others/1"}).Draw(t, "path")
					status := rapid.SampledFrom([]string{"200", "201", "203", "204", "206", "404", "500", "0"}).Draw(t, "status")
					contentType := rapid.SampledFrom([]string{"application/json", "application/json", "none", "", "text/plain"}).Draw(t, "type")
					if diff := e.differ(exchange(method+" "+base+path+" "+status, contentType, body)); diff != "" {
						t.Fatal(method, base+path, status, contentType, body, diff)
					}
				}
			})
		})
	}
}

// A path that is too long to be compared with those of the description is
// skipped at once, on any host.
func TestLongPathIsSkipped(t *testing.T) {
	v := describe(t, shop)
	for _, host := range []string{"https://shop.example/v1", "https://o.example", ""} {
		long := "GET " + host + "/orders" + strings.Repeat("/1", 500_000) + " 200"
		r := v.Check(exchange(long, "application/json", `{}`))
		assert.Empty(t, r.Findings)
		assert.Equal(t, "a path of more than 500 segments", r.Skipped)
	}
	r := v.Check(exchange("GET https://shop.example/v1/orders"+strings.Repeat("/1", 498)+" 200", "application/json", `{}`))
	assert.Equal(t, []string{"warning http-path "}, summary(r))
}
