package recording

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// harResponse returns a HAR with one entry, whose response has the given
// members.
func harResponse(members string) string {
	return `{"log":{"entries":[{"request":{"method":"GET","url":"/a"},"response":{` + members + `}}]}}`
}

// jsonItem returns an interaction in JSON whose response has the given members.
func jsonItem(members string) string {
	return `{"request":{"method":"get","uri":"/a"},"response":{` + members + `}}`
}

// yamlItem returns a cassette in YAML with one interaction, whose response has
// the given lines.
func yamlItem(lines ...string) string {
	return "interactions:\n- request:\n    method: get\n    uri: /a\n  response:\n    " + strings.Join(lines, "\n    ") + "\n"
}

func zlibBase64(text string) string {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return base64.StdEncoding.EncodeToString(out.Bytes())
}

func TestRecorders(t *testing.T) {
	gzipped := base64.StdEncoding.EncodeToString(pack(t, "gzip", []byte("{}")))
	half := len(gzipped) / 8 * 4
	const good = "1 1:20 GET /a 200 \"{}\"\n"
	tests := map[string]struct{ text, want string }{
		"betamax, base64 beside an empty string": {
			`{"http_interactions":[` + jsonItem(`"status":{"code":200},"headers":{"Content-Encoding":"gzip"},"body":{"base64_string":"`+gzipped+`","string":""}`) + `]}`,
			"1 1:23 GET /a 200 \"{}\"\n"},
		"betamax, a string beside empty base64": {
			`{"http_interactions":[` + jsonItem(`"status":{"code":200},"body":{"base64_string":"","string":"{}"}`) + `]}`,
			"1 1:23 GET /a 200 \"{}\"\n"},
		"VCR, empty base64": {
			`{"http_interactions":[` + jsonItem(`"status":{"code":204},"body":{"base64_string":""}`) + `]}`,
			"1 1:23 GET /a 204 \"\"\n"},
		"VCR, response first, over 64 KiB": {
			`{"http_interactions":[{"response":{"status":{"code":200},"headers":{"X":"` + strings.Repeat("x", headSize) + `"},"body":{"string":"{}"}},"request":{"method":"get","uri":"/a"}}]}`,
			"1 1:23 GET /a 200 \"{}\"\n"},
		"VCR 1": {
			"--- \n- !ruby/struct:VCR::HTTPInteraction \n  request: !ruby/struct:VCR::Request \n    method: :get\n    uri: http://x:80/a\n    body: \n" +
				"  response: !ruby/struct:VCR::Response \n    status: !ruby/struct:VCR::ResponseStatus \n      code: 200\n      message: OK\n    body: \"{}\"\n    http_version: \"1.1\"\n",
			"1 2:1 GET http://x:80/a 200 \"{}\"\n"},
		"vcr of R, compressed with zlib": {
			yamlItem("status: 200", "body:", "  raw_gzip: |-", "    "+zlibBase64("{}")), "1 2:1 GET /a 200 \"{}\"\n"},
		"vcr of R, compressed, damaged": {
			yamlItem("status: 200", "body:", "  raw_gzip: eJw="), "1 2:1 GET /a 200 capture-truncated at 8:0\n"},
		"vcr of R, on disk": {
			yamlItem("status: 200", "body:", "  on_disk: a.json"), "1 2:1 GET /a 200 missing: the recorder kept the body in a separate file\n"},
		"vcr of R 1, on disk": {
			yamlItem("status: 200", "body:", "  string: a.json", "  file: true"), "1 2:1 GET /a 200 missing: the recorder kept the body in a separate file\n"},
		"vcrpy, parsed": {
			yamlItem("status: {code: 200}", "parsed_body:", "  a: [1, -0.5, 1.0e-05, true, null, 'true', '1', 1e5, 0189, '']", "  b: {c: é, 1: \"x\\n\"}", "  d: []"),
			"1 2:1 GET /a 200 " + fmt.Sprintf("%q", `{"a":[1,-0.5,1.0e-05,true,null,"true","1","1e5","0189",""],"b":{"c":"é","1":"x\n"},"d":[]}`) + "\n"},
		"vcrpy, parsed null": {
			yamlItem("status: {code: 200}", "parsed_body: null"), "1 2:1 GET /a 200 missing: the recorder writes null both for an empty body and for the JSON value null\n"},
		"vcrpy, parsed, in JSON": {
			`{"interactions":[` + jsonItem(`"status":{"code":200},"parsed_body":{"a": 1}`) + `]}`, "1 1:18 GET /a 200 \"{\\\"a\\\": 1}\"\n"},
		"php-vcr": {
			"\n-\n    request:\n        method: GET\n        url: /a\n    response:\n        status: {code: '200'}\n        body: '{}'\n-\n    request: {method: GET, url: /b}\n    response: {status: {code: 204}, body: ''}\n",
			"1 2:1 GET /a 200 \"{}\"\n2 9:1 GET /b 204 \"\"\n"},
		"php-vcr in JSON": {
			`[{"request":{"method":"GET","url":"/a"},"response":{"status":{"code":"200"},"body":"{}"},"index":0}]`, "1 1:2 GET /a 200 \"{}\"\n"},
		"EasyVCR": {
			"[" + jsonItem(`"status":{"code":200,"message":"OK"},"body":"{}","uri":"/a"`) + "]", "1 1:2 GET /a 200 \"{}\"\n"},
		"ExVCR": {
			`[{"request":{"method":"get","url":"/a"},"response":{"binary":false,"body":"{}","headers":[],"status_code":200,"type":"ok"}},` +
				`{"request":{"method":"get","url":"/a"},"response":{"binary":true,"body":"` + base64.StdEncoding.EncodeToString([]byte("\x83m\x00\x00\x00\x02{}")) + `","status_code":200,"type":"ok"}},` +
				`{"request":{"method":"get","url":"/a"},"response":{"binary":true,"body":"e30=","status_code":200,"type":"ok"}},` +
				`{"request":{"method":"get","url":"/a"},"response":{"body":"nxdomain","status_code":null,"type":"error"}}]`,
			"1 1:2 GET /a 200 \"{}\"\n2 1:125 GET /a 200 \"{}\"\n3 1:244 GET /a 200 capture-unreadable at 1:0\n4 1:355 GET /a missing: the request got no response\n"},
		"httprr": {
			"httprr trace v1\n27 41\nGET http://x/a HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}\n" +
				"27 59\nGET http://x/b HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n9 9\nGET",
			"1 2:1 GET http://x/a 200 \"{}\"\n2 9:1 GET http://x/b 200 \"{}\"\n3 19:1 capture-truncated at 20:4\n"},
		"httprr, garbage": {"httprr trace v1\nx\n", "1 2:1 capture-unreadable at 2:1\n"},

		"HAR, size 0 beside a length": {
			harResponse(`"status":200,"headers":[{"name":"Content-Length","value":"9"}],"content":{"size":0}`),
			"1 1:20 GET /a 200 missing: the recording holds no body\n"},
		"HAR, no text of a body of some size": {
			harResponse(`"status":200,"content":{"size":9,"text":""}`), "1 1:20 GET /a 200 missing: the recording holds no body\n"},
		"HAR, a body of size 0": {harResponse(`"status":200,"bodySize":0,"content":{"size":0,"text":""}`), "1 1:20 GET /a 200 \"\"\n"},
		"HAR, the browser gave up": {
			harResponse(`"status":200,"_error":"net::ERR_ABORTED","content":{"size":0}`), "1 1:20 GET /a 200 capture-truncated at 1:20\n"},
		"HAR, the browser gave up within the body": {
			harResponse(`"status":200,"_error":"net::ERR_CONTENT_LENGTH_MISMATCH","content":{"size":2,"text":"{"}`), "1 1:20 GET /a 200 capture-truncated at 1:155\n"},
		"HAR of Playwright, no response": {
			harResponse(`"status":-1,"_failureText":"net::ERR_FAILED","content":{"size":-1}`), "1 1:20 GET /a missing: the request got no response (status 0)\n"},
		"HAR, text cut off": {
			harResponse(`"status":200,"content":{"size":99,"text":"{\"a\":"}`), "1 1:20 GET /a 200 capture-truncated at 1:113\n"},
		"HAR, text that is shorter than its size": {
			harResponse(`"status":200,"content":{"size":99,"text":"{}"}`), good},
		"HAR, text that is broken": {
			harResponse(`"status":200,"content":{"size":5,"text":"{\"a\":"}`), "1 1:20 GET /a 200 \"{\\\"a\\\":\"\n"},
		"Polly, chunks": {
			harResponse(`"status":200,"headers":[{"name":"content-encoding","value":"gzip"}],"content":{"encoding":"base64","text":"[\"` + gzipped[:half] + `\",\"` + gzipped[half:] + `\"]"}`), good},
		"Polly, chunks in hexadecimal digits": {
			harResponse(`"status":200,"headers":[{"name":"content-encoding","value":"gzip"}],"content":{"text":"[\"` + fmt.Sprintf("%x", pack(t, "gzip", []byte("{}"))) + `\"]"}`), good},
		"Polly, binary in hexadecimal digits": {
			harResponse(`"status":200,"content":{"_isBinary":true,"text":"7b7d"}`), good},
		"Polly, text that is labelled base64": {
			harResponse(`"status":200,"content":{"encoding":"base64","text":"{}"}`), good},
		"Polly, a list that is labelled base64": {
			harResponse(`"status":200,"content":{"encoding":"base64","text":"[\"a b\"]"}`), "1 1:20 GET /a 200 \"[\\\"a b\\\"]\"\n"},
		"HAR, bad base64": {
			harResponse(`"status":200,"content":{"encoding":"base64","text":"e3@"}`), "1 1:20 GET /a 200 capture-unreadable at 1:122\n"},

		"session record, empty bodies": {
			`{"Entries":[{"RequestUri":"/a","StatusCode":200,"ResponseHeaders":{"Content-Type":"application/json"},"ResponseBody":""},` +
				`{"RequestUri":"/b","StatusCode":202,"ResponseHeaders":{"Content-Length":"0"}},` +
				`{"RequestUri":"/c","StatusCode":200,"ResponseHeaders":{"Content-Length":"9"},"ResponseBody":""},` +
				`{"RequestUri":"/d","RequestMethod":"HEAD","StatusCode":200,"ResponseHeaders":{"Content-Length":"9"},"ResponseBody":null}]}`,
			"1 1:13  /a 200 \"\"\n2 1:122  /b 202 \"\"\n3 1:200  /c 200 missing: the recording holds no body\n4 1:296 HEAD /d 200 \"\"\n"},
		"older session record, a number as text": {
			`{"Entries":[{"RequestUri":"/a","EncodedRequestUri":"L2E=","StatusCode":200,"ResponseHeaders":{"Content-Type":"application/json"},"ResponseBody":"1"}]}`,
			"1 1:13  /a 200 \"1\"\n"},

		"messages of a WebSocket in a HAR": {
			`{"log":{"entries":[{"request":{"method":"GET","url":"wss://x/a"},"response":{"status":101,"content":{"size":0}},"_webSocketMessages":[{"type":"send","data":"{}"}]}]}}`,
			"1 1:20 GET wss://x/a 101 missing: messages of a WebSocket, which are not checked\n"},
		"no messages of a WebSocket in a HAR": {
			`{"log":{"entries":[{"request":{"method":"GET","url":"/a"},"response":{"status":200,"content":{"text":"{}"}},"_webSocketMessages":[]}]}}`,
			"1 1:20 GET /a 200 \"{}\"\n"},
		"messages of a WebSocket in vcrpy": {
			"version: 1\ninteractions:\n- kind: message\n  direction: received\n  data: {a: 1}\n",
			"1 3:1 missing: messages of a WebSocket, which are not checked\n"},
		"Datadog": {
			`{"recordings":[{"interactions":[{"request":{"method":"GET","path":"/a","query":[["q","1 2"]]},"response":{"status":200,"body":{"encoding":"base64","value":"e30="}}},{}]},{},` +
				`{"frozen_at":"2022-05-12T09:50:11.594Z","interactions":[{"request":{"method":"GET","path":"/b"},"response":{"status":204,"body":{"value":null}}}]}]}`,
			"1 1:33 GET /a?q=1+2 200 \"{}\"\n2 1:166 capture-unreadable at 1:166\n3 1:230 GET /b 204 missing: the recording holds no body\n"},
		"Datadog, without recordings": {`{"recordings":[{"frozen_at":"`, "1 1:1 capture-truncated at 1:30\n"},

		"gzip that was decoded as text": {
			`{"request":{"url":"/a"},"response":{"status":200,"headers":{"Content-Encoding":"gzip"},"bodyText":"\u001f\ufffd\b\u0000"}}`,
			"1 1:1  /a 200 capture-unreadable at 1:100\n"},
		"zstd that was decoded as text": {
			`{"request":{"url":"/a"},"response":{"status":200,"headers":{"Content-Encoding":"zstd"},"bodyText":"(\ufffd/\ufffd \tI"}}`,
			"1 1:1  /a 200 capture-unreadable at 1:100\n"},
		"zstd that was decoded as Latin-1": {
			`{"request":{"url":"/a"},"response":{"status":200,"headers":{"Content-Encoding":"zstd"},"bodyText":"(µ/ý \tI"}}`,
			"1 1:1  /a 200 capture-unreadable at 1:100\n"},
		"brotli that was decoded as text": {
			`{"request":{"url":"/a"},"response":{"status":200,"headers":{"Content-Encoding":"br"},"bodyText":"!4\ufffd\ufffd{}"}}`,
			"1 1:1  /a 200 capture-unreadable at 1:98\n"},
		"text of which the recorder kept the Content-Encoding": {
			`{"request":{"url":"/a"},"response":{"status":200,"headers":{"Content-Encoding":"zstd, gzip, br"},"bodyText":"{}"}}`,
			"1 1:1  /a 200 \"{}\"\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, outline(readText(t, tt.text, DefaultLimits)))
		})
	}
}

