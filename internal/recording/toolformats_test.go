package recording

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
)

// inShort is an exchange as it is written in the tables below.
type inShort struct {
	method, url string
	status      int
	body        string
	missing     string // or the rule of the first defect
}

func shortened(list []*plumb.Exchange) []inShort {
	var all []inShort
	for _, x := range list {
		s := inShort{x.Request.Method, x.Request.URL, x.Response.Status, string(x.Response.Body.Bytes), x.Response.Body.Missing}
		if len(x.Defects) > 0 {
			s.missing = x.Defects[0].Rule
		}
		all = append(all, s)
	}
	return all
}

const (
	noResponse = "the request got no response"
	notUsable  = "capture-unreadable"
)

// TestToolFormats checks what tools can write and the fixtures do not contain.
func TestToolFormats(t *testing.T) {
	collection := func(items string) string {
		return `{"info": {"name": "n", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "variable": [{"key": "base", "value": "http://h/v1"}], "item": [` + items + `]}`
	}
	mapping := func(request, response string) string {
		return `{"priority": 1, "request": {` + request + `}, "response": {` + response + `}}`
	}
	newmanRun := func(execution string) string {
		return `{"collection": {"item": []}, "run": {"executions": [` + execution + `]}}`
	}
	contract := func(interaction string) string {
		return `{"provider": {"name": "p"}, "consumer": {"name": "c"}, "interactions": [` + interaction + `]}`
	}
	pairs := func(pair string) string { return `{"data": {"pairs": [` + pair + `]}, "meta": {}}` }
	scenario := func(interactions string) string {
		return `{"Initialize": {"schemathesis_version": "4"}}` + "\n" + `{"ScenarioFinished": {"recorder": {"interactions": {` + interactions + `}}}}` + "\n"
	}
	tests := map[string]struct {
		text string
		want []inShort
	}{
		"batch output": {
			`{"custom_id": "a", "response": {"status_code": 200, "body": {"a":1}}, "error": null}` + "\n" +
				`{"custom_id": "b", "response": {"status_code": 400, "body": {"error":{}}}, "error": null}` + "\n" +
				`{"custom_id": "c", "response": null, "error": {"code": "batch_expired"}}` + "\n" +
				`{"custom_id": "d", "response": {"status_code": 200, "body"` + "\n" +
				`{"id": 1}` + "\n" +
				`{"custom_id": "e", "response": {"status_code": 500}}` + "\n",
			[]inShort{
				{status: 200, body: `{"a":1}`}, {status: 400, body: `{"error":{}}`}, {missing: "a request of a batch that got no response"},
				{missing: notUsable}, {missing: notUsable}, {status: 500, missing: noBody},
			},
		},
		"batch input": {
			`{"custom_id": "a", "method": "POST", "url": "/v1/x", "body": {"a": 1}}`,
			[]inShort{{"POST", "/v1/x", 0, "", "a request of a batch, whose response is in another file"}},
		},
		"a body with a custom_id": {`{"custom_id": "a", "name": 1}`, []inShort{{body: `{"custom_id": "a", "name": 1}`}}},
		"batch output that is cut off": {
			`{"custom_id": "a", "response": {"status_code": 200, "body": {"a":1}}}` + "\n" + `{"custom_id": "b", "resp`,
			[]inShort{{status: 200, body: `{"a":1}`}, {missing: "capture-truncated"}},
		},
		"Postman": {
			collection(`{"name": "no response", "request": {"method": "DELETE", "url": {"raw": "{{base}}/a/:id?q=1", "variable": [{"key": "id", "value": "7"}]}}, "response": []},
				{"name": "url only", "request": "{{base}}/b", "response": [{"code": 200, "body": null}, {"code": 201, "header": "A: b\nContent-Type: text/plain", "body": "x"}]},
				{"name": "parts", "request": {"url": {"protocol": "https", "host": ["a", "b"], "path": ["c", {"value": "d"}], "query": [{"key": "q", "value": "1"}, {"key": "r", "disabled": true}]}}, "response": [{"code": 200, "body": "{}"}]},
				{"name": "unknown server", "request": {"url": {"raw": "{{other}}/c"}}, "response": [{"code": 200, "body": ""}]},
				{"name": "unknown scheme", "request": {"url": "{{scheme}}://{{host}}/d"}},
				{"name": "no scheme", "request": {"url": "h/d"}}`),
			[]inShort{
				{"DELETE", "http://h/v1/a/7?q=1", 0, "", "a request of a collection without a saved response"},
				{"GET", "http://h/v1/b", 200, "", noBody}, {"GET", "http://h/v1/b", 201, "x", ""},
				{"GET", "https://a.b/c/d?q=1", 200, "{}", ""}, {"GET", "/c", 200, "", ""},
				{"GET", "/d", 0, "", "a request of a collection without a saved response"}, {"GET", "http://h/d", 0, "", "a request of a collection without a saved response"},
			},
		},
		"Postman, cut off": {collection(`{"name": "a"`)[:120], []inShort{{missing: "capture-truncated"}}},
		"the schema of Postman": {
			`{"$schema": "http://json-schema.org/draft-07/schema#", "item": []}`,
			[]inShort{{body: `{"$schema": "http://json-schema.org/draft-07/schema#", "item": []}`}},
		},
		"Newman": {
			newmanRun(`{"request": {"method": "GET", "url": "http://h/a"}, "response": {"code": 200, "stream": {"type": "Buffer", "data": [ 123 , 125 ]}}},
				{"request": {"method": "GET", "url": "http://h/b"}, "response": {"code": 200, "stream": {"type": "Buffer", "data": []}}},
				{"request": {"method": "GET", "url": "http://h/c"}, "requestError": {"code": "ECONNREFUSED"}},
				{"request": {"method": "GET", "url": "http://h/d"}, "response": {"code": 200}},
				{"request": {"method": "GET", "url": "http://h/e"}, "response": {"code": 200, "stream": {"data": [300]}}}, {}`),
			[]inShort{
				{"GET", "http://h/a", 200, "{}", ""}, {"GET", "http://h/b", 200, "", ""}, {"GET", "http://h/c", 0, "", noResponse},
				{"GET", "http://h/d", 200, "", noBody}, {"GET", "http://h/e", 200, "", notUsable}, {missing: notUsable},
			},
		},
		"WireMock": {
			mapping(`"method": "ANY", "urlPath": "/a"`, `"body": "1"`) + "\n" +
				mapping(`"method": "GET", "urlPattern": "/b"`, `"status": 204`) + "\n" +
				mapping(`"method": "GET", "urlPathPattern": "/c/[0-9]+"`, `"status": 200, "jsonBody": "s"`) + "\n" +
				mapping(`"method": "GET", "urlPathTemplate": "/d/{id}"`, `"transformers": ["response-template"], "body": "{{x}}"`) + "\n" +
				mapping(`"method": "GET", "url": "/e"`, `"proxyBaseUrl": "http://h"`) + "\n" +
				mapping(`"method": "GET", "url": "/f"`, `"fault": "EMPTY_RESPONSE"`) + "\n" +
				mapping(`"method": "GET", "url": "/g"`, `"bodyFileName": "g.json"`) + "\n" + `{"request": {}}`,
			[]inShort{
				{"GET", "/a", 200, "1", ""}, {"GET", "/b", 204, "", noBody}, {"GET", "", 200, `"s"`, ""}, {"GET", "/d/{id}", 200, "", "the body is a template"},
				{"GET", "/e", 200, "", "a mapping that forwards the request, and has no response"},
				{"GET", "/f", 200, "", "a mapping that responds with a network fault"},
				{"GET", "/g", 200, "", notUsable}, {missing: notUsable},
			},
		},
		"WireMock's journal": {
			`{"requests": [{"id": "1", "request": {"url": "/a", "absoluteUrl": "http://h/a", "method": "GET"}, "responseDefinition": {"status": 200}, "response": {"status": 201, "bodyAsBase64": "e30="}}]}`,
			[]inShort{{"GET", "http://h/a", 201, "{}", ""}},
		},
		"an exchange whose body is text": {
			`{"request": {"method": "get", "url": "/a"}, "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": "{\"a\": 1}"}}` + "\n" +
				`{"request": {"method": "get", "url": "/a"}, "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": "a"}}` + "\n" +
				`{"request": {"method": "get", "url": "/a"}, "response": {"status": 200, "headers": {"Content-Type": "text/plain"}, "body": "a"}}`,
			[]inShort{{"GET", "/a", 200, `{"a": 1}`, ""}, {"GET", "/a", 200, `"a"`, ""}, {"GET", "/a", 200, "a", ""}},
		},
		"Pact 3": {
			contract(`{"description": "a", "request": {"method": "get", "path": "/a", "query": {"b": ["1", "2"]}}, "response": {"status": 200, "body": {"x": 1}}},
				{"description": "b", "request": {"method": "get", "path": "/b"}, "response": {"status": 204}},
				{"description": "c", "request": {"method": "get", "path": "/c"}, "response": {"status": 200, "headers": {"Content-Type": "text/plain"}, "body": "t"}}, {"description": "d"}`),
			[]inShort{{"GET", "/a?b=1&b=2", 200, `{"x": 1}`, ""}, {"GET", "/b", 204, "", noBody}, {"GET", "/c", 200, "t", ""}, {missing: notUsable}},
		},
		"Pact 4": {
			contract(`{"type": "Synchronous/HTTP", "request": {"path": "/a"}, "response": {"status": 200, "body": {"contentType": "application/json", "content": "{}", "encoded": "JSON"}}},
				{"type": "Asynchronous/Messages", "contents": {"contentType": "application/json", "content": {"a": 1}, "encoded": false}},
				{"type": "Synchronous/Messages", "request": {"contents": {"content": {}}}, "response": [{"contents": {"contentType": "text/plain", "content": "dA==", "encoded": "base64"}}]}`),
			[]inShort{{"", "/a", 200, "{}", ""}, {body: `{"a": 1}`}, {body: "t"}},
		},
		"Pact messages": {
			`{"consumer": {"name": "c"}, "provider": {"name": "p"}, "messages": [{"description": "a", "contents": {"a": 1}, "metaData": {"contentType": "application/json"}}]}`,
			[]inShort{{body: `{"a": 1}`}},
		},
		"Hoverfly": {
			pairs(`{"request": {"path": {"exactMatch": "/a"}, "destination": {"exactMatch": "h"}, "query": {"exactMatch": "q=1"}}, "response": {"status": 200, "body": "{}", "encodedBody": false}},
				{"request": {"path": "/b", "method": "POST"}, "response": {"status": 200, "body": "e30=", "encodedBody": true}},
				{"request": {"path": [{"matcher": "glob", "value": "/c/*"}]}, "response": {"status": 200, "body": "x", "templated": true}}, {"request": {}}`),
			[]inShort{{"", "http://h/a?q=1", 200, "{}", ""}, {"POST", "/b", 200, "{}", ""}, {"", "", 200, "", "the body is a template"}, {missing: notUsable}},
		},
		"nock": {
			`[{"scope": "http://h:80", "method": "GET", "path": "/a", "status": 200, "response": "7b7d", "responseIsBinary": true},
				{"scope": "http://h:80", "method": "GET", "path": "/b", "status": 200, "response": ["7b", "7d"], "rawHeaders": {"Content-Encoding": "x-none"}},
				{"scope": "http://h:80", "method": "GET", "path": "/c", "status": 200, "response": "", "rawHeaders": ["Content-Type", "application/json"]},
				{"scope": "http://h:80", "method": "GET", "path": "/d", "status": 200, "response": "zz", "responseIsBinary": true}, {}, 3]`,
			[]inShort{
				{"GET", "http://h:80/a", 200, "{}", ""}, {"GET", "http://h:80/b", 200, "{}", ""}, {"GET", "http://h:80/c", 200, "", ""},
				{"GET", "http://h:80/d", 200, "", notUsable}, {missing: notUsable}, {missing: notUsable},
			},
		},
		"Kong": {
			`{"request": {"method": "GET", "uri": "/a", "url": "http://h:8000/a"}, "response": {"status": 200}, "latencies": {}, "started_at": 1757584800000}` + "\n" +
				`{"request": {"method": "GET", "uri": "/b"}, "response": {"status": 200, "headers": {"content-type": "application/json"}, "body": "{}"}}` + "\n{}\n",
			[]inShort{{"GET", "http://h:8000/a", 200, "", keptWithoutBody}, {"GET", "/b", 200, "{}", ""}, {missing: notUsable}},
		},
		"Envoy": {
			`{"method": "GET", "path": "/a", "response_code": 200, "authority": "h", "start_time": "2025-09-11T10:00:00Z"}` + "\n" +
				`{":method": "POST", "x-envoy-original-path": "/b", "path": "/c", "response_code": "503", "authority": "-"}`,
			[]inShort{{"GET", "https://h/a", 200, "", keptWithoutBody}, {"POST", "/b", 503, "", keptWithoutBody}},
		},
		"AWS API Gateway": {
			`{"requestId": "1", "httpMethod": "GET", "resourcePath": "/a/{id}", "path": "/prod/a/1", "status": "200", "requestTime": "11/Sep/2025:10:00:00 +0000"}` + "\n" +
				`{"requestId": "1", "routeKey": "POST /b", "status": 201}`,
			[]inShort{{"GET", "/a/{id}", 200, "", keptWithoutBody}, {"POST", "/b", 201, "", keptWithoutBody}},
		},
		"schemathesis": {
			scenario(`"a": {"request": {"method": "get", "uri": "http://h/a"}, "response": null}, "b": {"request": {"method": "get", "uri": "http://h/b"}, "response": {"status_code": 204, "content": null}}, "c": {}`) + "{\n",
			[]inShort{{"GET", "http://h/a", 0, "", noResponse}, {"GET", "http://h/b", 204, "", noBody}, {missing: notUsable}, {missing: notUsable}},
		},
		"responses": {
			"responses:\n- response:\n    body: !!binary e30=\n    method: GET\n    status: 200\n    url: http://h/a\n- response:\n    method: GET\n    status: 204\n    url: http://h/b\n- other: 1\n- response: [\n",
			[]inShort{{"GET", "http://h/a", 200, "{}", ""}, {"GET", "http://h/b", 204, "", noBody}, {missing: notUsable}, {missing: notUsable}},
		},
		"mitmproxy": {
			tnet("}", "response", tnet("~"), "request", tnet("}", "path", tnet(",/a"), "scheme", tnet(",http"), "method", tnet(",GET"),
				"host", tnet(";h"), "port", tnet("#8080"), "authority", tnet(","), "headers", tnet("]"))) +
				tnet("}", "type", tnet(";tcp")) + "5:1:a;9}",
			[]inShort{{"GET", "http://h:8080/a", 0, "", noResponse}, {missing: "a flow that is not HTTP"}, {missing: notUsable}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, shortened(readText(t, tt.text, DefaultLimits)))
		})
	}
}

