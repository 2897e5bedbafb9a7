package cli

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// planted is an exchange full of credentials.
type planted struct {
	path              string // including the query
	request, response http.Header
	sent              string // the body of the request, a form
	status            int
	body              string
}

const plantedHost = "https://things.example"

func (x planted) url() string {
	if strings.HasPrefix(x.path, "http") {
		return x.path
	}
	return plantedHost + x.path
}

func (x planted) jsonBody() any {
	if json.Valid([]byte(x.body)) {
		return json.RawMessage(x.body)
	}
	return x.body
}

type members = map[string]any

// recorders write exchanges as each recorder does: one for every format that is
// read, by its name in plumb help formats.
var recorders = []struct {
	format, file string
	write        func(t *testing.T, all []planted) []byte
}{
	{"HAR 1.2", "browser.har", func(t *testing.T, all []planted) []byte { return asJSON(t, asHAR(all, nil)) }},
	{"HAR of Playwright", "playwright.zip", asPlaywright},
	{"HAR of Polly.JS", "polly.har", func(t *testing.T, all []planted) []byte {
		return asJSON(t, asHAR(all, func(_ int, content members, body string) {
			content["encoding"], content["text"] = "base64", `["`+inBase64(body)+`"]`
		}))
	}},
	{"VCR", "vcr.yml", func(t *testing.T, all []planted) []byte { return asYAML(t, asVCR(all, "string", same64)) }},
	{"VCR", "vcr.json", func(t *testing.T, all []planted) []byte { return asJSON(t, asVCR(all, "string", same64)) }},
	{"VCR 1", "vcr1.yml", asVCR1},
	{"vcr of R", "rvcr.yml", func(t *testing.T, all []planted) []byte { return asYAML(t, asVCR(all, "raw_gzip", zlib64)) }},
	{"betamax", "betamax.json", func(t *testing.T, all []planted) []byte {
		return asJSON(t, asVCR(all, "base64_string", inBase64))
	}},
	{"vcrpy", "vcrpy.yaml", func(t *testing.T, all []planted) []byte { return asYAML(t, asVCRpy(all)) }},
	{"vcrpy", "vcrpy.json", func(t *testing.T, all []planted) []byte { return asJSON(t, asVCRpy(all)) }},
	{"go-vcr 2 to 4", "govcr.yaml", asGoVCR},
	{"httprr", "trace.httprr", asHTTPRR},
	{"php-vcr", "phpvcr.yml", func(t *testing.T, all []planted) []byte { return append([]byte("\n"), asYAML(t, asPHPVCR(all))...) }},
	{"EasyVCR", "easyvcr.json", func(t *testing.T, all []planted) []byte { return asJSON(t, asPHPVCR(all)) }},
	{"ExVCR", "exvcr.json", asExVCR},
	{"Azure SDK test proxy", "session.json", asSession},
	{"Datadog", "datadog.json", asDatadog},
	{"NDJSON", "exchanges.ndjson", asNDJSON},
	{"JSON", "bodies.json", asBodies},
	{"curl -i", "curl.txt", asCurl},
	{"Batch files", "batch.jsonl", asBatch},
	{"Postman", "postman.json", asPostman},
	{"Newman", "newman.json", asNewman},
	{"WireMock", "wiremock.json", asWireMock},
	{"Pact", "pact.json", asPact},
	{"Hoverfly", "hoverfly.json", asHoverfly},
	{"nock", "nock.json", asNock},
	{"responses", "responses.yaml", asResponses},
	{"schemathesis", "schemathesis.ndjson", asSchemathesis},
	{"mitmproxy", "flows.mitm", asFlows},
	{"Access logs", "kong.ndjson", asKong},
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return text
}

// asYAML returns as YAML what asJSON would return as JSON.
func asYAML(t *testing.T, v any) []byte {
	t.Helper()
	text, err := yaml.Marshal(v)
	require.NoError(t, err)
	return text
}

func inBase64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
func same64(text string) string   { return text }

func zlib64(text string) string {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return inBase64(out.String())
}

// pairsOf lists headers as objects that have the name and the value under the
// given member names.
func pairsOf(h http.Header, name, value string) []any {
	all := []any{}
	for _, header := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[header] {
			all = append(all, members{name: header, value: v})
		}
	}
	return all
}

func firstsOf(h http.Header) members {
	all := members{}
	for name, values := range h {
		all[name] = values[0]
	}
	return all
}

