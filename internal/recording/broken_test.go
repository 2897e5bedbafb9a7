package recording

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb"
)

// outline summarises what was read: a line for each exchange.
func outline(list []*plumb.Exchange) string {
	var out strings.Builder
	for _, x := range list {
		fmt.Fprintf(&out, "%d %d:%d", x.Place.Entry, x.Place.Line, x.Place.Column)
		if x.Request.Method != "" || x.Request.URL != "" {
			fmt.Fprintf(&out, " %s %s", x.Request.Method, x.Request.URL)
		}
		if x.Response.Status != 0 {
			fmt.Fprintf(&out, " %d", x.Response.Status)
		}
		if body := x.Response.Body; body.Missing == "" {
			fmt.Fprintf(&out, " %q", body.Bytes)
		} else if len(x.Defects) == 0 {
			fmt.Fprintf(&out, " missing: %s", body.Missing)
		}
		for _, d := range x.Defects {
			fmt.Fprintf(&out, " %s at %d:%d", d.Rule, d.Place.Line, d.Place.Column)
		}
		out.WriteByte('\n')
	}
	return out.String()
}

const (
	goodHAR      = `{"request":{"method":"get","url":"/a"},"response":{"status":200,"content":{"size":2,"text":"{}"}}}`
	goodExchange = `{"request":{"method":"get","url":"/a"},"response":{"status":200,"body":{}}}`
	goodItem     = "- request:\n    method: get\n    uri: /a\n  response:\n    status: {code: 200}\n    body: {string: '{}'}\n"
)