// TestMimeTypeBesideHeaders checks that mimeType is used only if there are no
// headers.
func TestMimeTypeBesideHeaders(t *testing.T) {
	for headers, want := range map[string]string{
		`[]`:                         "text/plain",
		`[{"name":"X","value":"y"}]`: "",
		`[{"name":"content-type","value":"application/json"}]`: "application/json",
		`[{"name":":status","value":"200"}]`:                   "text/plain",
	} {
		list := readText(t, harResponse(`"status":200,"headers":`+headers+`,"content":{"mimeType":"text/plain","text":"{}"}`), DefaultLimits)
		assert.Equal(t, want, list[0].Response.Header.Get("Content-Type"), headers)
	}
	for mime, want := range map[string]string{"text/html": "text/html", "x-unknown": "", "": ""} { // what Firefox writes if it does not know
		list := readText(t, harResponse(`"status":200,"content":{"mimeType":"`+mime+`","text":"{}"}`), DefaultLimits)
		assert.Equal(t, want, list[0].Response.Header.Get("Content-Type"), mime)
	}
}

func TestBodiesOfPlaywright(t *testing.T) {
	const har = `"status":200,"content":{"size":2,"_file":%q}`
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		return path
	}
	write("secret", "{}")
	write("in/a.json", "{}")
	write("in/large", strings.Repeat("x", 200))
	lim := Limits{Body: 100, Entry: 10_000, Ratio: 1000}
	for name, want := range map[string]string{
		"a.json":    "1 1:20 GET /a 200 \"{}\"\n",
		"b.json":    "1 1:20 GET /a 200 capture-unreadable at 1:112\n",
		"../secret": "1 1:20 GET /a 200 capture-unreadable at 1:112\n",
		".":         "1 1:20 GET /a 200 capture-unreadable at 1:112\n",
		"large":     "1 1:20 GET /a 200 capture-limit at 1:112\n",
	} {
		text := harResponse(fmt.Sprintf(har, name))
		list, err := readAll(filepath.Join(dir, "in", "x.har"), strings.NewReader(text), lim)
		require.NoError(t, err)
		assert.Equal(t, want, outline(list), name)

		var archive bytes.Buffer
		w := zip.NewWriter(&archive)
		for _, f := range [][2]string{{"a.json", "{}"}, {"large", strings.Repeat("x", 200)}, {"har.har", text}} {
			out, err := w.Create(f[0])
			require.NoError(t, err)
			_, err = io.WriteString(out, f[1])
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
		path := write("x.har.zip", archive.String())
		list, err = readAll(path, bytes.NewReader(archive.Bytes()), lim)
		require.NoError(t, err)
		assert.Equal(t, want, outline(list), "%s in the archive", name)
		_, err = readAll("-", bytes.NewReader(archive.Bytes()), lim)
		require.ErrorContains(t, err, "cannot be read from standard input")
		_, err = readAll(path, bytes.NewReader([]byte(zipMagic)), lim)
		require.NoError(t, err, "the archive is opened by its name")
	}
	_, err := readAll(write("y.zip", zipMagic), strings.NewReader(zipMagic), lim)
	require.ErrorContains(t, err, "the zip archive is damaged")
}

