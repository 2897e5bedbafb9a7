package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wire is a server that responds to every request with the same bytes, and
// keeps the bytes of the requests.
type wire struct {
	url string

	mu   sync.Mutex
	seen []string // of each request, the head and the body as sent
}

// serveBytes starts a server that sends each part of the response separately.
func serveBytes(t *testing.T, answer ...string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	w := &wire{url: "http://" + listener.Addr().String()}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go w.serve(conn, answer)
		}
	}()
	return w
}

// serve responds to one request, and closes the connection.
func (w *wire) serve(conn net.Conn, answer []string) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	text := readHead(in)
	switch head := strings.ToLower(text); {
	case strings.Contains(head, "transfer-encoding: chunked"):
		for !strings.HasSuffix(text, "\r\n0\r\n") {
			line, err := in.ReadString('\n')
			if err != nil {
				break
			}
			text += line
		}
		text += readHead(in) // the trailers
	case strings.Contains(head, "content-length: 2\r\n"):
		body := make([]byte, 2)
		_, _ = io.ReadFull(in, body)
		text += string(body)
	}
	w.mu.Lock()
	w.seen = append(w.seen, text)
	w.mu.Unlock()
	for _, part := range answer {
		_, _ = io.WriteString(conn, part)
		time.Sleep(time.Millisecond)
	}
	if strings.HasPrefix(answer[0], "HTTP/1.1 101") {
		_, _ = io.Copy(conn, in)
	}
}

// readHead reads up to the empty line, and includes it.
func readHead(in *bufio.Reader) string {
	var head strings.Builder
	for {
		line, err := in.ReadString('\n')
		head.WriteString(line)
		if err != nil || line == "\r\n" {
			return head.String()
		}
	}
}

// request returns what the server got.
func (w *wire) request(t *testing.T) string {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	require.Len(t, w.seen, 1)
	return w.seen[0]
}

// send sends a request to the proxy, and returns what comes back.
func (r *running) send(t *testing.T, line, fields, body string) string {
	t.Helper()
	conn, err := net.Dial("tcp", r.front.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, line+" HTTP/1.1\r\nHost: front\r\n"+fields+"\r\n"+body)
	require.NoError(t, err)
	return readResponse(t, bufio.NewReader(conn))
}

// readResponse reads interim heads, and then one complete response.
func readResponse(t *testing.T, in *bufio.Reader) string {
	t.Helper()
	var all strings.Builder
	for {
		head := readHead(in)
		all.WriteString(head)
		if head == "" || !strings.HasPrefix(head, "HTTP/1.1 1") {
			low := strings.ToLower(head)
			if strings.Contains(low, "transfer-encoding: chunked") {
				for !strings.HasSuffix(all.String(), "\r\n0\r\n") {
					line, err := in.ReadString('\n')
					require.NoError(t, err)
					all.WriteString(line)
				}
				all.WriteString(readHead(in))
			} else if _, length, ok := strings.Cut(low, "content-length: "); ok && !strings.Contains(head, " 304 ") {
				var n int64
				_, err := fmt.Sscan(length, &n)
				require.NoError(t, err)
				_, err = io.CopyN(&all, in, n)
				require.NoError(t, err)
			}
			return all.String()
		}
	}
}

const emptyResponse = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

