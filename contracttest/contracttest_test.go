package contracttest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/cassette"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"
)

const (
	validating = `{"id":"batch_1","object":"batch","endpoint":"/v1/responses","input_file_id":"file-1","completion_window":"24h","status":"validating","created_at":1741967569}`
	paused     = `{"id":"batch_1","object":"batch","endpoint":"/v1/responses","input_file_id":"file-1","completion_window":"24h","status":"paused","created_at":1741967569}`
	completed  = `{"id":"batch_1","object":"batch","endpoint":"/v1/responses","input_file_id":"file-1","output_file_id":"file-2","completion_window":"24h","status":"completed","created_at":1741967569,"in_progress_at":1741967570,"finalizing_at":1741967571,"completed_at":1741967572}`
)

// watched is a test that records its errors instead of failing.
type watched struct {
	testing.TB
	mu       sync.Mutex
	errors   []string
	logs     []string
	fatal    string
	skipped  bool
	cleanups []func()
}

func (w *watched) Helper()          {}
func (w *watched) Skipped() bool    { return w.skipped }
func (w *watched) Cleanup(f func()) { w.cleanups = append(w.cleanups, f) }
func (w *watched) Errorf(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.errors = append(w.errors, fmt.Sprintf(format, args...))
}
func (w *watched) Log(args ...any) { w.logs = append(w.logs, fmt.Sprint(args...)) }
func (w *watched) Fatalf(format string, args ...any) {
	w.fatal = fmt.Sprintf(format, args...)
	panic(w)
}

// watch runs f as a test with its cleanups, and returns that test.
func watch(t *testing.T, f func(testing.TB)) *watched {
	w := &watched{TB: t}
	func() {
		defer func() {
			if p := recover(); p != nil && p != any(w) {
				panic(p)
			}
		}()
		f(w)
	}()
	for i := len(w.cleanups) - 1; i >= 0; i-- {
		w.cleanups[i]()
	}
	return w
}

// answering returns the URL of a server that always sends the same response.
func answering(t testing.TB, contentType, body string) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

func get(t testing.TB, client *http.Client, url string) string {
	resp, err := client.Get(url)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(body)
}

func TestClient(t *testing.T) {
	for name, tc := range map[string]struct {
		contentType, body, path string
		opts                    []Option
		errors                  []string // the first line of each
	}{
		"good":            {body: validating},
		"an unknown enum": {body: paused, errors: []string{"schema-enum at /status"}},
		"a rule off":      {body: paused, opts: []Option{WithRule("schema-enum", Off)}},
		"drift passes":    {body: strings.Replace(validating, `"id"`, `"model":null,"id"`, 1)},
		"drift fails": {body: strings.Replace(validating, `"id"`, `"model":null,"id"`, 1), opts: []Option{WithFailOn(Warning)},
			errors: []string{"drift-null at /model"}},
		"drift described": {body: strings.Replace(validating, `"id"`, `"model":null,"id"`, 1), opts: []Option{WithFailOn(Warning), WithOverlay("observed")}},
		"never fails":     {body: paused, opts: []Option{WithFailOn(Off)}},
		"a media type":    {contentType: "text/html", body: validating, errors: []string{"http-media-type"}},
		"another id":      {body: strings.Replace(validating, "batch_1", "batch_2", 1), errors: []string{"retrieve-id at /id"}},
		"another API":     {path: "/v1/models", body: "{}", errors: []string{"nothing was checked"}},
		"a stream":        {contentType: "text/event-stream", body: "data: {}\n\n", errors: []string{"nothing was checked"}},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.contentType == "" {
				tc.contentType = "application/json"
			}
			if tc.path == "" {
				tc.path = "/v1/batches/batch_1"
			}
			w := watch(t, func(tb testing.TB) {
				url := answering(tb, tc.contentType, tc.body)
				assert.Equal(t, tc.body, get(tb, Client(tb, tc.opts...), url+tc.path), "the body is restored")
			})
			var got []string
			for _, e := range w.errors {
				first, _, _ := strings.Cut(strings.TrimPrefix(e, "plumb: "), ": ")
				got = append(got, first)
			}
			assert.Equal(t, tc.errors, got)
			assert.Len(t, w.logs, 1, "one summary")
		})
	}
}