// tnet returns a tnetstring, given its type and content, or its type and the
// names and values of a dictionary.
func tnet(typeAndContent string, namesAndValues ...string) string {
	content := typeAndContent[1:]
	for i, part := range namesAndValues {
		if i%2 == 0 {
			part = tnet(";" + part)
		}
		content += part
	}
	return fmt.Sprintf("%d:%s%c", len(content), content, typeAndContent[0])
}

// TestAttachedBodies checks that a body of WireMock or Hoverfly can be in a
// separate file, and that nothing outside of its folder is read for it.
func TestAttachedBodies(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"__files/a/b.json":    `{"a": 1}`,
		"secret.json":         `{"secret": 1}`,
		"mappings/sub/x.json": `{"mappings": [{"request": {"url": "/a"}, "response": {"bodyFileName": "a/b.json"}}, {"request": {"url": "/b"}, "response": {"bodyFileName": "../secret.json"}}, {"request": {"url": "/c"}, "response": {"bodyFileName": "a"}}]}`,
		"mappings/y.json":     strings.Replace(`{"request": {"url": "/a"}, "response": {"bodyFileName": "PATH"}}`, "PATH", filepath.ToSlash(filepath.Join(dir, "secret.json")), 1),
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	read := func(name string, lim Limits) []inShort {
		f, err := os.Open(filepath.Join(dir, name))
		require.NoError(t, err)
		defer f.Close()
		list, err := readAll(f.Name(), f, lim)
		require.NoError(t, err)
		return shortened(list)
	}
	const notThere = notUsable
	assert.Equal(t, []inShort{{"", "/a", 200, `{"a": 1}`, ""}, {"", "/b", 200, "", notThere}, {"", "/c", 200, "", notThere}}, read("mappings/sub/x.json", DefaultLimits))
	assert.Equal(t, []inShort{{"", "/a", 200, "", notThere}}, read("mappings/y.json", DefaultLimits))
	small := DefaultLimits
	small.Body = 4
	assert.Equal(t, "capture-limit", read("mappings/sub/x.json", small)[0].missing)
}