// TestAttachedBodiesWithAnExtension checks that, if the named file is missing,
// the one file is read that has its name with an extension appended, and the
// recorded size.
func TestAttachedBodiesWithAnExtension(t *testing.T) {
	const taken, lost = "1 1:20 GET /a 200 \"{}\"\n", "1 1:20 GET /a 200 capture-unreadable at 1:112\n"
	for name, tt := range map[string]struct {
		file  string // as recorded
		files []string
		want  string
	}{
		"an ending":             {"a.json", []string{"a.json.attached={}", "a.json5={}", "b.json.txt={}"}, taken},
		"in a folder":           {"b/a.json", []string{"b/a.json.txt={}"}, taken},
		"of two sizes":          {"a.json", []string{"a.json.bin={ }", "a.json.txt={}", "a.json.zip="}, taken},
		"two of the size":       {"a.json", []string{"a.json.bin={}", "a.json.txt={}"}, lost},
		"another size":          {"a.json", []string{"a.json.txt={ }"}, lost},
		"a name that goes on":   {"a.json", []string{"a.json5={}"}, lost},
		"the name itself first": {"a.json", []string{"a.json={}", "a.json.txt=[]"}, taken},
		"a folder":              {"a.json", []string{"a.json.txt/x={}"}, lost},
		"outside":               {"../a.json", []string{"../a.json.txt={}"}, lost},
	} {
		dir := t.TempDir()
		text := harResponse(fmt.Sprintf(`"status":200,"content":{"size":2,"_file":%q}`, tt.file))
		var archive bytes.Buffer
		w := zip.NewWriter(&archive)
		for _, f := range append(tt.files, "x.har="+text) {
			file, content, _ := strings.Cut(f, "=")
			path := filepath.Join(dir, "in", file)
			require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
			require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
			out, err := w.Create(file)
			require.NoError(t, err)
			_, err = io.WriteString(out, content)
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
		list, err := readAll(filepath.Join(dir, "in", "x.har"), strings.NewReader(text), DefaultLimits)
		require.NoError(t, err)
		assert.Equal(t, tt.want, outline(list), name)

		packed := filepath.Join(dir, "x.har.zip")
		require.NoError(t, os.WriteFile(packed, archive.Bytes(), 0o644))
		list, err = readAll(packed, bytes.NewReader(archive.Bytes()), DefaultLimits)
		require.NoError(t, err)
		assert.Equal(t, tt.want, outline(list), "%s, in an archive", name)
	}
}

// TestUTF16 checks that a recording in UTF-16 gives the same as the same text
// in UTF-8, with or without a byte order mark.
func TestUTF16(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[a-zé\x{1f600}\x{d7ff}]{0,40}`).Draw(t, "value")
		text := `{"request":{"method":"GET","url":"/a"},"response":{"status":200,"body":{"a":"` + value + `"}}}` + "\n"
		var order binary.AppendByteOrder = binary.LittleEndian
		if rapid.Bool().Draw(t, "big endian") {
			order = binary.BigEndian
		}
		var encoded []byte
		if rapid.Bool().Draw(t, "byte order mark") {
			encoded = order.AppendUint16(encoded, 0xfeff)
		}
		for _, unit := range utf16.Encode([]rune(text)) {
			encoded = order.AppendUint16(encoded, unit)
		}
		want, err := readAll("x", strings.NewReader(text), DefaultLimits)
		require.NoError(t, err)
		got, err := readAll("x", bytes.NewReader(encoded), DefaultLimits)
		require.NoError(t, err)
		require.Equal(t, outline(want), outline(got))
	})
}

func TestUTF16HalfCharacters(t *testing.T) {
	for text, want := range map[string]string{
		"[\x00\"\x00\x3d\xd8\"\x00]\x00": "1 1:1 \"[\\\"\ufffd\\\"]\"\n", // a high surrogate by itself
		"[\x001\x00]\x00x":               "1 1:1 \"[1]\ufffd\"\n",        // an odd number of bytes
	} {
		list, err := readAll("x", strings.NewReader(text), DefaultLimits)
		require.NoError(t, err)
		assert.Equal(t, want, outline(list))
	}
}

func FuzzHTTPRR(f *testing.F) {
	addFixtures(f, "httprr")
	f.Add([]byte("httprr trace v1\n27 41\nGET http://x/a HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
	f.Fuzz(fuzzRead)
}

func FuzzRecorders(f *testing.F) {
	addFixtures(f, "php-vcr", "easyvcr", "exvcr", "betamax", "vcr-of-r", "vcr-1", "parsed-body", "har-of-p")
	f.Add([]byte("-\n  request: {method: GET, url: /a}\n  response:\n    status: {code: 200}\n    body: '{}'\n"))
	f.Add([]byte(yamlItem("status: {code: 200}", "parsed_body:", "  a: &x [1, 'b']", "  c: *x")))
	f.Add([]byte(yamlItem("status: 200", "body:", "  raw_gzip: "+zlibBase64("{}"))))
	f.Add([]byte("[" + jsonItem(`"status":{"code":200},"body":"{}"`) + "]"))
	f.Add([]byte(`[{"request":{"url":"/a"},"response":{"binary":true,"body":"g20AAAACe30=","status_code":200,"type":"ok"}}]`))
	f.Add([]byte(harResponse(`"status":200,"_error":"x","headers":[{"name":"content-encoding","value":"gzip"}],"content":{"encoding":"base64","size":9,"_file":"a","text":"[\"e30=\"]"}`)))
	f.Add([]byte("\xff\xfe{\x00}\x00"))
	f.Fuzz(fuzzRead)
}