func TestFindingReadsWell(t *testing.T) {
	w := watch(t, func(tb testing.TB) {
		get(tb, Client(tb), answering(tb, "application/json", paused)+"/v1/batches/batch_1?api-key=sk-0123456789")
	})
	require.Len(t, w.errors, 1)
	assert.Regexp(t, `^plumb: schema-enum at /status: [^\n]+
    found:     "?paused"?
    allowed:   [^\n]*"?validating"?[^\n]*
    in:        GET /v1/batches/batch_1, exchange 1, retrieveBatch, status 200, batch_1
    described: schemas/batch.json:\d+ \(/properties/status/enum\)
    request:   curl -i 'http://127.0.0.1:\d+/v1/batches/batch_1\?api-key=\[redacted\]'
    test:      contracttest_test.go:\d+$`, w.errors[0])
	require.Len(t, w.logs, 1)
	assert.Regexp(t, `^plumb: 1 exchange read, 1 body checked; 1 error, 0 warnings, 0 infos
    error schema-enum /status: [^\n]+ \(1\)
    members seen: 7 of \d+; not seen: Batch/[^\n]+
    values seen: 1 of 9; not seen: Batch/status [^\n]+
    operations seen: 1 of 4; not seen: createBatch, listBatches, cancelBatch`, w.logs[0])
	assert.NotContains(t, w.logs[0]+w.errors[0], "sk-0123456789")
}

// TestWhatWasSeen checks that a member which was only null does not count as
// seen with a value, and that operations are not mentioned if no request was
// made.
func TestWhatWasSeen(t *testing.T) {
	with := func(members string) string {
		w := watch(t, func(tb testing.TB) {
			Body(tb, "Batch", []byte(strings.Replace(validating, "{", "{"+members, 1)))
		})
		require.Len(t, w.logs, 1)
		return w.logs[0]
	}
	assert.Regexp(t, `members seen: 8 of \d+; not seen: [^\n]*`, with(`"error_file_id":"file-3",`))
	assert.NotContains(t, with(`"error_file_id":"file-3",`), "Batch/error_file_id")
	assert.Regexp(t, `members seen: 7 of \d+; not seen: [^\n]*Batch/error_file_id`, with(`"error_file_id":null,`))
	assert.NotContains(t, with(""), "operations seen")
}

// TestFindingsContainNoCredentials checks that a credential which comes back in a
// body is not shown.
func TestFindingsContainNoCredentials(t *testing.T) {
	const secret = "very-secret-value-1"
	w := watch(t, func(tb testing.TB) {
		url := answering(tb, "application/json", strings.Replace(paused, "paused", secret, 1))
		req, err := http.NewRequest(http.MethodGet, url+"/v1/batches/batch_1", nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+secret)
		resp, err := Client(tb).Do(req)
		require.NoError(t, err)
		resp.Body.Close()
	})
	require.Len(t, w.errors, 1)
	assert.NotContains(t, w.errors[0]+w.logs[0], secret)
}

func TestFindingFailsOnce(t *testing.T) {
	w := watch(t, func(tb testing.TB) {
		url, client := answering(tb, "application/json", paused), Client(tb)
		for range 3 {
			get(tb, client, url+"/v1/batches/batch_1")
		}
	})
	assert.Len(t, w.errors, 1)
	assert.Contains(t, w.logs[0], "(3)")
}

func TestHistory(t *testing.T) {
	w := watch(t, func(tb testing.TB) {
		bodies := []string{completed, validating}
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, bodies[0])
			bodies = bodies[1:]
		}))
		tb.Cleanup(srv.Close)
		client := Client(tb)
		get(tb, client, srv.URL+"/v1/batches/batch_1")
		get(tb, client, srv.URL+"/v1/batches/batch_1")
	})
	require.Len(t, w.errors, 1)
	assert.Contains(t, w.errors[0], "history-transition")
	assert.Contains(t, w.errors[0], "before, in GET /v1/batches/batch_1, exchange 1")
}

func TestNothingChecked(t *testing.T) {
	w := watch(t, func(tb testing.TB) { Client(tb) })
	require.Len(t, w.errors, 1)
	assert.Contains(t, w.errors[0], "nothing was checked: no exchange was seen")

	w = watch(t, func(tb testing.TB) { Client(tb); tb.(*watched).skipped = true })
	assert.Empty(t, w.errors, "a test that was skipped need not check")
}

func TestBrokenDescriptions(t *testing.T) {
	w := watch(t, func(tb testing.TB) { Client(tb, WithSpec("nope.yaml")) })
	assert.Equal(t, "plumb: nope.yaml: there is no such file; name the main file of an OpenAPI description", w.fatal)
	w = watch(t, func(tb testing.TB) { Client(tb, WithRule("nope", Off)) })
	assert.Contains(t, w.fatal, `no rule is named "nope"`)
	w = watch(t, func(tb testing.TB) { Client(tb, WithOverlay("nope")) })
	assert.Contains(t, w.fatal, `no overlay is named "nope"`)
	w = watch(t, func(tb testing.TB) { Body(tb, "Bach", nil) })
	assert.Contains(t, w.fatal, `no schema "Bach"; it has ["Batch"`)
}