func asHAR(all []planted, change func(i int, content members, body string)) any {
	var entries []any
	for i, x := range all {
		query := []any{}
		if u, err := url.Parse(x.url()); err == nil {
			for name, values := range u.Query() {
				query = append(query, members{"name": name, "value": values[0]})
			}
		}
		content := members{"size": len(x.body), "mimeType": "application/json", "text": x.body}
		if change != nil {
			change(i, content, x.body)
		}
		entries = append(entries, members{
			"startedDateTime": time.Unix(1741003201, 0).UTC(), "time": 5,
			"request": members{"method": "GET", "url": x.url(), "headers": pairsOf(x.request, "name", "value"), "queryString": query,
				"postData": members{"mimeType": "application/x-www-form-urlencoded", "text": x.sent}},
			"response": members{"status": x.status, "headers": pairsOf(x.response, "name", "value"), "content": content},
		})
	}
	return members{"log": members{"version": "1.2", "entries": entries}}
}

func asPlaywright(t *testing.T, all []planted) []byte {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	add := func(name, text string) {
		w, err := archive.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(w, text)
		require.NoError(t, err)
	}
	har := asHAR(all, func(i int, content members, body string) {
		name := fmt.Sprint(i, ".json")
		add(name, body)
		delete(content, "text")
		content["_file"] = name
	})
	add("har.har", string(asJSON(t, har)))
	require.NoError(t, archive.Close())
	return out.Bytes()
}

func asVCR(all []planted, bodyName string, written func(string) string) any {
	var list []any
	for _, x := range all {
		list = append(list, members{
			"request":     members{"method": "get", "uri": x.url(), "headers": x.request, "body": members{"string": x.sent}},
			"response":    members{"status": members{"code": x.status, "message": "OK"}, "headers": x.response, "body": members{"encoding": "UTF-8", bodyName: written(x.body)}},
			"recorded_at": "Mon, 03 Mar 2025 12:00:01 GMT",
		})
	}
	return members{"http_interactions": list, "recorded_with": "VCR 6.1.0"}
}

func asVCR1(t *testing.T, all []planted) []byte {
	out := bytes.NewBufferString("---\n")
	for _, x := range all {
		fmt.Fprintf(out, `- !ruby/struct:VCR::HTTPInteraction
  request: !ruby/struct:VCR::Request
    method: :get
    uri: %s
    body: %s
    headers: %s
  response: !ruby/struct:VCR::Response
    status: !ruby/struct:VCR::ResponseStatus
      code: %d
      message: OK
    headers: %s
    body: %s
`, asJSON(t, x.url()), asJSON(t, x.sent), asJSON(t, x.request), x.status, asJSON(t, x.response), asJSON(t, x.body))
	}
	return out.Bytes()
}

func asDatadog(t *testing.T, all []planted) []byte {
	var list []any
	for _, x := range all {
		list = append(list, members{
			"request":  members{"method": "GET", "path": x.url(), "query": []any{}, "content_type": "", "body": members{"type": "text", "value": x.sent}},
			"response": members{"status": x.status, "reason": "OK", "headers": firstsOf(x.response), "body": members{"encoding": "text", "value": x.body}},
		})
	}
	return asJSON(t, members{"feature": "Things", "recordings": []any{members{"frozen_at": "2025-03-03T12:00:01Z", "interactions": list}}})
}

func asVCRpy(all []planted) any {
	var list []any
	for _, x := range all {
		list = append(list, members{
			"request":  members{"method": "GET", "uri": x.url(), "headers": x.request, "body": x.sent},
			"response": members{"status": members{"code": x.status, "message": "OK"}, "headers": x.response, "body": members{"string": x.body}},
		})
	}
	return members{"interactions": list, "version": 1}
}

func asGoVCR(t *testing.T, all []planted) []byte {
	var list []any
	for i, x := range all {
		list = append(list, members{
			"id": i, "request": members{"method": "GET", "url": x.url(), "headers": x.request, "body": x.sent},
			"response": members{"code": x.status, "status": "200 OK", "headers": x.response, "body": x.body, "duration": "5ms"},
		})
	}
	return append([]byte("---\n"), asYAML(t, members{"version": 2, "interactions": list})...)
}

// wired returns headers and a body as HTTP/1.1 has them.
func wired(first string, h http.Header, body string) string {
	var out strings.Builder
	out.WriteString(first + "\r\n")
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			out.WriteString(name + ": " + value + "\r\n")
		}
	}
	return out.String() + "\r\n" + body
}

func asHTTPRR(_ *testing.T, all []planted) []byte {
	var out bytes.Buffer
	out.WriteString("httprr trace v1\n")
	for _, x := range all {
		h := x.response.Clone()
		h.Set("Content-Length", strconv.Itoa(len(x.body)))
		request, response := wired("GET "+x.url()+" HTTP/1.1", x.request, ""), wired(fmt.Sprintf("HTTP/1.1 %d OK", x.status), h, x.body)
		fmt.Fprintf(&out, "%d %d\n%s%s", len(request), len(response), request, response)
	}
	return out.Bytes()
}

