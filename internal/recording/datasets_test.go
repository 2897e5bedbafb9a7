package recording

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http/httputil"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// foundExchange is what an independent reader of a recording finds of an exchange.
type foundExchange struct {
	method, url string
	status      int
	body        string // after decoding its Content-Encoding
	noBody      bool   // the recording does not contain it
	notHTTP     bool   // it is not a request with its response
	asJSON      bool   // the body is kept as data, and is compared as such
}

// clientReaders are the independent readers for the recorders of HTTP clients,
// by the folder of the files that they read.
var clientReaders = map[string]func(*testing.T, []byte) []foundExchange{
	"betamax-json": cassetteSeen, "curl-i": curlSeen, "easyvcr": cassetteSeen, "exvcr": cassetteSeen,
	"go-vcr": cassetteSeen, "har": harSeen, "har-polly": harSeen, "httprr": httprrSeen,
	"phpvcr-yaml": cassetteSeen, "test-proxy": sessionSeen, "vcr-json": cassetteSeen, "vcr-yaml": cassetteSeen,
	"vcrpy-json": cassetteSeen, "vcrpy-yaml": cassetteSeen,
}

// TestEachFileIsReadIndependently checks that one of the independent readers
// reads each recording of other people.
func TestEachFileIsReadIndependently(t *testing.T) {
	for _, file := range outsideFiles(t, "formats/*/*") {
		folder := filepath.Base(filepath.Dir(file))
		assert.True(t, clientReaders[folder] != nil || independentReaders[folder] != nil, "%s: there is no independent reader for this folder", file)
		info, err := os.Stat(file)
		require.NoError(t, err)
		assert.True(t, info.Mode().IsRegular(), "%s: only files in the folders themselves are read", file)
	}
	for _, file := range outsideFiles(t, "formats/*") {
		info, err := os.Stat(file)
		require.NoError(t, err)
		assert.True(t, info.IsDir(), "%s: only files in folders are read", file)
	}
}

// TestRecordingsOfOthers compares what is read from the recordings of HTTP
// clients with what an independent reader finds, which uses a YAML library and
// encoding/json.
func TestRecordingsOfOthers(t *testing.T) {
	for format, read := range clientReaders {
		for _, file := range outsideFiles(t, "formats/"+format+"/*") {
			t.Run(format+"/"+filepath.Base(file), func(t *testing.T) {
				text, err := os.ReadFile(file)
				require.NoError(t, err)
				want := read(t, text)
				got := readFile(t, file)
				require.Len(t, got, len(want))
				for i, x := range got {
					w := want[i]
					assert.Equal(t, w.method, x.Request.Method)
					assert.Equal(t, w.url, x.Request.URL)
					assert.Equal(t, w.status, x.Response.Status)
					assert.Equal(t, w.notHTTP, x.Response.Body.Missing == ofWebSocket)
					assert.Equal(t, w.noBody, x.Response.Body.Missing != "", "%d: missing: %q", i+1, x.Response.Body.Missing)
					if w.asJSON {
						assert.JSONEq(t, w.body, string(x.Response.Body.Bytes))
					} else {
						assert.Equal(t, w.body, string(x.Response.Body.Bytes))
					}
				}
			})
		}
	}
}

// object is a JSON object or a YAML mapping.
type object = map[string]any

func member(v any, path ...string) any {
	for _, name := range path {
		m, _ := v.(object)
		v = m[name]
	}
	return v
}

func str(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// firstHeader returns the first value of a header, whichever way the headers
// are written.
func firstHeader(headers any, name string) string {
	m, _ := headers.(object)
	for key, value := range m {
		if strings.EqualFold(key, name) {
			if list, ok := value.([]any); ok && len(list) > 0 {
				value = list[0]
			}
			return str(value)
		}
	}
	list, _ := headers.([]any)
	for _, h := range list {
		if strings.EqualFold(str(member(h, "name")), name) {
			return str(member(h, "value"))
		}
	}
	return ""
}

func undone(t *testing.T, body []byte, headers any) string {
	if firstHeader(headers, "Content-Encoding") == "gzip" && bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return inflated(t, body)
	}
	return string(body)
}

func inflated(t *testing.T, data []byte) string {
	var r io.Reader
	var err error
	if data[0] == 0x1f {
		r, err = gzip.NewReader(bytes.NewReader(data))
	} else {
		r, err = zlib.NewReader(bytes.NewReader(data))
	}
	require.NoError(t, err)
	out, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(out)
}

func unbase64(t *testing.T, text string) []byte {
	data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	require.NoError(t, err)
	return data
}

func load(t *testing.T, text []byte) (doc any) {
	if text[0] == '{' || text[0] == '[' {
		require.NoError(t, json.Unmarshal(text, &doc))
	} else {
		require.NoError(t, yaml.Unmarshal(text, &doc))
	}
	return doc
}

