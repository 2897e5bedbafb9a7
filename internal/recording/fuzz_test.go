package recording

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
)

// fuzzLimits are small, so that fuzzing reaches them.
var fuzzLimits = Limits{Body: 8 << 10, Entry: 16 << 10, Ratio: 100}

// fuzzRead reads text as a recording and checks what every reader promises.
func fuzzRead(t *testing.T, text []byte) {
	list, err := readAll("x", bytes.NewReader(text), fuzzLimits)
	for i, x := range list {
		require.NotNil(t, x)
		require.Equal(t, i+1, x.Place.Entry, "entries are numbered in order")
		require.Equal(t, "x", x.Place.File)
		require.Positive(t, x.Place.Line)
		for _, d := range x.Defects {
			require.Contains(t, []string{"capture-truncated", "capture-unreadable", "capture-limit"}, d.Rule)
			require.NotEmpty(t, d.Message)
			require.Equal(t, x.Place.Entry, d.Place.Entry)
			require.Positive(t, d.Place.Line)
		}
		fuzzBody(t, text, x.Response.Body)
	}
	if err == nil && len(list) == 0 {
		require.Regexp(t, `\[|interactions:|"interactions"|recordings|Initialize|ScenarioFinished|^\x78|httprr`, string(text), "only a recording with an empty list of entries has no exchanges")
	}
}

func fuzzBody(t *testing.T, text []byte, body plumb.Body) {
	require.LessOrEqual(t, int64(len(body.Bytes)), fuzzLimits.Body)
	if body.Missing != "" {
		require.Empty(t, body.Bytes)
		return
	}
	if body.Locate == nil {
		require.Empty(t, body.Bytes)
		return
	}
	all := bytes.SplitAfter(text, []byte("\n"))
	packed := bytes.HasPrefix(text, []byte(gzipMagic)) || bytes.HasPrefix(text, []byte(zstdMagic)) || !isText(text)
	for offset := 0; offset <= len(body.Bytes); offset += 1 + len(body.Bytes)/50 {
		line, column := body.Locate(offset)
		require.Positive(t, line)
		require.GreaterOrEqual(t, column, 0)
		if packed {
			continue // places are in the decompressed text
		}
		require.LessOrEqual(t, line, len(all))
		require.LessOrEqual(t, column, len(all[line-1])+1)
	}
}

// addFixtures adds as seeds the fixtures whose names contain one of the words.
// Each word must occur in some name.
func addFixtures(f *testing.F, words ...string) {
	f.Helper()
	for _, word := range words {
		found := false
		for _, file := range fixtureFiles(f) {
			if strings.Contains(file, word) {
				text, err := os.ReadFile(file)
				require.NoError(f, err)
				f.Add(text)
				found = true
			}
		}
		require.True(f, found, "no fixture has %q in its name", word)
	}
}

func FuzzRead(f *testing.F) {
	addFixtures(f, "") // of all formats
	f.Fuzz(fuzzRead)
}

func FuzzHAR(f *testing.F) {
	addFixtures(f, ".har")
	f.Add([]byte(`{"log":{"entries":[` + goodHAR + `,` + goodHAR + `]}}`))
	f.Fuzz(fuzzRead)
}

func FuzzSessionRecord(f *testing.F) {
	addFixtures(f, "azure")
	f.Fuzz(fuzzRead)
}

func FuzzJSONLines(f *testing.F) {
	addFixtures(f, "exchanges.ndjson")
	f.Add([]byte(goodExchange + "\n{}\n" + goodHAR))
	f.Fuzz(fuzzRead)
}

func FuzzJSONValues(f *testing.F) {
	addFixtures(f, "bodies.json")
	f.Add([]byte("[{},{}]\n{\n}\n[1]"))
	f.Fuzz(fuzzRead)
}

func FuzzCassette(f *testing.F) {
	addFixtures(f, "vcr")
	f.Add([]byte("http_interactions:\n" + goodItem + goodItem + "recorded_with: VCR 6.1.0\n"))
	f.Add([]byte(`{"interactions": [{"request": {"uri": "/a"}, "response": {"status": {"code": 200}, "body": {"base64_string": "e30="}}}]}`))
	f.Fuzz(fuzzRead)
}