func asPHPVCR(all []planted) any {
	var list []any
	for _, x := range all {
		list = append(list, members{
			"request":  members{"method": "GET", "url": x.url(), "headers": firstsOf(x.request), "body": x.sent},
			"response": members{"status": members{"http_version": "1.1", "code": strconv.Itoa(x.status), "message": "OK"}, "headers": firstsOf(x.response), "body": x.body},
		})
	}
	return list
}

func asExVCR(t *testing.T, all []planted) []byte {
	var list []any
	for _, x := range all {
		list = append(list, members{
			"request":  members{"method": "get", "url": x.url(), "headers": firstsOf(x.request), "body": x.sent},
			"response": members{"binary": false, "type": "ok", "status_code": x.status, "headers": firstsOf(x.response), "body": x.body},
		})
	}
	return asJSON(t, list)
}

func asSession(t *testing.T, all []planted) []byte {
	var list []any
	for _, x := range all {
		list = append(list, json.RawMessage(fmt.Sprintf(`{"RequestUri":%s,"RequestMethod":"GET","RequestHeaders":%s,"RequestBody":%s,"StatusCode":%d,"ResponseHeaders":%s,"ResponseBody":%s}`,
			asJSON(t, x.url()), asJSON(t, firstsOf(x.request)), asJSON(t, x.sent), x.status, asJSON(t, firstsOf(x.response)), asJSON(t, x.jsonBody()))))
	}
	return asJSON(t, members{"Entries": list, "Variables": members{}})
}

func asNDJSON(t *testing.T, all []planted) []byte {
	var out bytes.Buffer
	for _, x := range all {
		fmt.Fprintf(&out, `{"time":"2025-03-03T12:00:01Z","request":{"method":"GET","url":%s,"headers":%s,"body":%s},"response":{"status":%d,"headers":%s,"bodyText":%s}}`+"\n",
			asJSON(t, x.url()), asJSON(t, x.request), asJSON(t, x.sent), x.status, asJSON(t, x.response), asJSON(t, x.body))
	}
	return out.Bytes()
}

func asBodies(t *testing.T, all []planted) []byte {
	var list []any
	for _, x := range all {
		list = append(list, x.jsonBody())
	}
	return asJSON(t, list)
}

func asCurl(_ *testing.T, all []planted) []byte {
	var out bytes.Buffer
	for _, x := range all {
		out.WriteString(wired(fmt.Sprintf("HTTP/1.1 %d OK", x.status), x.response, x.body+"\n"))
	}
	return out.Bytes()
}

func asBatch(t *testing.T, all []planted) []byte {
	var out bytes.Buffer
	for i, x := range all {
		fmt.Fprintf(&out, `{"custom_id":"%d","response":{"status_code":%d,"body":%s},"error":null}`+"\n", i, x.status, asJSON(t, x.jsonBody()))
	}
	return out.Bytes()
}

