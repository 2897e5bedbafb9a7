package cli

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/report"
)

// passing is a request, and the bytes with which the server responds.
type passing struct {
	method, target string
	header         http.Header
	answer         string
}

// answerer is a server that responds to a request with the header Case: n with
// the bytes of the n-th response, and closes the connection.
type answerer struct {
	net.Listener
	passings []passing
}

func startAnswerer(t require.TestingT, passings []passing) *answerer {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	a := &answerer{listener, passings}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go a.serve(conn)
		}
	}()
	return a
}

func (a *answerer) serve(conn net.Conn) {
	defer conn.Close()
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	n, _ := strconv.Atoi(req.Header.Get("Case"))
	_, _ = io.WriteString(conn, a.passings[n].answer)
}

// proxyMessages collects the messages of a proxy until it says where it
// listens.
type proxyMessages struct {
	mu   sync.Mutex
	text strings.Builder
	at   chan string
}

func (m *proxyMessages) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.text.Write(p)
	if at := listening.FindString(m.text.String()); at != "" && m.at != nil {
		m.at <- at
		m.at = nil
	}
	return len(p), nil
}

// throughProxy sends the passings through plumb proxy, and returns its report
// and that of plumb check on its recording.
func throughProxy(t require.TestingT, dir string, passings []passing, flags ...string) (live, recorded report.Report, text string) {
	server := startAnswerer(t, passings)
	defer server.Close()
	har, out := filepath.Join(dir, "session.har"), filepath.Join(dir, "live.json")
	noEnv := func(string) string { return "" }
	flags = append(flags, "--config", "", "--max-occurrences", "1000", "--max-body", "64KiB")

	ctx, interrupt := context.WithCancel(context.Background())
	messages := &proxyMessages{at: make(chan string, 1)}
	at, ended := messages.at, make(chan int, 1)
	go func() {
		ended <- Run(ctx, append([]string{"proxy", "--target", "http://" + server.Addr().String() + "/v1", "--addr", "127.0.0.1:0", "--har", har, "--report", "json=" + out}, flags...), nil, io.Discard, messages, noEnv)
	}()
	var front string
	select {
	case front = <-at:
	case status := <-ended:
		require.Fail(t, "the proxy ended", "status %d: %s", status, messages.text.String())
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for i, p := range passings {
		base, err := url.Parse(front)
		require.NoError(t, err)
		req := &http.Request{Method: p.method, URL: &url.URL{Scheme: "http", Host: base.Host, Opaque: p.target}, Header: p.header.Clone()}
		req.Header.Set("Case", strconv.Itoa(i))
		if resp, err := client.Do(req); err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	}
	interrupt()
	<-ended

	var report bytes.Buffer
	status := Run(context.Background(), append([]string{"check", "--format", "json", har}, flags...), nil, &report, messages, noEnv)
	require.NotEqual(t, statusFailed, status, messages.text.String())
	written, err := os.ReadFile(out)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(written, &live))
	require.NoError(t, json.Unmarshal(report.Bytes(), &recorded))
	kept, err := os.ReadFile(har)
	require.NoError(t, err)
	return live, recorded, string(kept)
}

// withoutPlaces removes from a report what only a recording has.
func withoutPlaces(r report.Report) report.Report {
	r.Summary.Masked = 0
	r.Input.Files, r.Input.Names, r.Input.Target = 0, nil, ""
	for i := range r.Findings {
		for j := range r.Findings[i].Occurrences {
			o := &r.Findings[i].Occurrences[j]
			o.Line, o.Column = 0, 0
			o.Found = placeInText.ReplaceAllString(o.Found, "")
		}
	}
	for i := range r.Resources {
		for j := range r.Resources[i].Observations {
			r.Resources[i].Observations[j].Line = 0
		}
	}
	return r
}

// placeInText matches the place of an earlier response in the text of a
// finding.
var placeInText = regexp.MustCompile(`, (?:exchange|line) [0-9]+(?: \(entry [0-9]+\))?`)

