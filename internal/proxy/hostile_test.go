package proxy

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/hostiletest"
)

// receive returns what a client gets: the status, the body as far as it comes,
// and the error that ends it.
func receive(client *http.Client, url string) (int, string, error) {
	resp, err := client.Get(url + "/v1/batches/batch_1")
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

// A client sees of a target that does not behave what it would see without the
// proxy; where there is no answer at all, the proxy says so. It ends when the
// client is gone.
func TestHostileTargets(t *testing.T) {
	const tooLate = "deadline exceeded"
	for name, tc := range map[string]struct {
		serve   http.HandlerFunc
		status  int
		body    string
		err     string
		failed  string
		missing string
	}{
		"hangs":                       {serve: hostiletest.Hang, err: tooLate},
		"hangs in the body":           {serve: hostiletest.HangInBody, status: 200, body: "{", err: tooLate, missing: "a response that broke off"},
		"resets":                      {serve: hostiletest.Reset, status: 502, failed: "the target did not answer: read tcp "},
		"resets in the body":          {serve: hostiletest.ResetInBody, status: 200, body: "{", err: "unexpected EOF", failed: "the answer broke off: read tcp ", missing: "a response that broke off"},
		"closes":                      {serve: hostiletest.Close, status: 502, failed: "the target did not answer: EOF"},
		"sends a byte now and then":   {serve: hostiletest.Drip, status: 200, body: "{", err: tooLate, missing: "a response that broke off"},
		"promises more than it sends": {serve: hostiletest.SendLess, status: 200, body: "{}", err: "unexpected EOF", missing: "a response that broke off", failed: "the answer broke off: unexpected EOF"},
		"sends more than it promises": {serve: hostiletest.SendMore, status: 200, body: "{}"},
		"has an endless head":         {serve: hostiletest.FloodHead, status: 502, failed: "the target did not answer: net/http: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ended := make(chan bool)
			r := run(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(ended)
				tc.serve(w, r)
			}))
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			if tc.err == tooLate {
				client.Timeout = 500 * time.Millisecond
			}
			status, body, err := receive(client, r.url)
			assert.Equal(t, tc.status, status)
			if tc.status != http.StatusBadGateway {
				assert.Equal(t, tc.body, strings.TrimSpace(body))
			}
			switch tc.err {
			case "":
				assert.NoError(t, err)
			case tooLate:
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			default:
				assert.ErrorContains(t, err, tc.err)
			}
			select {
			case <-ended:
			case <-time.After(10 * time.Second):
				t.Fatal("the target still answers")
			}
			r.finish()
			if tc.failed == "" {
				assert.Empty(t, r.failed)
			} else if assert.Len(t, r.failed, 1) {
				assert.ErrorContains(t, r.failed[0], "GET /v1/batches/batch_1: "+tc.failed)
			}
			if tc.status == 0 || tc.status == http.StatusBadGateway {
				assert.Empty(t, r.entries)
			} else if assert.Len(t, r.entries, 1) {
				assert.Equal(t, tc.missing, r.entries[0].Exchange.Response.Body.Missing)
			}
		})
	}
}

// A flood passes as it comes, through little memory, and ends with the client.
func TestFlood(t *testing.T) {
	const read = 128 << 20
	ended := make(chan bool)
	r := run(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		hostiletest.Flood(w, r)
	}))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	resp, err := http.Get(r.url + "/v1/batches/batch_1")
	require.NoError(t, err)
	n, err := io.CopyN(io.Discard, resp.Body, read)
	assert.NoError(t, err)
	assert.EqualValues(t, read, n)
	resp.Body.Close()
	<-ended
	r.finish()
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(read))
	require.Len(t, r.entries, 1)
	assert.Equal(t, "a body over the limit", r.entries[0].Exchange.Response.Body.Missing)
}

// The proxy follows no redirect: no credential goes where the client did not
// send it.
func TestNoCredentialGoesToAnotherHost(t *testing.T) {
	var reached atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer other.Close()
	r := run(t, hostiletest.RedirectTo(other.URL, http.StatusTemporaryRedirect))
	req, err := http.NewRequest(http.MethodGet, r.url+"/v1/batches", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer sk-very-secret-1234567890")
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, other.URL+"/v1/batches", resp.Header.Get("Location"))
	assert.False(t, reached.Load())
}
