package recording

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// line returns an exchange in NDJSON whose response has the headers and the
// body.
func line(headers, body string) string {
	return fmt.Sprintf(`{"request":{"method":"GET","url":"/a"},"response":{"status":200,"headers":{%s},"bodyText":%q}}`, headers, body)
}

func TestLosses(t *testing.T) {
	const (
		nothing = "GET /a 200 missing: " + nothingOfBody
		cut     = "GET /a 200 capture-truncated"
		broken  = "GET /a 200 capture-unreadable"
		half    = `{"a":`
		sent    = `GET /a 200 "{\"a\":"`
	)
	vcrpy := func(status, header, body string) string {
		return "interactions:\n- request: {method: GET, uri: /a}\n  response:\n    status: {code: " + status + "}\n    headers: {" + header + "}\n    body: {string: " + body + "}\n"
	}
	goVCR := func(more string) string {
		return "interactions:\n- request: {method: GET, url: /a}\n  response: {code: 200, " + more + "}\n"
	}
	postman := func(request, body string) string {
		return `{"info":{"name":"a"},"item":[{"request":"/a","response":[{"originalRequest":` + request + `,"code":200,"header":[{"key":"Content-Length","value":"9"}],"body":"` + body + `"}]}]}`
	}
	masked := func(text string) string { return line("", text) }
	tests := map[string]struct{ text, want string }{
		"vcrpy, nothing":            {vcrpy("200", "Content-Length: ['9']", "''"), nothing},
		"VCR, nothing":              {"http_" + vcrpy("200", "Content-Length: ['9']", "''"), nothing},
		"go-vcr, nothing":           {goVCR("content_length: 9, body: ''"), nothing},
		"Postman, nothing":          {postman(`"/a"`, ""), nothing},
		"nothing, and none is sent": {vcrpy("204", "Content-Length: ['9']", "''"), `GET /a 204 ""`},
		"nothing, and not modified": {vcrpy("304", "Content-Length: ['9']", "''"), `GET /a 304 ""`},
		"nothing, by HEAD":          {strings.Replace(vcrpy("200", "Content-Length: ['9']", "''"), "GET", "HEAD", 1), `HEAD /a 200 ""`},
		"nothing, compressed":       {vcrpy("200", "Content-Length: ['20'], Content-Encoding: [gzip]", "''"), `GET /a 200 ""`},
		"nothing is announced":      {vcrpy("200", "Content-Length: ['0']", "''"), `GET /a 200 ""`},
		"NDJSON, cut":               {line(`"Content-Length":"9"`, half), cut},
		"vcrpy, cut":                {vcrpy("200", "Content-Length: ['9']", `'{"a":'`), cut},
		"VCR, cut":                  {"http_" + vcrpy("200", "Content-Length: ['9']", `'{"a":'`), cut},
		"go-vcr, cut":               {goVCR(`content_length: 9, body: '{"a":'`), cut},
		"go-vcr, length not known":  {goVCR(`content_length: -1, body: '{"a":'`), sent},
		"go-vcr, compressed":        {goVCR(`content_length: 9, headers: {Content-Encoding: [gzip]}, body: '{"a":'`), sent},
		"Postman, cut":              {postman(`"/a"`, `{\"a\":`), cut},
		"HAR, cut":                  {harResponse(`"status":200,"headers":[{"name":"Content-Length","value":"9"}],"content":{"size":5,"text":"{\"a\":"}`), cut},
		"HAR, base64, cut":          {harResponse(`"status":200,"content":{"size":9,"encoding":"Base64","text":"eyJhIjo="}`), cut},
		"broken as it was sent":     {line(`"Content-Length":"5"`, half), sent},
		"cut, length of compressed": {line(`"Content-Length":"9","Content-Encoding":"gzip"`, half), sent},
		"cut, length beside chunks": {line(`"Content-Length":"9","Transfer-Encoding":"chunked"`, half), sent},
		"reformatted":               {line(`"Content-Length":"9"`, "{}"), `GET /a 200 "{}"`},
		"text that is shorter":      {line(`"Content-Length":"9"`, "oops"), `GET /a 200 "oops"`},
		"HAR, base64 in capitals":   {harResponse(`"status":200,"content":{"encoding":"BASE64","text":"e30="}`), `GET /a 200 "{}"`},
		"vcrpy, bad !!binary":       {vcrpy("200", "", `!!binary "@@@"`), broken},
		"vcrpy, good !!binary":      {vcrpy("200", "", `!!binary "e30="`), `GET /a 200 "{}"`},
		"vcrpy, empty !!binary":     {vcrpy("200", "", `!!binary ""`), `GET /a 200 ""`},
		"gzip as text":              {strings.Replace(line("", "GZIP"), "GZIP", `\u001f\u008b\b`, 1), broken},
		"gzip as text, not JSON":    {strings.Replace(line(`"Content-Type":"text/plain"`, "GZIP"), "GZIP", `\u001fx`, 1), `GET /a 200 "\x1fx"`},
		"masked, all":               {masked("[redacted]"), broken},
		"masked without quotes":     {masked(`{"a":[redacted],"b":[ [redacted] ]}`), broken},
		"masked with quotes":        {masked(`{"a":"[redacted]"}`), `GET /a 200 "{\"a\":\"[redacted]\"}"`},
		"masked, and broken":        {masked(`{"a":[redacted],}`), `GET /a 200 "{\"a\":[redacted],}"`},
		"masked, not JSON":          {line(`"Content-Type":"text/plain"`, "[redacted]"), `GET /a 200 "[redacted]"`},
		"masked, a bare body":       {"{}\n{\"a\":[redacted]}\n", "\"{}\"\ncapture-unreadable"},
		"masked by our proxy, which keeps JSON valid": {
			`{"log":{"entries":[{"request":{"method":"GET","url":"/a"},"response":{"status":200,"content":{"text":"[redacted]"}},"_plumb":{}}]}}`,
			`GET /a 200 "[redacted]"`},
		"Postman, no request saved":  {strings.Replace(postman("null", "{}"), `"9"`, `"2"`, 1), `GET /a 200 "{}"`},
		"Postman, empty request":     {strings.Replace(postman("{}", "{}"), `"9"`, `"2"`, 1), `GET /a 200 "{}"`},
		"Postman, answer of its API": {`{"collection":` + postman(`"/a"`, "{}") + "}", `GET /a 200 "{}"`},
		"WireMock, no mapping":       {`{"mappings":[],"meta":{"total":0}}`, ""},
		"WireMock, no status":        {`{"mappings":[{"id":"a","request":{"method":"GET","url":"/a"},"response":{"status":null,"body":"{}"}}]}`, `GET /a 200 "{}"`},
		"Envoy, no response":         {`{"method":"GET","path":"/a","response_code":0}`, "GET /a missing: " + statusZero},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, placeless(outline(readText(t, tt.text, DefaultLimits))))
		})
	}
}