func FuzzCurlDump(f *testing.F) {
	addFixtures(f, "curl-i.txt")
	f.Add([]byte("HTTP/1.1 100 Continue\r\n\r\nHTTP/2 200\ncontent-length: 2\n\n{}\n"))
	f.Fuzz(fuzzRead)
}

func FuzzContentEncoding(f *testing.F) {
	text := []byte(`{"a":"` + strings.Repeat("b", 100) + `"}`)
	for name := range packers {
		f.Add(strings.TrimPrefix(name, "raw "), pack(f, name, text))
	}
	f.Add("br, gzip", pack(f, "gzip", pack(f, "br", text)))
	f.Fuzz(func(t *testing.T, coding string, body []byte) {
		x := withBody(body, fuzzLimits, coding)
		require.LessOrEqual(t, int64(len(x.Response.Body.Bytes)), fuzzLimits.Body)
		require.Equal(t, len(x.Defects) > 0, x.Response.Body.Missing != "")
	})
}

func FuzzBatchFiles(f *testing.F) {
	addFixtures(f, "batch-files")
	f.Add([]byte(`{"custom_id": "a", "response": {"status_code": 200, "body": {"a":1}}}` + "\n" + `{"custom_id": "b", "method": "POST", "url": "/a"}`))
	f.Fuzz(fuzzRead)
}

func FuzzPostman(f *testing.F) {
	addFixtures(f, "postman")
	f.Fuzz(fuzzRead)
}

func FuzzNewman(f *testing.F) {
	addFixtures(f, "newman")
	f.Add([]byte(`{"run": {"executions": [{"request": {"url": {"path": ["a"]}}, "response": {"code": 200, "stream": {"data": [123, 125]}}}]}}`))
	f.Fuzz(fuzzRead)
}

func FuzzWireMock(f *testing.F) {
	addFixtures(f, "wiremock")
	f.Add([]byte(`{"priority": 1, "request": {"urlPath": "/a", "method": "ANY"}, "response": {"jsonBody": {}, "bodyFileName": "../a"}}`))
	f.Fuzz(fuzzRead)
}

func FuzzPact(f *testing.F) {
	addFixtures(f, "pact")
	f.Add([]byte(`{"consumer": {"name": "c"}, "messages": [{"contents": {"a": 1}, "metaData": {"contentType": "a/json"}}]}`))
	f.Fuzz(fuzzRead)
}

func FuzzHoverfly(f *testing.F) {
	addFixtures(f, "hoverfly")
	f.Fuzz(fuzzRead)
}

func FuzzNock(f *testing.F) {
	addFixtures(f, "nock")
	f.Add([]byte(`[{"scope": "a", "method": "GET", "path": "/", "response": ["7b7d"], "rawHeaders": {"Content-Encoding": "gzip"}}]`))
	f.Fuzz(fuzzRead)
}

func FuzzSchemathesis(f *testing.F) {
	addFixtures(f, "schemathesis")
	f.Fuzz(fuzzRead)
}

func FuzzResponses(f *testing.F) {
	addFixtures(f, "responses")
	f.Fuzz(fuzzRead)
}

func FuzzMitmproxy(f *testing.F) {
	addFixtures(f, ".mitm", ".zhar")
	f.Add([]byte(tnet("}", "request", tnet("}", "path", tnet(",/")), "response", tnet("}", "content", tnet(",{}")))))
	f.Fuzz(fuzzRead)
}

func FuzzDatadog(f *testing.F) {
	addFixtures(f, "datadog")
	f.Fuzz(fuzzRead)
}

func FuzzAccessLogs(f *testing.F) {
	addFixtures(f, "access-logs")
	f.Add([]byte(`{"request": {"uri": "/a"}, "response": {"status": 200}, "latencies": {}}` + "\n" + `{"method": "GET", "path": "/a", "response_code": 200}`))
	f.Add([]byte(`{"requestId": "1", "routeKey": "POST /b", "status": 201, "requestTime": "11/Sep/2025:10:00:00 +0000"}`))
	f.Fuzz(fuzzRead)
}