// TestRequestTargets checks that the request target reaches the server byte by
// byte, below the path of the target; the recording has the same URL, in which
// bytes that are not UTF-8 are escaped.
func TestRequestTargets(t *testing.T) {
	for _, tc := range []struct{ base, method, requested, sent string }{
		{"", "GET", "/", "/"},
		{"", "GET", "/v1/a?x=1;y=2", "/v1/a?x=1;y=2"},
		{"", "GET", "/v1/a?z=1&x=%zz", "/v1/a?z=1&x=%zz"},
		{"", "GET", "/v1/a?", "/v1/a?"},
		{"", "GET", "/v1/a?b?c=/d", "/v1/a?b?c=/d"},
		{"", "GET", "/v1/a|b", "/v1/a|b"},
		{"", "GET", `/v1/a"b\c{d}<e>^` + "`", `/v1/a"b\c{d}<e>^` + "`"},
		{"", "GET", "/v1/\xc3\xa9/\xff", "/v1/\xc3\xa9/\xff"},
		{"", "GET", "/a%2Fb%2fc%7E%41", "/a%2Fb%2fc%7E%41"},
		{"", "GET", "/a%zz", "/a%zz"},
		{"", "GET", "//a", "//a"},
		{"", "GET", "//a//?b", "//a//?b"},
		{"", "GET", "/./a/../b", "/./a/../b"},
		{"", "GET", "/a;v=1/b:c@d!$&'()*+,=", "/a;v=1/b:c@d!$&'()*+,="},
		{"", "GET", "/a#b", "/a#b"},
		{"", "OPTIONS", "*", "*"},
		{"", "OPTIONS", "http://front", "*"},
		{"", "GET", "http://front", "/"},
		{"", "GET", "http://front?x", "/?x"},
		{"", "GET", "http://front/v1/a|b?x=1;y", "/v1/a|b?x=1;y"},
		{"/base", "GET", "/v1/a?x", "/base/v1/a?x"},
		{"/base/", "GET", "//a", "/base//a"},
		{"/base?key=1", "GET", "/v1/a", "/base/v1/a?key=1"},
		{"/base?key=1", "GET", "/v1/a?x;y", "/base/v1/a?key=1&x;y"},
		{"/base", "OPTIONS", "*", "*"},
	} {
		t.Run(tc.base+" "+tc.requested, func(t *testing.T) {
			server := serveBytes(t, emptyResponse)
			r := front(t, server.url+tc.base, nil)
			answer := r.send(t, tc.method+" "+tc.requested, "", "")
			if tc.requested == "/a%zz" { // net/http rejects such a path: docs/proxy.md says so
				assert.Contains(t, answer, "HTTP/1.1 400 Bad Request\r\n")
				return
			}
			line, _, _ := strings.Cut(server.request(t), "\r\n")
			assert.Equal(t, tc.method+" "+tc.sent+" HTTP/1.1", line)
			r.finish()
			require.Len(t, r.entries, 1)
			shown := strings.ReplaceAll(strings.TrimPrefix(tc.sent, "*"), "\xff", "%FF")
			assert.Equal(t, server.url+shown, r.entries[0].Exchange.Request.URL)
		})
	}
}

// TestRequestTargetInAbsoluteForm checks two slashes with a character that
// should be escaped: net/http can send such a target only in absolute-form,
// which every server accepts (RFC 9112, 3.2.2).
func TestRequestTargetInAbsoluteForm(t *testing.T) {
	server := serveBytes(t, emptyResponse)
	front(t, server.url, nil).send(t, "GET //a|b", "", "")
	line, _, _ := strings.Cut(server.request(t), "\r\n")
	assert.Equal(t, "GET "+server.url+"//a|b HTTP/1.1", line)
}

// fieldsOf returns the fields of a head as they are written, with the names in
// canonical case.
func fieldsOf(head string) []string {
	head, _, _ = strings.Cut(head, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")[1:]
	for i, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		lines[i] = http.CanonicalHeaderKey(name) + ":" + value
	}
	return lines
}