var places = regexp.MustCompile(`(?m)^\d+ \d+:\d+ | at \d+:\d+$`)

// placeless removes the places and the last line feed from an outline.
func placeless(outline string) string {
	return strings.TrimSuffix(places.ReplaceAllString(outline, ""), "\n")
}

// TestLossOfFlow reads a flow of mitmproxy whose connection was closed.
func TestLossOfFlow(t *testing.T) {
	net := func(text string, kind byte) string { return fmt.Sprintf("%d:%s%c", len(text), text, kind) }
	flow := func(failure, end, body string) string {
		request := net("method", ';') + net("GET", ',') + net("path", ';') + net("/a", ',')
		response := net("status_code", ';') + net("200", '#') + net("content", ';') + net(body, ',') + net("timestamp_end", ';') + end
		return net(net("type", ';')+net("http", ';')+net("request", ';')+net(request, '}')+
			net("response", ';')+net(response, '}')+net("error", ';')+failure, '}')
	}
	failed := net(net("msg", ';')+net("peer closed", ';'), '}')
	const cut, null = "GET /a 200 capture-truncated", "0:~"
	for _, tt := range []struct{ failure, end, body, want string }{
		{failed, null, "{", cut},
		{failed, null, "{}", cut},
		{failed, "3:1.0^", "{", cut},
		{failed, "3:1.0^", "{}", `GET /a 200 "{}"`}, // the client closed the connection after it
		{null, "3:1.0^", "{", `GET /a 200 "{"`},
	} {
		assert.Equal(t, tt.want, placeless(outline(readText(t, flow(tt.failure, tt.end, tt.body), DefaultLimits))))
	}
}

// TestBrokenCompressionIsOneDefect reads compressed recordings that end within
// their second entry.
func TestBrokenCompressionIsOneDefect(t *testing.T) {
	random := strings.Repeat("0123456789abcdef", 8)
	for name, text := range map[string]string{
		"HAR":      `{"log":{"entries":[` + goodHAR + `,{"a":"` + random,
		"cassette": "interactions:\n" + goodItem + "- request:\n    uri: \"" + random,
		"lines":    goodExchange + "\n" + `{"a":"` + random,
	} {
		t.Run(name, func(t *testing.T) {
			packed := pack(t, "gzip", []byte(text))
			got := placeless(outline(readText(t, string(packed[:len(packed)-8]), DefaultLimits)))
			assert.Equal(t, "GET /a 200 \"{}\"\ncapture-truncated", got)
		})
	}
}

// TestArchivesWithFolders reads an archive in which everything is in a folder,
// beside files that Finder adds to an archive.
func TestArchivesWithFolders(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.zip")
	f, err := os.Create(name)
	require.NoError(t, err)
	archive := zip.NewWriter(f)
	for _, file := range []struct{ name, text string }{
		{"d/e/a.har", harResponse(`"status":200,"content":{"_file":"body.json"}`)},
		{"d/e/body.json", "{}"},
		{"__MACOSX/d/e/._a.har", "\x00\x05\x16\x07"},
	} {
		w, err := archive.Create(file.name)
		require.NoError(t, err)
		_, err = w.Write([]byte(file.text))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, f.Close())
	assert.Equal(t, `GET /a 200 "{}"`, placeless(outline(readFile(t, name))))
}

// TestInsomniaIsNotARecording reads an export without any response.
func TestInsomniaIsNotARecording(t *testing.T) {
	const export = `{"_type":"export","__export_format":4,"resources":[]}`
	for _, err := range Read(t.Context(), "a.json", strings.NewReader(export), DefaultLimits) {
		assert.ErrorIs(t, err, ErrUnknownFormat)
	}
}