// TestToolFormatsKeepToTheLimit checks that an entry over the limit is left
// out, and the next one is read.
func TestToolFormatsKeepToTheLimit(t *testing.T) {
	large := strings.Repeat("x", 2000)
	lim := Limits{Body: 1000, Entry: 1000, Ratio: 100}
	for name, text := range map[string]string{
		"batch": `{"custom_id": "a", "response": {"body": "` + large + `"}}` + "\n" + `{"custom_id": "b", "response": {"status_code": 200, "body": {}}}`,
		"nock":  `[{"scope": "s", "method": "GET", "path": "/", "response": "` + large + `"}, {"scope": "s", "method": "GET", "path": "/", "status": 200, "response": {}}]`,
		"schemathesis": `{"ScenarioFinished": {"recorder": {"x": "` + large + `"}}}` + "\n" +
			`{"ScenarioFinished": {"recorder": {"interactions": {"a": {"request": {}, "response": {"status_code": 200, "content": {"$base64": "e30="}}}}}}}`,
		"mitmproxy": tnet("}", "a", tnet(";"+large)) +
			tnet("}", "response", tnet("}", "status_code", tnet("#200"), "content", tnet(",{}")), "request", tnet("}", "path", tnet(",/"))),
	} {
		t.Run(name, func(t *testing.T) {
			list := shortened(readText(t, text, lim))
			require.Len(t, list, 2)
			assert.Equal(t, "capture-limit", list[0].missing)
			assert.Equal(t, 200, list[1].status)
			assert.Equal(t, "{}", list[1].body)
		})
	}
}