// A recording that the proxy has written gives the same report as the proxy,
// whatever passed; only findings about values that are credentials can be
// missing, if they are about more than presence and type.
func TestRecordingGivesTheReportOfTheLiveTraffic(t *testing.T) {
	dir := t.TempDir()
	shop := filepath.Join(dir, "shop.yaml")
	require.NoError(t, os.WriteFile(shop, []byte(passedShop), 0o666))
	rapid.Check(t, func(t *rapid.T) {
		draw := passingDraw{T: t, shop: rapid.Bool().Draw(t, "shop"), masks: rapid.Bool().Draw(t, "credentials in bodies")}
		flags := []string{"--overlay", "observed"}
		if draw.shop {
			flags = []string{"--spec", shop}
		}
		var passings []passing
		for range rapid.IntRange(1, 12).Draw(t, "exchanges") {
			passings = append(passings, draw.passing())
		}
		live, recorded, text := throughProxy(t, dir, passings, flags...)
		for _, part := range []string{passedKey, passedCookie} {
			require.NotContains(t, text, part)
		}
		live, recorded = withoutPlaces(live), withoutPlaces(recorded)
		if !draw.masks {
			require.Empty(t, cmp.Diff(live, recorded), "live and recorded")
			return
		}
		require.Equal(t, live.Skipped, recorded.Skipped)
		require.Equal(t, []int{live.Summary.Exchanges, live.Summary.Checked, live.Summary.Skipped}, []int{recorded.Summary.Exchanges, recorded.Summary.Checked, recorded.Summary.Skipped})
		for _, f := range live.Findings {
			i := slices.IndexFunc(recorded.Findings, func(g report.Finding) bool { return g.Fingerprint == f.Fingerprint })
			if i < 0 {
				require.True(t, ofMasked(f), "only live: %v", f)
				continue
			}
			g := recorded.Findings[i]
			require.Equal(t, []any{f.Rule, f.Severity, f.Message, f.Pointer}, []any{g.Rule, g.Severity, g.Message, g.Pointer})
		}
		for _, g := range recorded.Findings {
			require.True(t, slices.ContainsFunc(live.Findings, func(f report.Finding) bool { return f.Fingerprint == g.Fingerprint }), "only recorded: %v", g)
		}
	})
}

// ofMasked reports whether a finding is about a value that is a credential, a
// member whose name is one, or the history of a resource whose id is one.
func ofMasked(f report.Finding) bool {
	return slices.Contains([]string{"/status", "/note", "/id"}, f.Pointer) || strings.Contains(f.Pointer, plumb.Masked) ||
		strings.HasPrefix(f.Rule, "history-") && slices.ContainsFunc(f.Occurrences, func(o report.Occurrence) bool { return strings.Contains(o.Resource, plumb.Masked) })
}

// Both are credentials.
const (
	passedKey    = "sk-proj-Zk3v9QwLx7Rt2Yp8"
	passedCookie = "c0ffee5e551on1d"
)

// passedShop is a description with more schemas than Batch.
const passedShop = `
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: /v1}]
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getOrder
      responses:
        "200": {description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        "204": {description: None.}
        "4XX": {description: Wrong., content: {application/problem+json: {schema: {type: object, required: [title], properties: {title: {type: string}}}}}}
    post: {operationId: setOrder, responses: {"202": {description: Will do.}, "200": {description: Any., content: {"*/*": {schema: {type: object}}}}}}
  /text:
    get: {operationId: getText, responses: {"200": {description: Text., content: {text/plain: {schema: {type: string, maxLength: 20}}, application/octet-stream: {}}}}}
components:
  schemas:
    Order:
      type: object
      required: [id, object, status]
      properties:
        id: {type: string}
        object: {type: string, const: order}
        status: {type: string, enum: [open, sent]}
        note: {type: string, maxLength: 3}
        lines: {type: array, items: {type: object, properties: {n: {type: integer}}}}
`