func asPostman(t *testing.T, all []planted) []byte {
	var items []any
	for i, x := range all {
		request := members{"method": "GET", "header": pairsOf(x.request, "key", "value"), "url": members{"raw": x.url()}, "body": members{"mode": "raw", "raw": x.sent}}
		items = append(items, members{"name": fmt.Sprint(i), "request": request, "response": []any{members{
			"name": "answer", "originalRequest": request, "code": x.status, "header": pairsOf(x.response, "key", "value"), "body": x.body,
		}}})
	}
	return asJSON(t, members{"info": members{"name": "things", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": items})
}

func asNewman(t *testing.T, all []planted) []byte {
	var list []any
	for _, x := range all {
		var stream []int
		for _, b := range []byte(x.body) {
			stream = append(stream, int(b))
		}
		list = append(list, members{
			"request":  members{"method": "GET", "header": pairsOf(x.request, "key", "value"), "url": x.url()},
			"response": members{"code": x.status, "header": pairsOf(x.response, "key", "value"), "stream": members{"type": "Buffer", "data": stream}},
		})
	}
	return []byte(`{"collection":{"item":[]},"run":{"executions":` + string(asJSON(t, list)) + `}}`)
}

func asWireMock(t *testing.T, all []planted) []byte {
	var list []any
	for i, x := range all {
		asked := members{}
		for name, value := range firstsOf(x.request) {
			asked[name] = members{"equalTo": value}
		}
		list = append(list, members{"id": fmt.Sprintf("00000000-0000-4000-8000-%012d", i), "request": members{"url": x.url(), "method": "GET", "headers": asked},
			"response": members{"status": x.status, "headers": firstsOf(x.response), "body": x.body}})
	}
	return asJSON(t, members{"mappings": list})
}

func asPact(t *testing.T, all []planted) []byte {
	var list []any
	for i, x := range all {
		path, query, _ := strings.Cut(x.url(), "?")
		list = append(list, members{"description": fmt.Sprint(i), "request": members{"method": "get", "path": path, "query": query, "headers": firstsOf(x.request)},
			"response": members{"status": x.status, "headers": firstsOf(x.response), "body": x.jsonBody()}})
	}
	return asJSON(t, members{"consumer": members{"name": "c"}, "interactions": list, "metadata": members{"pactSpecification": members{"version": "2.0.0"}}, "provider": members{"name": "p"}})
}

func asHoverfly(t *testing.T, all []planted) []byte {
	exactly := func(value string) []any { return []any{members{"matcher": "exact", "value": value}} }
	var list []any
	for _, x := range all {
		u, err := url.Parse(x.url())
		require.NoError(t, err)
		asked, queried := members{}, members{}
		for name, value := range firstsOf(x.request) {
			asked[name] = exactly(value.(string))
		}
		for name, values := range u.Query() {
			queried[name] = exactly(values[0])
		}
		list = append(list, members{
			"request":  members{"path": exactly(u.Path), "method": exactly("GET"), "destination": exactly(u.Host), "scheme": exactly("https"), "query": queried, "headers": asked},
			"response": members{"status": x.status, "body": x.body, "encodedBody": false, "headers": x.response, "templated": false},
		})
	}
	return asJSON(t, members{"data": members{"pairs": list}, "meta": members{"schemaVersion": "v5"}})
}

func asNock(t *testing.T, all []planted) []byte {
	var list []any
	for _, x := range all {
		var raw []string
		for name, value := range firstsOf(x.response) {
			raw = append(raw, name, value.(string))
		}
		list = append(list, members{"scope": strings.TrimSuffix(x.url(), x.path), "method": "GET", "path": x.path, "body": x.sent, "status": x.status,
			"response": x.jsonBody(), "rawHeaders": raw, "reqheaders": firstsOf(x.request), "responseIsBinary": false})
	}
	return asJSON(t, list)
}

func asResponses(t *testing.T, all []planted) []byte {
	var list []any
	for _, x := range all {
		list = append(list, members{"response": members{"body": x.body, "content_type": "application/json", "headers": firstsOf(x.response), "method": "GET", "status": x.status, "url": x.url()}})
	}
	return asYAML(t, members{"responses": list})
}

func asSchemathesis(t *testing.T, all []planted) []byte {
	interactions := members{}
	for i, x := range all {
		interactions[fmt.Sprintf("case%02d", i)] = members{"request": members{"method": "GET", "uri": x.url(), "headers": x.request}, "timestamp": 1741003201.5,
			"response": members{"status_code": x.status, "headers": x.response, "content": members{"$base64": inBase64(x.body)}}}
	}
	return fmt.Appendf(nil, `{"Initialize":{"schemathesis_version":"4.0.0"}}`+"\n%s\n", asJSON(t, members{"ScenarioFinished": members{"recorder": members{"interactions": interactions}}}))
}

// tnetstring returns a value of mitmproxy's flows: a string with the byte of
// its kind before it, a dictionary as names and values, or a list.
func tnetstring(kind byte, parts ...string) string {
	content := strings.Join(parts, "")
	return fmt.Sprintf("%d:%s%c", len(content), content, kind)
}

func asFlows(t *testing.T, all []planted) []byte {
	dictionary := func(namesAndValues ...string) string {
		for i := 0; i < len(namesAndValues); i += 2 {
			namesAndValues[i] = tnetstring(';', namesAndValues[i])
		}
		return tnetstring('}', namesAndValues...)
	}
	headers := func(h http.Header) string {
		var list []string
		for name, value := range firstsOf(h) {
			list = append(list, tnetstring(']', tnetstring(',', name), tnetstring(',', value.(string))))
		}
		return tnetstring(']', list...)
	}
	var out strings.Builder
	for _, x := range all {
		u, err := url.Parse(x.url())
		require.NoError(t, err)
		out.WriteString(dictionary("type", tnetstring(';', "http"),
			"response", dictionary("status_code", tnetstring('#', strconv.Itoa(x.status)), "content", tnetstring(',', x.body), "headers", headers(x.response)),
			"request", dictionary("path", tnetstring(',', u.RequestURI()), "authority", tnetstring(','), "scheme", tnetstring(',', "https"), "method", tnetstring(',', "GET"),
				"port", tnetstring('#', "443"), "host", tnetstring(';', u.Host), "content", tnetstring(',', x.sent), "headers", headers(x.request))))
	}
	return []byte(out.String())
}

func asKong(t *testing.T, all []planted) []byte {
	var out bytes.Buffer
	for _, x := range all {
		out.Write(append(asJSON(t, members{"latencies": members{}, "started_at": 1741003201000,
			"request":  members{"method": "GET", "uri": x.path, "url": x.url(), "headers": firstsOf(x.request)},
			"response": members{"status": x.status, "headers": firstsOf(x.response), "body": x.body}}), '\n'))
	}
	return out.Bytes()
}