func cassetteSeen(t *testing.T, text []byte) (all []foundExchange) {
	doc := load(t, text)
	if member(doc, "recordings") != nil {
		return datadogSeen(doc)
	}
	list, ok := doc.([]any)
	if !ok {
		list, _ = member(doc, "http_interactions").([]any)
		if list == nil {
			list, _ = member(doc, "interactions").([]any)
		}
	}
	for _, item := range list {
		request, response := member(item, "request"), member(item, "response")
		if request == nil {
			require.Equal(t, "message", member(item, "kind")) // of a WebSocket
			all = append(all, foundExchange{noBody: true, notHTTP: true})
			continue
		}
		s := foundExchange{method: strings.ToUpper(str(member(request, "method"))), url: str(member(request, "uri")) + str(member(request, "url"))}
		for _, path := range [][]string{{"status", "code"}, {"code"}, {"status_code"}, {"status"}} {
			if code, err := strconv.Atoi(strings.Split(str(member(response, path...)), " ")[0]); err == nil && s.status == 0 {
				s.status = code
			}
		}
		body, headers := member(response, "body"), member(response, "headers")
		if body == nil {
			body = member(response, "content")
		}
		encoded, _ := member(body, "base64_string").(string)
		content, isText := body.(string)
		if inner, ok := member(body, "string").(string); ok {
			content, isText = inner, true
		}
		parsed := member(response, "parsed_body")
		switch {
		case member(response, "type") == "error":
			s.noBody = true
		case encoded != "":
			s.body = undone(t, unbase64(t, encoded), headers)
		case isText || member(body, "base64_string") != nil:
			s.body = undone(t, []byte(content), headers)
		case parsed != nil:
			data, err := json.Marshal(parsed)
			require.NoError(t, err)
			s.body, s.asJSON = string(data), true
		default:
			s.noBody = true
		}
		all = append(all, s)
	}
	return all
}

// datadogSeen finds the interactions of the recordings of a feature.
func datadogSeen(doc any) (all []foundExchange) {
	for _, recording := range member(doc, "recordings").([]any) {
		for _, item := range member(recording, "interactions").([]any) {
			status, _ := member(item, "response", "status").(float64)
			all = append(all, foundExchange{
				method: str(member(item, "request", "method")), url: str(member(item, "request", "path")),
				status: int(status), body: str(member(item, "response", "body", "value")),
			})
		}
	}
	return all
}

func harSeen(t *testing.T, text []byte) (all []foundExchange) {
	list, _ := member(load(t, text), "log", "entries").([]any)
	for _, item := range list {
		response := member(item, "response")
		if response == nil {
			all = append(all, foundExchange{noBody: true})
			continue
		}
		s := foundExchange{method: str(member(item, "request", "method")), url: str(member(item, "request", "url"))}
		s.status, _ = strconv.Atoi(str(member(response, "status")))
		body, isText := member(response, "content", "text").(string)
		size, _ := member(response, "content", "size").(float64)
		switch {
		case s.status == 0 || !isText && size != 0:
			s.noBody = true
		case member(response, "content", "encoding") == "base64":
			s.body = undone(t, unbase64(t, body), member(response, "headers"))
		default:
			s.body = body
		}
		all = append(all, s)
	}
	return all
}

func sessionSeen(t *testing.T, text []byte) (all []foundExchange) {
	list, _ := member(load(t, text), "Entries").([]any)
	for _, item := range list {
		s := foundExchange{method: str(member(item, "RequestMethod")), url: str(member(item, "RequestUri"))}
		s.status, _ = strconv.Atoi(str(member(item, "StatusCode")))
		switch body := member(item, "ResponseBody").(type) {
		case string:
			s.body = body
		case nil:
		default:
			data, err := json.Marshal(body)
			require.NoError(t, err)
			s.body, s.asJSON = string(data), true
		}
		all = append(all, s)
	}
	return all
}

// curlSeen reads a dump of one response.
func curlSeen(t *testing.T, text []byte) []foundExchange {
	head, body, _ := strings.Cut(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n\n")
	status, err := strconv.Atoi(strings.Fields(head)[1])
	require.NoError(t, err)
	if m := regexp.MustCompile(`(?im)^content-length: (\d+)$`).FindStringSubmatch(head); m != nil {
		length, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		if length <= len(body) && strings.TrimSpace(body[length:]) == "" { // the rest is a line feed that curl wrote
			body = body[:length]
		}
	}
	return []foundExchange{{status: status, body: body}}
}

var wireSizes = regexp.MustCompile(`^(\d+) (\d+)\n`)

func httprrSeen(t *testing.T, text []byte) (all []foundExchange) {
	_, rest, _ := strings.Cut(string(text), "\n")
	for rest != "" {
		m := wireSizes.FindStringSubmatch(rest)
		require.NotNil(t, m)
		rest = rest[len(m[0]):]
		n, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		k, err := strconv.Atoi(m[2])
		require.NoError(t, err)
		request, response := strings.Fields(rest[:n]), rest[n:n+k]
		head, body, _ := strings.Cut(response, "\r\n\r\n")
		if strings.Contains(strings.ToLower(head), "transfer-encoding: chunked") {
			data, err := io.ReadAll(httputil.NewChunkedReader(strings.NewReader(body)))
			require.NoError(t, err)
			body = string(data)
		}
		status, err := strconv.Atoi(strings.Fields(head)[1])
		require.NoError(t, err)
		all = append(all, foundExchange{method: request[0], url: request[1], status: status, body: body})
		rest = rest[n+k:]
	}
	return all
}