// passingDraw draws passings.
type passingDraw struct {
	*rapid.T
	shop  bool
	masks bool // whether bodies contain credentials
}

func (d passingDraw) one(of ...string) string { return rapid.SampledFrom(of).Draw(d.T, "one") }

func (d passingDraw) often(n int) bool { return rapid.IntRange(0, n).Draw(d.T, "often") > 0 }

func (d passingDraw) passing() passing {
	p := passing{method: http.MethodGet, header: http.Header{"Accept": {"*/*"}}}
	if !d.often(4) {
		p.method = d.one("HEAD", "POST", "DELETE", "OPTIONS", "PATCH")
	}
	paths := []string{"/batches/batch_1", "/batches/batch_1", "/batches/batch_2", "/batches", "/batches/batch_1/cancel", "/files", "/bat%63hes/b\xff", "/"}
	if d.shop {
		paths = []string{"/orders/1", "/orders/1", "/orders/2", "/text", "/other/1", "/orders/\xfe\xff", "/a\xff/b", "//orders/1"}
	}
	p.target = d.one(paths...) + d.one("", "", "?limit=3", "?api_key="+passedKey, "?x=1&token="+passedCookie, "?q=a%zz;b")
	for name, value := range map[string]string{"Authorization": "Bearer " + passedKey, "Cookie": "session=" + passedCookie, "X-Api-Key": passedKey, "If-None-Match": `"1"`, "Range": "bytes=0-1"} {
		if !d.often(2) {
			p.header.Set(name, value)
		}
	}
	p.answer = d.answer(p.method)
	return p
}

// answer draws the bytes of a response.
func (d passingDraw) answer(method string) string {
	status := 200
	if !d.often(3) {
		status = rapid.SampledFrom([]int{201, 202, 204, 205, 206, 302, 304, 400, 404, 412, 500, 503, 999}).Draw(d.T, "status")
	}
	body, coding := d.coded(d.body())
	var b strings.Builder
	if !d.often(9) {
		b.WriteString("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
	}
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nConnection: close\r\n", status, d.one("", "OK", "Done \xff"))
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		}
	}
	if d.often(4) {
		field("Content-Type", "application/json")
	} else {
		field("Content-Type", d.one("", "application/json; charset=utf-8", "application/problem+json", "text/html", "text/plain", "text/event-stream", "application/octet-stream", "application/x-ndjson", "a\xff\xfe/json", "nonsense", "multipart/form-data"))
	}
	field("Content-Encoding", coding)
	field("Date", d.one("", "", "Fri, 14 Mar 2025 15:52:50 GMT", "Fri, 14 Mar 2025 15:40:50 GMT", "yesterday"))
	field("Set-Cookie", d.one("", "", "session="+passedCookie+"; Path=/"))
	if method == http.MethodHead || status == 204 || status == 304 {
		field("Content-Length", d.one("", strconv.Itoa(len(body))))
		return b.String() + "\r\n"
	}
	switch d.one("length", "length", "length", "chunks", "chunks", "until the end", "too short", "cut chunk") {
	case "length":
		field("Content-Length", strconv.Itoa(len(body)))
		return b.String() + "\r\n" + body
	case "too short":
		field("Content-Length", strconv.Itoa(len(body)+1))
		return b.String() + "\r\n" + body
	case "until the end":
		return b.String() + "\r\n" + body
	case "cut chunk":
		return b.String() + fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s", len(body)+1, body)
	}
	b.WriteString("Transfer-Encoding: chunked\r\n\r\n")
	if half := len(body) / 2; half > 0 {
		fmt.Fprintf(&b, "%x\r\n%s\r\n%x\r\n%s\r\n", half, body[:half], len(body)-half, body[half:])
	} else if body != "" {
		fmt.Fprintf(&b, "%x\r\n%s\r\n", len(body), body)
	}
	return b.String() + "0\r\n\r\n"
}

