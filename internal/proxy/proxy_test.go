package proxy

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/spec"
)

const paused = `{"id":"batch_1","object":"batch","endpoint":"/v1/responses","input_file_id":"file-1","completion_window":"24h","status":"paused","created_at":1741967569}`

// running is a proxy in front of a server, with what it has seen.
type running struct {
	*Proxy
	url     string
	front   *httptest.Server
	mu      sync.Mutex
	entries []recording.HAREntry
	checked []int // entries
	failed  []error
}

// patience is how long the tests wait for what always happens.
const patience = time.Minute

// finish closes the proxy and its connections, so that everything has been
// seen.
func (r *running) finish() {
	r.front.Close()
	r.Close(patience)
}

// run starts a proxy in front of a handler.
func run(t testing.TB, h http.Handler) *running {
	t.Helper()
	target := httptest.NewServer(h)
	t.Cleanup(target.Close)
	return front(t, target.URL, nil)
}

// front starts a proxy in front of a target, with the options that change
// modifies.
func front(t testing.TB, target string, change func(*Options)) *running {
	t.Helper()
	r := &running{}
	to, err := url.Parse(target)
	require.NoError(t, err)
	opt := Options{
		Target: to,
		Limits: recording.DefaultLimits,
		Name:   "session.har",
		Record: func(e recording.HAREntry) { r.entries = append(r.entries, e) },
		Check:  func(*plumb.Exchange) engine.Result { return engine.Result{} },
		Checked: func(x *plumb.Exchange, _ engine.Result) {
			r.checked = append(r.checked, x.Place.Entry)
		},
		Failed: func(err error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.failed = append(r.failed, err)
		},
	}
	if change != nil {
		change(&opt)
	}
	r.Proxy = New(opt)
	r.front = httptest.NewUnstartedServer(r.Proxy)
	r.front.Config.DisableGeneralOptionsHandler = true
	r.front.Start()
	t.Cleanup(r.front.Close)
	r.url = r.front.URL
	return r
}

func zipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.Bytes()
}

// TestChangesNothing checks that what comes through the proxy is what the
// target sent, byte by byte.
func TestChangesNothing(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"plain": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, paused)
		},
		"compressed": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(zipped(paused))
		},
		"chunked": func(w http.ResponseWriter, _ *http.Request) {
			for range 3 {
				_, _ = io.WriteString(w, paused)
				_ = http.NewResponseController(w).Flush()
			}
		},
		"an error": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusTeapot) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example/?token=secret-token-1", http.StatusFound)
		},
		"nothing": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"echo": func(w http.ResponseWriter, r *http.Request) {
			w.Header()["X-Got"] = []string{fmt.Sprint(r.Method, r.URL, r.Header["Accept-Encoding"], r.Header["X-Forwarded-For"], r.Header["User-Agent"])}
			_, _ = io.Copy(w, r.Body)
		},
	} {
		t.Run(name, func(t *testing.T) {
			target := httptest.NewServer(h)
			defer target.Close()
			r := run(t, h)
			client := &http.Client{
				Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			}
			var got [2]string
			for i, address := range []string{target.URL, r.url} {
				req, err := http.NewRequest(http.MethodPost, address+"/v1/a%2Fb?x=1&y", strings.NewReader("body"))
				require.NoError(t, err)
				req.Header.Set("X-Forwarded-For", "1.2.3.4")
				resp, err := client.Do(req)
				require.NoError(t, err)
				body, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				resp.Header.Del("Date")
				resp.Header.Del("Connection")
				got[i] = fmt.Sprintln(resp.Status, resp.Header, resp.ContentLength, string(body))
			}
			assert.Equal(t, got[0], got[1])
			r.Close(patience)
			assert.Len(t, r.entries, 1)
			assert.Empty(t, r.failed)
		})
	}
}

// TestStreams checks that a stream comes through the proxy as it is sent.
func TestStreams(t *testing.T) {
	more := make(chan bool)
	r := run(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for range more {
			_, _ = io.WriteString(w, "data: x\n\n")
			_ = http.NewResponseController(w).Flush()
		}
	}))
	go func() { more <- true }()
	resp, err := http.Get(r.url + "/v1/batches/batch_1")
	require.NoError(t, err)
	defer resp.Body.Close()
	lines := bufio.NewReader(resp.Body)
	for range 3 {
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, "data: x\n", line)
		_, err = lines.ReadString('\n')
		require.NoError(t, err)
		more <- true
	}
	close(more)
	r.Close(patience)
	require.Len(t, r.entries, 1)
	assert.Equal(t, "a stream", r.entries[0].Exchange.Response.Body.Missing)
}

func TestTargetIsGone(t *testing.T) {
	r := run(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	resp, err := http.Get(r.url + "/v1/batches")
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, http.StatusBadGateway, resp.StatusCode)
	r.Close(patience)
	assert.Empty(t, r.entries)
	require.Len(t, r.failed, 1)
	assert.ErrorContains(t, r.failed[0], "GET /v1/batches: the target did not answer")
}