// TestRequestFields checks that the server gets the fields that the client
// sent, except those that HTTP requires a proxy to remove, and no others.
func TestRequestFields(t *testing.T) {
	for name, tc := range map[string]struct {
		line, fields, body string
		want               []string // beside Host
	}{
		"none": {line: "GET /"},
		"of the client": {
			line:   "GET /",
			fields: "user-agent: x\r\naccept: a\r\nAccept: b\r\nX-Empty:\r\nAccept-Encoding: br;q=1.0, gzip\r\n",
			want:   []string{"User-Agent: x", "Accept: a", "Accept: b", "X-Empty: ", "Accept-Encoding: br;q=1.0, gzip"},
		},
		"of earlier proxies": {
			line:   "GET /",
			fields: "Forwarded: for=1\r\nX-Forwarded-For: 1\r\nX-Forwarded-For: 2\r\nX-Forwarded-Host: a\r\nX-Forwarded-Proto: https\r\nVia: 1.1 a\r\nProxy-Authorization: Basic YTpi\r\n",
			want:   []string{"Forwarded: for=1", "X-Forwarded-For: 1", "X-Forwarded-For: 2", "X-Forwarded-Host: a", "X-Forwarded-Proto: https", "Via: 1.1 a", "Proxy-Authorization: Basic YTpi"},
		},
		"hop by hop": {
			line:   "GET /",
			fields: "Connection: keep-alive, X-Hop, x-forwarded-for\r\nX-Hop: 1\r\nX-Forwarded-For: 1\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nTE: trailers, deflate\r\nX-Stays: 1\r\n",
			want:   []string{"Te: trailers", "X-Stays: 1"},
		},
		"a length of nothing": {
			line:   "DELETE /",
			fields: "Content-Length: 0\r\n",
			want:   []string{"Content-Length: 0"},
		},
		"a body": {
			line:   "POST /",
			fields: "Content-Length: 2\r\nContent-Encoding: x\r\n",
			body:   "{}",
			want:   []string{"Content-Length: 2", "Content-Encoding: x"},
		},
		"a chunked body": {
			line:   "POST /",
			fields: "Transfer-Encoding: chunked\r\n",
			body:   "2\r\n{}\r\n0\r\n\r\n",
			want:   []string{"Transfer-Encoding: chunked"},
		},
		"trailers": {
			line:   "POST /",
			fields: "Transfer-Encoding: chunked\r\nTrailer: X-A\r\n",
			body:   "2\r\n{}\r\n0\r\nX-A: 1\r\nX-B: 2\r\n\r\n",
			want:   []string{"Transfer-Encoding: chunked", "Trailer: X-A"},
		},
		"trailers that are not announced": {
			line:   "POST /",
			fields: "Transfer-Encoding: chunked\r\n",
			body:   "2\r\n{}\r\n0\r\nX-A: 1\r\nX-B: 2\r\n\r\n",
			want:   []string{"Transfer-Encoding: chunked"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := serveBytes(t, emptyResponse)
			front(t, server.url, nil).send(t, tc.line, tc.fields, tc.body)
			got := server.request(t)
			assert.ElementsMatch(t, append(tc.want, "Host: "+strings.TrimPrefix(server.url, "http://")), fieldsOf(got))
			_, body, _ := strings.Cut(got, "\r\n\r\n")
			assert.Equal(t, tc.body, body)
		})
	}
}