// body draws a body: usually one that nearly matches the description.
func (d passingDraw) body() string {
	if !d.often(5) {
		return d.one("", " ", "null", "[]", "{", "<p>no</p>", "\xff\xfe{}", `{"id":"`+"\xff"+`"}`, "\xef\xbb\xbf{}", `{"a":1}{}`, `"text"`, "a text that is longer than it may be",
			`{"object":"list","data":[]}`, `["1f8b0800"]`, "\x1f\x8b\x08 no gzip", "\u2028<&>\x00", strings.Repeat("[", 600)+strings.Repeat("]", 600), "["+strings.Repeat(" ", 80<<10)+"]", "["+strings.Repeat("\x01", 20<<10)+"]")
	}
	batch := map[string]any{"id": d.one("batch_1", "batch_1", "batch_2"), "object": "batch", "endpoint": "/v1/responses", "input_file_id": "file-1", "completion_window": "24h", "created_at": 1741967569,
		"status": d.one("validating", "in_progress", "completed", "cancelling", "cancelled", "failed", "paused")}
	if d.shop {
		batch = map[string]any{"id": d.one("1", "2"), "object": "order", "status": d.one("open", "sent", "lost"), "lines": []any{map[string]any{"n": 1}}}
	}
	for range rapid.IntRange(0, 3).Draw(d.T, "changes") {
		name := d.one("status", "in_progress_at", "completed_at", "cancelled_at", "created_at", "request_counts", "new", "id", "note", "lines", "errors", "metadata")
		batch[name] = rapid.SampledFrom([]any{nil, 1741967570, 1741967000, "x\u20ac\ufffd", []any{}, []any{map[string]any{"n": "1"}}, map[string]any{"total": 2, "completed": 3, "failed": 0}, 1741967569000, true}).Draw(d.T, "value")
	}
	if d.masks && !d.often(2) {
		batch[d.one("status", "note", "id", "id", passedKey, "of "+passedKey)] = d.one(passedKey, "the key "+passedKey)
	}
	if !d.often(6) {
		delete(batch, d.one("id", "object", "status"))
	}
	text, err := json.Marshal(batch)
	require.NoError(d.T, err)
	switch rapid.IntRange(0, 12).Draw(d.T, "form") {
	case 0:
		return `{"object":"list","data":[` + string(text) + `],"has_more":false}`
	case 1:
		return strings.Replace(string(text), "{", `{"object":"batch",`, 1)
	case 2:
		return string(text[:len(text)-1])
	case 3:
		return `{"error":{"message":"none","type":"x","param":null,"code":null}}`
	case 4:
		return `{"title":"none"}`
	}
	return string(text)
}

// coded draws the coding of a body, usually none, and its Content-Encoding.
func (d passingDraw) coded(body string) (sent, coding string) {
	if d.often(2) {
		return body, ""
	}
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding = d.one("gzip", "x-gzip", "br", "zstd", "deflate", "identity", "rot13", "gzip, gzip", "none is done"); coding {
	case "gzip", "x-gzip":
		w = gzip.NewWriter(&b)
	case "br":
		w = brotli.NewWriter(&b)
	case "zstd":
		w, _ = zstd.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "gzip, gzip":
		w = gzip.NewWriter(&b)
		_, _ = io.WriteString(w, body)
		_ = w.Close()
		body = b.String()
		b.Reset()
		w = gzip.NewWriter(&b)
	case "none is done":
		return body, d.one("gzip", "br", "zstd", "deflate")
	default:
		return body, coding
	}
	_, _ = io.WriteString(w, body)
	_ = w.Close()
	switch sent = b.String(); {
	case !d.often(5):
		sent = sent[:len(sent)/2]
	case !d.often(5) && coding == "gzip, gzip":
		coding = "gzip" // its content is compressed, too
	}
	return sent, coding
}