// TestRecording checks that the recording gives the same findings as the live
// exchanges, and contains no credential.
func TestRecording(t *testing.T) {
	const secret = "sk-very-secret-1234567890"
	bodies := []struct{ contentType, encoding, body string }{ // bodies are really compressed only with gzip
		{"application/json", "", paused},
		{"application/json", "gzip", paused},
		{"application/json", "", strings.Replace(paused, "paused", secret, 1)},
		{"application/json", "", "{\"id\": \"\xff\"}"},
		{"application/json", "", ""},
		{"text/html", "", "<html>" + secret},
		{"text/event-stream", "", "data: {}\n\n"},
		{"application/json", "", paused + "{}"},
		{"application/octet-stream", "", "\x00\xff" + secret},
		{"application/json", "gzip, br", paused},
		{"application/json", "deflate", paused},
		{"application/json", "zstd", paused},
		{"application/json", "rot13", paused},
		{"application/json", "gzip", "[" + strings.Repeat(" ", 17<<20) + "]"},
	}
	next := 0
	r := run(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		b := bodies[next]
		next++
		w.Header().Set("Content-Type", b.contentType)
		w.Header().Set("Set-Cookie", "session="+secret)
		w.Header().Set("Date", "Fri, 14 Mar 2025 15:52:50 GMT")
		if b.encoding != "" {
			w.Header().Set("Content-Encoding", b.encoding)
		}
		if strings.HasPrefix(b.encoding, "gzip") {
			_, _ = w.Write(zipped(b.body))
			return
		}
		_, _ = io.WriteString(w, b.body)
	}))
	for range bodies {
		req, err := http.NewRequest(http.MethodGet, r.url+"/v1/batches/batch_1?api-key="+secret, nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+secret)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	r.Close(patience)
	require.Len(t, r.entries, len(bodies))

	file := filepath.Join(t.TempDir(), "session.har")
	w, err := recording.CreateHAR(file, "test")
	require.NoError(t, err)
	for _, e := range r.entries {
		require.NoError(t, w.Add(e))
	}
	assert.NoFileExists(t, file, "it exists once it is complete")
	require.NoError(t, w.Close())
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.NotContains(t, string(text), secret)
	assert.NotContains(t, string(text), "very-secret")

	desc, err := spec.Builtin()
	require.NoError(t, err)
	v, err := engine.New(desc, engine.WithTarget(r.Target.String()))
	require.NoError(t, err)
	rules := map[string]int{}
	i := 0
	for x, err := range recording.Read(context.Background(), file, bytes.NewReader(text), recording.DefaultLimits) {
		require.NoError(t, err)
		assert.Equal(t, r.entries[i].Started.Add(r.entries[i].Took).UTC(), x.Time.UTC())
		if bodies[i].contentType == "application/octet-stream" {
			assert.NotEmpty(t, x.Response.Body.Missing, "a credential cannot be removed from what is not text")
		} else {
			live, recorded := v.Check(r.entries[i].Exchange), v.Check(x)
			assert.Equal(t, r.Target.String(), x.Request.Target)
			if strings.Contains(bodies[i].body, `"`+secret+`"`) { // only the type of what was removed is checked
				assert.NotEmpty(t, live.Findings)
				assert.Empty(t, recorded.Findings)
			} else {
				assert.ElementsMatch(t, outline(live), outline(recorded), "exchange %d", i)
			}
			for _, f := range live.Findings {
				assert.Equal(t, i+1, f.Entry)
				rules[f.Rule]++
			}
		}
		i++
	}
	assert.Equal(t, len(bodies), i)
	assert.Equal(t, 3, rules["http-content-encoding"])
	assert.Equal(t, 1, rules["capture-unreadable"], "an unknown coding says nothing about the server")
	assert.Equal(t, 1, rules["capture-limit"])
}

// outline returns what must be the same in two checks.
func outline(r engine.Result) []string {
	all := []string{fmt.Sprint(r.Bodies, r.Operation, r.Status)}
	for _, f := range r.Findings {
		all = append(all, fmt.Sprint(f.Rule, f.Severity, f.Operation, f.Status, f.Pointer, f.Description))
	}
	return all
}

// BenchmarkDirect and BenchmarkProxy show what the proxy adds to a request.
func BenchmarkDirect(b *testing.B) {
	target := httptest.NewServer(http.HandlerFunc(answerPaused))
	defer target.Close()
	requests(b, target.URL)
}

func BenchmarkProxy(b *testing.B) {
	desc, err := spec.Builtin()
	require.NoError(b, err)
	v, err := engine.New(desc)
	require.NoError(b, err)
	target := httptest.NewServer(http.HandlerFunc(answerPaused))
	defer target.Close()
	r := front(b, target.URL, func(o *Options) { o.Record, o.Check = nil, v.Check })
	requests(b, r.url)
	r.Close(patience)
}

func answerPaused(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, paused)
}

func requests(b *testing.B, url string) {
	for b.Loop() {
		resp, err := http.Get(url + "/v1/batches/batch_1")
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
}

// Credentials that the description shows are known before the recording is written.
func TestRevealsBeforeRecording(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer target.Close()
	r := front(t, target.URL, func(o *Options) {
		record := o.Record
		o.Record = func(e recording.HAREntry) {
			assert.Contains(t, e.Exchange.Secrets, "hunter2hunter2")
			record(e)
		}
		o.Reveal = func(x *plumb.Exchange) { x.Secrets = append(x.Secrets, "hunter2hunter2") }
	})
	resp, err := http.Get(r.url + "/resets/hunter2hunter2")
	require.NoError(t, err)
	resp.Body.Close()
	r.finish()
	assert.Len(t, r.entries, 1)
}