// TestResponses checks that the client gets what the server sent, except for the
// fields that HTTP requires a proxy to remove or replace, and nothing else. The
// recording has the fields of the server.
func TestResponses(t *testing.T) {
	for name, tc := range map[string]struct {
		method   string
		answer   string
		want     []string // fields
		start    string
		body     string
		recorded map[string][]string // fields that differ in the recording
	}{
		"neither Date nor Content-Type": {
			answer: "HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nX-Empty:\r\nServer: x\r\nVia: 1.1 a\r\n\r\n{}",
			want:   []string{"Content-Length: 2", "X-Empty: ", "Server: x", "Via: 1.1 a"},
			body:   "{}",
		},
		"both": {
			answer: "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nContent-Type: a/b;c\r\nDate: soon\r\n\r\n{}",
			want:   []string{"Content-Length: 2", "Content-Type: a/b;c", "Date: soon"},
			start:  "HTTP/1.1 404 Not Found\r\n",
			body:   "{}",
		},
		"hop by hop": {
			answer:   "HTTP/1.1 407 OK\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\nProxy-Authenticate: Digest\r\nContent-Length: 0\r\n\r\n",
			want:     []string{"Proxy-Authenticate: Basic", "Proxy-Authenticate: Digest", "Content-Length: 0"},
			start:    "HTTP/1.1 407 Proxy Authentication Required\r\n",
			recorded: map[string][]string{"Connection": {"X-Hop"}, "X-Hop": {"1"}, "Keep-Alive": {"timeout=5"}},
		},
		"an unknown length": {
			answer: "HTTP/1.1 200 OK\r\n\r\n{}",
			want:   []string{"Transfer-Encoding: chunked"},
			body:   "2\r\n{}\r\n0\r\n\r\n",
		},
		"trailers": {
			answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-A\r\n\r\n2\r\n{}\r\n0\r\nX-A: 1\r\n\r\n",
			want:   []string{"Transfer-Encoding: chunked", "Trailer: X-A"},
			body:   "2\r\n{}\r\n0\r\nX-A: 1\r\n\r\n",
		},
		"trailers that are not announced": {
			answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-A: 1\r\n\r\n",
			want:   []string{"Transfer-Encoding: chunked"},
			body:   "2\r\n{}\r\n0\r\nX-A: 1\r\n\r\n",
		},
		"to HEAD": {
			method: "HEAD",
			answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: \"a\"\r\n\r\n",
			want:   []string{"Content-Length: 2", "Etag: \"a\""},
		},
		"no content": {
			answer: "HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n",
			want:   []string{"X-A: 1"},
			start:  "HTTP/1.1 204 No Content\r\n",
		},
		"not modified": { // net/http leaves the media type and the length out: docs/proxy.md says so
			answer:   "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nContent-Type: a/b\r\nContent-Length: 9\r\n\r\n",
			want:     []string{"Etag: \"a\""},
			start:    "HTTP/1.1 304 Not Modified\r\n",
			recorded: map[string][]string{"Content-Type": {"a/b"}, "Content-Length": {"9"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := serveBytes(t, tc.answer)
			r := front(t, server.url, nil)
			method := "GET"
			if tc.method != "" {
				method = tc.method
			}
			conn, err := net.Dial("tcp", r.front.Listener.Addr().String())
			require.NoError(t, err)
			defer conn.Close()
			_, err = io.WriteString(conn, method+" / HTTP/1.1\r\nHost: front\r\nConnection: close\r\n\r\n")
			require.NoError(t, err)
			answer, err := io.ReadAll(conn)
			require.NoError(t, err)
			if tc.start == "" {
				tc.start = "HTTP/1.1 200 OK\r\n"
			}
			assert.True(t, strings.HasPrefix(string(answer), tc.start), "%q", answer)
			assert.ElementsMatch(t, append(tc.want, "Connection: close"), fieldsOf(string(answer)))
			_, body, _ := strings.Cut(string(answer), "\r\n\r\n")
			assert.Equal(t, tc.body, body)

			r.finish()
			require.Len(t, r.entries, 1)
			recorded := http.Header{}
			for _, field := range tc.want {
				name, value, _ := strings.Cut(field, ": ")
				if name != "Transfer-Encoding" && name != "Trailer" { // not in what net/http returns
					recorded.Add(name, value)
				}
			}
			for name, values := range tc.recorded {
				recorded[name] = values
			}
			assert.Equal(t, recorded, r.entries[0].Exchange.Response.Header)
		})
	}
}

// TestStatusBelow100 checks that a status which HTTP does not have is not
// passed on, since net/http would panic.
func TestStatusBelow100(t *testing.T) {
	for _, status := range []string{"000", "099"} {
		r := front(t, serveBytes(t, "HTTP/1.1 "+status+" Odd\r\nContent-Length: 0\r\n\r\n").url, nil)
		answer := r.send(t, "GET /", "", "")
		assert.True(t, strings.HasPrefix(answer, "HTTP/1.1 502 "), "%q", answer)
		r.finish()
		assert.Empty(t, r.entries)
		require.Len(t, r.failed, 1)
		assert.ErrorContains(t, r.failed[0], `the status "`+status+` Odd" is not valid in HTTP`)
	}
}

// TestReason checks that the client gets the reason phrase of net/http, and the
// recording that of the server.
func TestReason(t *testing.T) {
	r := front(t, serveBytes(t, "HTTP/1.0 200 Fine, thanks\r\nContent-Length: 0\r\n\r\n").url, nil)
	assert.True(t, strings.HasPrefix(r.send(t, "GET /", "", ""), "HTTP/1.1 200 OK\r\n"))
	r.finish()
	require.Len(t, r.entries, 1)
	assert.Equal(t, "Fine, thanks", r.entries[0].Reason)
	assert.Equal(t, "HTTP/1.0", r.entries[0].Proto)
}

// TestInterimResponses checks that interim responses pass with their fields, and
// that a client of HTTP/1.0 gets none.
func TestInterimResponses(t *testing.T) {
	parts := []string{
		"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
		"HTTP/1.1 102 Processing\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
	}
	r := front(t, serveBytes(t, parts...).url, nil)
	assert.Equal(t, strings.Join(parts, ""), r.send(t, "GET /", "", ""))

	conn, err := net.Dial("tcp", r.front.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n")
	require.NoError(t, err)
	answer, err := io.ReadAll(conn)
	require.NoError(t, err)
	assert.Equal(t, "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}", string(answer))
}

// TestContinue checks that a client that waits for "100 Continue" gets that of
// the server, once.
func TestContinue(t *testing.T) {
	server := httpServer(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "100-continue", r.Header.Get("Expect"))
		body, _ := io.ReadAll(r.Body) // makes the server send 100 Continue
		_, _ = w.Write(body)
	})
	r := front(t, server, nil)
	conn, err := net.Dial("tcp", r.front.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	in := bufio.NewReader(conn)
	_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: front\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
	require.NoError(t, err)
	assert.Equal(t, "HTTP/1.1 100 Continue\r\n\r\n", readHead(in))
	_, err = io.WriteString(conn, "{}")
	require.NoError(t, err)
	answer := readResponse(t, in)
	assert.True(t, strings.HasPrefix(answer, "HTTP/1.1 200 OK\r\n") && strings.HasSuffix(answer, "\r\n\r\n{}"), answer)
}

func httpServer(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + listener.Addr().String()
}

// TestUpgrade checks that a connection which switches to another protocol
// passes bytes in both directions.
func TestUpgrade(t *testing.T) {
	server := serveBytes(t, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	r := front(t, server.url, nil)
	conn, err := net.Dial("tcp", r.front.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: front\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
	require.NoError(t, err)
	in := bufio.NewReader(conn)
	head := readHead(in)
	assert.True(t, strings.HasPrefix(head, "HTTP/1.1 101 Switching Protocols\r\n"), head)
	assert.ElementsMatch(t, []string{"Connection: Upgrade", "Upgrade: echo"}, fieldsOf(head))
	assert.ElementsMatch(t, []string{"Connection: Upgrade", "Upgrade: echo", "Host: " + strings.TrimPrefix(server.url, "http://")}, fieldsOf(server.request(t)))
	for _, text := range []string{"one", "\x00two\xff"} {
		_, err = io.WriteString(conn, text)
		require.NoError(t, err)
		back := make([]byte, len(text))
		_, err = io.ReadFull(in, back)
		require.NoError(t, err)
		assert.Equal(t, text, string(back))
	}
	conn.Close()
	r.finish()
	require.Len(t, r.entries, 1)
	assert.Equal(t, 101, r.entries[0].Exchange.Response.Status)
}

// TestConnect checks that a client which takes the proxy for a forward proxy is
// told so.
func TestConnect(t *testing.T) {
	server := serveBytes(t, emptyResponse)
	r := front(t, server.url, nil)
	answer := r.send(t, "CONNECT elsewhere.example:443", "", "")
	assert.Contains(t, answer, "HTTP/1.1 501 Not Implemented\r\n")
	assert.Contains(t, answer, "plumb proxy is a reverse proxy")
	assert.Empty(t, server.seen)
}

// TestResponsesToPostAreComplete checks that a response which begins while the body
// of its request is still being sent is not cut off: clients such as httpx send
// the head and the body separately.
func TestResponsesToPostAreComplete(t *testing.T) {
	const events, clients, each = 4, 16, 25
	server := httpServer(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		for range events {
			_, _ = io.WriteString(w, "data: x\n\n")
			_ = http.NewResponseController(w).Flush()
		}
	})
	r := front(t, server, nil)
	var wait sync.WaitGroup
	for range clients {
		wait.Go(func() {
			for range each {
				conn, err := net.Dial("tcp", r.front.Listener.Addr().String())
				if !assert.NoError(t, err) {
					return
				}
				_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: front\r\nConnection: close\r\nContent-Length: 2\r\n\r\n")
				_, _ = io.WriteString(conn, "{}")
				answer, err := io.ReadAll(conn)
				conn.Close()
				assert.NoError(t, err)
				assert.Equal(t, events, strings.Count(string(answer), "data: x\n\n"))
				assert.True(t, strings.HasSuffix(string(answer), "0\r\n\r\n"), "%q", answer)
			}
		})
	}
	wait.Wait()
	r.finish()
	assert.Empty(t, r.failed)
	assert.Len(t, r.entries, clients*each)
}

// TestResponseBeforeTheRequestEnds checks that the request and the response are
// both complete if the server responds while the client is still sending the
// body.
func TestResponseBeforeTheRequestEnds(t *testing.T) {
	got := make(chan string, 1)
	r := front(t, httpServer(t, func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		assert.NoError(t, c.EnableFullDuplex())
		_, _ = io.WriteString(w, "first")
		assert.NoError(t, c.Flush())
		body, _ := io.ReadAll(r.Body)
		got <- string(body)
		_, _ = io.WriteString(w, "last")
	}), nil)
	body, send := io.Pipe()
	req, err := http.NewRequest(http.MethodPost, r.url, body)
	require.NoError(t, err)
	go func() { _, _ = io.WriteString(send, "begin") }()
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	first := make([]byte, len("first"))
	_, err = io.ReadFull(resp.Body, first)
	require.NoError(t, err)
	_, err = io.WriteString(send, "end")
	require.NoError(t, err)
	send.Close()
	assert.Equal(t, "beginend", <-got)
	last, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, "last", string(last))
}