func TestWithSpec(t *testing.T) {
	w := watch(t, func(tb testing.TB) {
		url := answering(tb, "application/json", `{"id":"pay_1","status":"paused"}`)
		get(tb, Client(tb, WithSpec("../fixtures/payment/openapi.yaml")), url+"/payments/pay_1")
	})
	assert.NotEmpty(t, w.errors)
	for _, e := range w.errors {
		assert.NotContains(t, e, "nothing was checked")
	}
}

// TestStreamsPass checks that the parts of a stream can be read before it ends.
func TestStreamsPass(t *testing.T) {
	for _, contentType := range []string{"text/event-stream", "text/plain", "application/octet-stream"} {
		t.Run(contentType, func(t *testing.T) {
			watch(t, func(tb testing.TB) {
				more := make(chan bool)
				srv := httptest.NewServer(Handler(tb, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", contentType)
					for range more {
						_, _ = io.WriteString(w, "x")
						assert.NoError(t, http.NewResponseController(w).Flush())
					}
				})))
				tb.Cleanup(srv.Close)
				go func() { more <- true }()
				resp, err := Client(tb).Get(srv.URL + "/v1/batches/batch_1")
				require.NoError(t, err)
				defer resp.Body.Close()
				for range 3 {
					_, err := io.ReadFull(resp.Body, make([]byte, 1))
					require.NoError(t, err)
					more <- true
				}
				close(more)
			})
		})
	}
}

func TestLargeBodiesPass(t *testing.T) {
	body := strings.Repeat(" ", 17<<20) + validating
	w := watch(t, func(tb testing.TB) {
		got := get(tb, Client(tb), answering(tb, "application/json", body)+"/v1/batches/batch_1")
		assert.True(t, got == body, "the body is restored")
	})
	require.Len(t, w.errors, 1)
	assert.Contains(t, w.errors[0], "nothing was checked: a body over the limit")
}

// TestBodiesThatBreakOff checks that the caller gets the bytes and the error of
// a body that breaks off.
func TestBodiesThatBreakOff(t *testing.T) {
	w := watch(t, func(tb testing.TB) {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, validating[:20])
		}))
		tb.Cleanup(srv.Close)
		resp, err := Client(tb).Get(srv.URL + "/v1/batches/batch_1")
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		assert.Equal(t, validating[:20], string(body))
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	})
	assert.Contains(t, strings.Join(w.errors, "\n"), "nothing was checked: a response that broke off")
}

func TestHandler(t *testing.T) {
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"written": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(paused))
		}, "schema-enum"},
		"copied": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.Copy(w, strings.NewReader(paused))
		}, "schema-enum"},
		"as a string": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.(io.StringWriter).WriteString(paused)
		}, "schema-enum"},
		"a status":                 {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, "http-status"},
		"nothing":                  {func(http.ResponseWriter, *http.Request) {}, "http-empty-body"},
		"no media type of its own": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }, "http-media-type"},
		"a header set too late": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<html>")
			w.Header().Set("Content-Type", "application/json")
		}, "http-media-type"},
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t, func(tb testing.TB) {
				h := Handler(tb, http.StripPrefix("/api", tc.handler), WithFailOn(Warning))
				srv := httptest.NewServer(h)
				tb.Cleanup(srv.Close)
				get(tb, srv.Client(), srv.URL+"/api/v1/batches/batch_1")
			})
			require.NotEmpty(t, w.errors)
			assert.Contains(t, strings.Join(w.errors, "\n"), "plumb: "+tc.want)
		})
	}
}

func TestHandlerWithRecorder(t *testing.T) {
	h := Handler(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, validating)
	}))
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/v1/batches/batch_1", nil))
	assert.Equal(t, validating, rec.Body.String())
}

func TestBody(t *testing.T) {
	Body(t, "Batch", []byte(validating))
	w := watch(t, func(tb testing.TB) { Body(tb, "Batch", []byte(paused)) })
	require.Len(t, w.errors, 1)
	assert.Contains(t, w.errors[0], "schema-enum")
}

func TestParallel(t *testing.T) {
	client := Client(t)
	url := answering(t, "application/json", validating)
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			for range 5 {
				get(t, client, url+"/v1/batches/batch_1")
			}
		})
	}
}