func TestBrokenRecordings(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"array of bodies": {
			"[{\"a\":1},\n {\"b\":2}]", "1 1:2 \"{\\\"a\\\":1}\"\n2 2:2 \"{\\\"b\\\":2}\"\n"},
		"array that is a body":  {"[1,\n2]", "1 1:1 \"[1,\\n2]\"\n"},
		"empty array":           {"[]", "1 1:1 \"[]\"\n"},
		"array cut off":         {"[{},\n{\"a\":", "1 1:2 \"{}\"\n2 2:1 capture-truncated at 2:6\n"},
		"array cut at a comma":  {"[{},\n", "1 1:2 \"{}\"\n2 2:1 capture-truncated at 2:1\n"},
		"array without its end": {"[{}\n", "1 1:2 \"{}\"\n2 2:1 capture-truncated at 2:1\n"},
		"comma at the end":      {"[{},\n]", "1 1:2 \"{}\"\n2 2:1 capture-unreadable at 2:1\n"},
		"comma missing":         {"[{}\n{}]", "1 1:2 \"{}\"\n2 2:1 capture-unreadable at 2:1\n3 2:1 \"{}\"\n"},
		"two commas":            {"[{},,{}]", "1 1:2 \"{}\"\n2 1:5 capture-unreadable at 1:5\n3 1:6 \"{}\"\n"},
		"garbage in an array":   {"[{} x y, {}]", "1 1:2 \"{}\"\n2 1:5 capture-unreadable at 1:5\n3 1:10 \"{}\"\n"},
		"array that is closed twice": {
			"[{}]]", "1 1:2 \"{}\"\n2 1:5 \"]\"\n"},
		"broken body":          {"{\"a\": x,\n}", "1 1:1 \"{\\\"a\\\": x,\\n}\"\n"},
		"body cut off":         {"{\"a\": [\n1,", "1 1:1 \"{\\\"a\\\": [\\n1,\"\n"},
		"bytes after the body": {"{\n} {}\n x", "1 1:1 \"{\\n} {}\\n x\"\n"},
		"bodies below each other": {
			"{\n}\n\n {\n}\n[1]\n", "1 1:1 \"{\\n}\"\n2 4:2 \"{\\n}\"\n3 6:1 \"[1]\"\n"},
		"bytes and the next body": {
			"{\n}x\n{\n}", "1 1:1 \"{\\n}x\"\n2 3:1 \"{\\n}\"\n"},
		"lines": {
			"\n{}\r\n\n  [1, 2]\n3\n", "1 2:1 \"{}\"\n2 4:3 \"[1, 2]\"\n3 5:1 \"3\"\n"},
		"broken line of bodies":  {"{}\n{\"a\":,}\n{}\n", "1 1:1 \"{}\"\n2 2:1 \"{\\\"a\\\":,}\"\n3 3:1 \"{}\"\n"},
		"broken first line":      {"{\"a\": x\n{}\n", "1 1:1 \"{\\\"a\\\": x\"\n2 2:1 \"{}\"\n"},
		"last line cut off":      {"{}\n{\"a\":", "1 1:1 \"{}\"\n2 2:1 capture-truncated at 2:6\n"},
		"last line without end":  {"{}\n{}", "1 1:1 \"{}\"\n2 2:1 \"{}\"\n"},
		"output file of a batch": {"{\"response\":{}}\n", "1 1:1 \"{\\\"response\\\":{}}\"\n"},
		"exchanges and bodies": {
			goodExchange + "\n{}\n", "1 1:1 GET /a 200 \"{}\"\n2 2:1 \"{}\"\n"},
		"broken line of exchanges": {
			goodExchange + "\n{\"reque\n" + goodExchange, "1 1:1 GET /a 200 \"{}\"\n2 2:1 capture-unreadable at 2:8\n3 3:1 GET /a 200 \"{}\"\n"},
		"broken first line of exchanges": {
			"{\"request\n" + goodExchange, "1 1:1 capture-unreadable at 1:10\n2 2:1 GET /a 200 \"{}\"\n"},
		"bytes after an exchange": {
			goodExchange + " x\n", "1 1:1 capture-unreadable at 1:77\n"},
		"exchange without body": {
			`{"request":{},"response":{"status":204}}`, "1 1:1 204 missing: the recording holds no body\n"},
		"repeated member of an exchange": {
			`{"request":{},"response":{"status":1,"status":2,"body":{"a":1,"a":2}}}`, "1 1:1 2 \"{\\\"a\\\":1,\\\"a\\\":2}\" capture-unreadable at 1:38\n"},
		"body that is not text": {
			`{"request":{},"response":{"bodyText":[]}}`, "1 1:1 capture-unreadable at 1:38\n"},
		"body that is not base64": {
			`{"request":{},"response":{"bodyBase64":"*"}}`, "1 1:1 capture-unreadable at 1:40\n"},
		"half a surrogate pair": {
			`{"request":{},"response":{"bodyText":"a\ud800b"}}`, "1 1:1 \"a\ufffdb\" capture-unreadable at 1:40\n"},

		"HAR, one entry broken": {
			"{\"log\":{\"entries\":[" + goodHAR + ",\n{\"request\":}, {}, 1,\n" + goodHAR + "]}}",
			"1 1:20 GET /a 200 \"{}\"\n2 2:1 capture-unreadable at 2:12\n3 2:15 capture-unreadable at 2:15\n4 2:19 capture-unreadable at 2:19\n5 3:1 GET /a 200 \"{}\"\n"},
		"HAR cut off": {
			"{\"log\":{\"version\":\"1.2\",\"entries\":[" + goodHAR + ",\n{\"request\"", "1 1:36 GET /a 200 \"{}\"\n2 2:1 capture-truncated at 2:11\n"},
		"HAR without its end": {
			"{\"log\":{\"entries\":[" + goodHAR + "]\n", "1 1:20 GET /a 200 \"{}\"\n2 2:1 capture-truncated at 2:1\n"},
		"HAR broken around its entries": {
			"{\"log\":{\"entries\":[" + goodHAR + "],\n oops}}\n{}\n", "1 1:20 GET /a 200 \"{}\"\n2 2:2 capture-unreadable at 2:2\n"},
		"HAR without a comma": {
			"{\"log\":{\"entries\":[" + goodHAR + "]\n\"pages\":[]}}", "1 1:20 GET /a 200 \"{}\"\n2 2:1 capture-unreadable at 2:1\n"},
		"HAR without entries":    {`{"log":{"version":"1.2"}}`, "1 1:1 capture-unreadable at 1:1\n"},
		"HAR of an idle browser": {`{"log":{"entries":[]}}`, ""},
		"two HARs": {
			"{\"log\":{\"entries\":[" + goodHAR + "]}}\n{\"log\":{\"entries\":[" + goodHAR + "]}}\n",
			"1 1:20 GET /a 200 \"{}\"\n2 2:20 GET /a 200 \"{}\"\n"},
		"HAR, other members named entries": {
			"{\"x\":{\"entries\":[1]},\"log\":{\"creator\":{\"entries\":[2]},\"entries\":[" + goodHAR + "]}}", "1 1:66 GET /a 200 \"{}\"\n"},
		"HAR without text": {
			`{"log":{"entries":[{"response":{"status":200,"content":{"size":9}}},{"response":{"status":200,"content":{"size":0}}},{"response":{"status":0,"content":{"size":0}}}]}}`,
			"1 1:20 200 missing: the recording holds no body\n2 1:69 200 \"\"\n3 1:118 missing: the request got no response (status 0)\n"},
		"a body that has a log": {`{"log":{"level":1}}`, "1 1:1 \"{\\\"log\\\":{\\\"level\\\":1}}\"\n"},

		"session record": {
			`{"Entries":[{"RequestUri":"/a","RequestMethod":"GET","StatusCode":200,"ResponseHeaders":{"Content-Type":"text/plain"},"ResponseBody":["a\n","b64:Yg==","c"]},` +
				`{"RequestUri":"/b","RequestMethod":"GET","StatusCode":204,"ResponseBody":null},` +
				`{"RequestUri":"/c","RequestMethod":"GET","StatusCode":200,"ResponseHeaders":{"Content-Type":"image/png"},"ResponseBody":"YWI="},` +
				`{"RequestUri":"/d","RequestMethod":"GET","StatusCode":200,"ResponseHeaders":{"Content-Type":"application/json"},"ResponseBody":["a","b"]},` +
				`{"StatusCode":200}]}`,
			"1 1:13 GET /a 200 \"a\\nbc\"\n2 1:158 GET /b 204 \"\"\n3 1:237 GET /c 200 \"ab\"\n4 1:365 GET /d 200 \"[\\\"a\\\",\\\"b\\\"]\"\n5 1:503 capture-unreadable at 1:503\n"},
		"session record, JSON array of one": {
			`{"Entries":[{"RequestUri":"/a","StatusCode":200,"ResponseHeaders":{"Content-Type":"application/json"},"ResponseBody":["a"]}]}`,
			"1 1:13  /a 200 \"[\\\"a\\\"]\"\n"},
		"cassette of vcrpy in JSON": {
			`{"version": 1, "interactions": [{"request": {"method": "GET", "uri": "/a"}, "response": {"status": {"code": 200}, "body": {"string": "{}"}}}]}`,
			"1 1:33 GET /a 200 \"{}\"\n"},

		"cassette, one item broken": {
			"http_interactions:\n" + goodItem + "- request: {}\n  response: @x\n" + goodItem,
			"1 2:1 GET /a 200 \"{}\"\n2 8:1 capture-unreadable at 9:0\n3 10:1 GET /a 200 \"{}\"\n"},
		"cassette cut within quotes": {
			"interactions:\n" + goodItem + "- request:\n    method: \"ge", "1 2:1 GET /a 200 \"{}\"\n2 8:1 capture-truncated at 9:16\n"},
		"cassette cut within a body": {
			"interactions:\n- request:\n    uri: /a\n  response:\n    body: |\n      {\"a\":\n      [", "1 2:1  /a capture-truncated at 7:8\n"},
		"cassette cut after the request": {
			"interactions:\n- request:\n    uri: /a", "1 2:1 capture-truncated at 3:12\n"},
		"cassette whose body is broken": {
			"interactions:\n- request:\n    uri: /a\n  response:\n    body: |\n      {\"a\":\n", "1 2:1  /a \"{\\\"a\\\":\\n\"\n"},
		"cassette with garbage": {
			"interactions:\n" + goodItem + "garbage\n- x\n", "1 2:1 GET /a 200 \"{}\"\n2 8:1 capture-unreadable at 8:1\n"},
		"cassette with garbage twice": {
			"interactions:\n" + goodItem + "garbage\n- x\nversion: 1\ngarbage\n", "1 2:1 GET /a 200 \"{}\"\n2 8:1 capture-unreadable at 8:1\n3 11:1 capture-unreadable at 11:1\n"},
		"cassette of indented items": {
			"---\nversion: 2\ninteractions:\n\n    # one\n    - id: 0\n      request: {url: /a}\n      response:\n        code: 200\n\n        body: ''\nversion: 2\n",
			"1 6:5  /a 200 \"\"\n"},
		"cassettes below each other": {
			"interactions:\n" + goodItem + "version: 1\n---\ninteractions:\n" + goodItem, "1 2:1 GET /a 200 \"{}\"\n2 11:1 GET /a 200 \"{}\"\n"},
		"cassette without items":          {"---\ninteractions: []\nversion: 2\n", ""},
		"cassette with items in one line": {"interactions: [{}]\n", "1 1:1 capture-unreadable at 1:1\n"},
		"cassette in the flow style": {
			"{interactions: [{request: {uri: /a},\n response: {}}],\nversion: 1}\n", "1 1:1 capture-unreadable at 1:1\n"},
		"cassette of VCR in the flow style": {
			"{ http_interactions: [{request: {uri: /a},\n response: {}}]}\n", "1 1:1 capture-unreadable at 1:1\n"},
		"alias to an earlier item": {
			"interactions:\n- request: &r\n    method: get\n    uri: /a\n  response: &s\n    code: 200\n    body: '{}'\n- request: *r\n  response: *s\n",
			"1 2:1 GET /a 200 \"{}\"\n2 8:1 GET /a 200 \"{}\"\n"},
		"cassette that ends before its items": {"http_interactions:\n", "1 2:1 capture-truncated at 2:1\n"},
		"cassette without a value":            {"http_interactions:\nrecorded_with: VCR 6.1.0\n", ""},
		"cassette of something else":          {"interactions:\n  a: b\n  c: d\n", "1 2:1 capture-unreadable at 2:1\n"},
		"cassette with other members": {
			"version: 1\nother:\n  a: b\n\n# c\ninteractions:\n" + goodItem + "more:\n  - x\n", "1 7:1 GET /a 200 \"{}\"\n"},
		"cassette with lines too far left": {
			"interactions:\n  - request: {}\n    response: {}\n x\n", "1 2:3 missing: the recording holds no body\n2 4:1 capture-unreadable at 4:1\n"},
		"alias to an earlier item, then broken": {
			"interactions:\n- request: &r\n    uri: /a\n  response: {}\n- request: *r\n  response: @x\n", "1 2:1  /a missing: the recording holds no body\n2 5:1 capture-unreadable at 6:0\n"},
		"alias to nothing": {
			"interactions:\n- request: *r\n", "1 2:1 capture-unreadable at 2:0\n"},

		"curl": {
			"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 301 Moved\r\nLocation: /b\r\nContent-Length: 0\r\n\r\nHTTP/2 200 \r\ncontent-length: 2\r\n\r\n{}\nHTTP/2 500\n\nx\ny",
			"1 1:1 100 missing: an interim response, followed by another one\n2 3:1 301 missing: an interim response, followed by another one\n3 7:1 200 \"{}\"\n4 11:1 500 \"x\\ny\"\n"},
		"curl, cut within the body": {
			"HTTP/1.1 200 OK\nContent-Length: 10\n\n{\"a\":", "1 1:1 200 capture-truncated at 4:6\n"},
		"curl, cut within the headers": {
			"HTTP/1.1 200 OK\nContent-Le", "1 1:1 200 capture-truncated at 2:11\n"},
		"curl, no line feed between two": {
			"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\n{ }",
			"1 1:1 200 \"{}\"\n2 4:3 201 \"{ }\"\n"},
		"curl, no line feed between two, text": {
			"HTTP/1.1 200 OK\nContent-Length: 3\n\na\nbHTTP/2 500\n\nx", "1 1:1 200 \"a\\nb\"\n2 5:2 500 \"x\"\n"},
		"curl, no line feed between two, no length": {
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{\n\"a\":1}HTTP/2 404 \r\n\r\n[]", "1 1:1 200 \"{\\n\\\"a\\\":1}\"\n2 5:7 404 \"[]\"\n"},
		"curl, compressed, no line feed between two": {
			"HTTP/1.1 200 OK\nContent-Length: 3\nContent-Encoding: br\n\n[1]HTTP/2 200\n\n{}", "1 1:1 200 \"[1]\"\n2 5:4 200 \"{}\"\n"},
		"curl, a status line in a string": {
			"HTTP/1.1 200 OK\nContent-Length: 22\n\n{\"a\":\"}HTTP/1.1 200\"}\n", "1 1:1 200 \"{\\\"a\\\":\\\"}HTTP/1.1 200\\\"}\\n\"\n"},
		"curl, a long line before a status line": {
			"HTTP/1.1 200 OK\n\n[\"" + strings.Repeat("a", headSize-8) + "\"]HTTP/1.1 404 Not Found\n\n{}", "1 1:1 200 \"[\\\"" + strings.Repeat("a", headSize-8) + "\\\"]\"\n2 3:65533 404 \"{}\"\n"},
		"curl, answer to HEAD": {
			"HTTP/1.1 200 OK\nContent-Length: 10\n\n", "1 1:1 200 missing: the recording holds nothing of the body that Content-Length announces\n"},
		"curl, length of the compressed body": {
			"HTTP/1.1 200 OK\nContent-Length: 1\nContent-Encoding: gzip\n\n{}", "1 1:1 200 \"{}\"\n"},
		"curl, line that is not a header": {
			"HTTP/1.1 200 OK\noops\nContent-Length: 2\n\n{}", "1 1:1 200 \"{}\" capture-unreadable at 2:1\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, outline(readText(t, tt.text, DefaultLimits)))
		})
	}
}