// TestAfterTheEnd checks that an exchange after the end of the test does not
// write to it.
func TestAfterTheEnd(t *testing.T) {
	var client *http.Client
	url := answering(t, "application/json", paused)
	w := watch(t, func(tb testing.TB) { client = Client(tb) })
	before := len(w.errors)
	get(t, client, url+"/v1/batches/batch_1")
	assert.Len(t, w.errors, before)
}

func TestWithGoVCR(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cassette")
	url := answering(t, "application/json", paused)
	for _, mode := range []recorder.Mode{recorder.ModeRecordOnly, recorder.ModeReplayOnly} {
		w := watch(t, func(tb testing.TB) {
			rec, err := recorder.New(file, recorder.WithMode(mode), recorder.WithSkipRequestLatency(true),
				recorder.WithMatcher(func(r *http.Request, i cassette.Request) bool { return r.URL.String() == i.URL }))
			require.NoError(t, err)
			client := &http.Client{Transport: Transport(tb, rec)}
			assert.Equal(t, paused, get(tb, client, url+"/v1/batches/batch_1"))
			require.NoError(t, rec.Stop())
		})
		require.Len(t, w.errors, 1)
		assert.Contains(t, w.errors[0], "schema-enum")
	}
}

func TestRecordings(t *testing.T) {
	Recordings(t, "../fixtures/answers/metadata-of-the-caller.ndjson")
}

// TestRecordingsFail checks that exactly the subtests of exchanges with
// findings fail.
func TestRecordingsFail(t *testing.T) {
	const name = "bodies.ndjson"
	if os.Getenv("PLUMB_TEST_RECORDINGS") != "" {
		Recordings(t, name)
		return
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(validating+"\n"+paused+"\n{}\n"), 0o600))
	out := runSelf(t, dir, "^TestRecordingsFail$")
	for _, want := range []string{"PASS: TestRecordingsFail/bodies.ndjson/1", "FAIL: TestRecordingsFail/bodies.ndjson/2", "SKIP: TestRecordingsFail/bodies.ndjson/3", "schema-enum at /status"} {
		assert.Contains(t, out, want)
	}
	out = runSelf(t, dir, "^TestRecordingsFail$/bodies.ndjson/^1$")
	assert.Contains(t, out, "PASS: TestRecordingsFail/bodies.ndjson/1")
	assert.NotContains(t, out, "schema-enum at")
}

// runSelf runs tests of this program in another process and another folder.
func runSelf(t *testing.T, dir, pattern string) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, "-test.v", "-test.run", pattern)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "PLUMB_TEST_RECORDINGS=1")
	out, _ := cmd.CombinedOutput()
	return string(out)
}

// TestResponsesWithoutABody checks that a described response without a body
// counts as checked, and that a path that is not described is a finding on a
// server that is named.
func TestResponsesWithoutABody(t *testing.T) {
	jobs := filepath.Join(t.TempDir(), "jobs.yaml")
	require.NoError(t, os.WriteFile(jobs, []byte(`openapi: 3.1.0
info: {title: Jobs, version: "1"}
servers: [{url: https://jobs.example/v1}]
paths:
  /jobs/{id}:
    delete: {operationId: stop, responses: {'204': {description: stopped}}}
    head: {operationId: look, responses: {'200': {description: there, content: {application/json: {schema: {type: object}}}}}}
`), 0o600))
	serve := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusNoContent)
		}
	})
	for _, method := range []string{http.MethodDelete, http.MethodHead} {
		for _, path := range []string{"/jobs/1", "/v1/jobs/1", "/v1/others/1"} {
			t.Run(method+" "+path, func(t *testing.T) {
				w := watch(t, func(tb testing.TB) {
					srv := httptest.NewServer(serve)
					defer srv.Close()
					options := []Option{WithSpec(jobs), WithServer(srv.URL), WithServer(srv.URL + "/v1"), WithFailOn(Warning)}
					req, err := http.NewRequest(method, srv.URL+path, nil)
					require.NoError(tb, err)
					resp, err := Client(tb, options...).Do(req)
					require.NoError(tb, err)
					require.NoError(tb, resp.Body.Close())
				})
				handled := watch(t, func(tb testing.TB) {
					Handler(tb, serve, WithSpec(jobs), WithFailOn(Warning)).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, path, nil))
				})
				for _, w := range []*watched{w, handled} {
					errors := strings.Join(w.errors, "\n")
					if !strings.Contains(path, "others") {
						assert.Empty(t, errors)
					} else if method == http.MethodDelete {
						assert.Contains(t, errors, "plumb: http-path: the path is not described")
						assert.Contains(t, errors, "/others/*")
					} else {
						assert.Contains(t, errors, "nothing was checked: a path that the description does not have")
					}
				}
			})
		}
	}
}
