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
	return receiveContext(context.Background(), client, url, func() {})
}

// receiveContext does the same with a context, and calls read whenever the
// client has read a part of the body.
func receiveContext(ctx context.Context, client *http.Client, url string, read func()) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/v1/batches/batch_1", nil)
	if err != nil {
		return 0, "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(readFunc(func(p []byte) (int, error) {
		n, err := resp.Body.Read(p)
		if n > 0 {
			read()
		}
		return n, err
	}))
	return resp.StatusCode, string(body), err
}

type readFunc func(p []byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// TestHostileTargets checks that the client of a target that does not behave
// sees what it would see without the proxy, and that the proxy says so if there
// is no response at all. A target that never ends is left by its client: once
// the target has the request, if there is no response, or else once a part of
// the body has been read. The proxy must then leave the target, too.
func TestHostileTargets(t *testing.T) {
	const left = "context canceled"
	for name, tc := range map[string]struct {
		serve   http.HandlerFunc
		status  int
		body    string
		err     string
		failed  string
		missing string
	}{
		"hangs":                       {serve: hostiletest.Hang, err: left},
		"hangs in the body":           {serve: hostiletest.HangInBody, status: 200, body: "{", err: left, missing: "a response that broke off"},
		"resets":                      {serve: hostiletest.Reset, status: 502, failed: "the target did not answer: read tcp "},
		"resets in the body":          {serve: hostiletest.ResetInBody, status: 200, body: "{", err: "unexpected EOF", failed: "the response broke off: read tcp ", missing: "a response that broke off"},
		"closes":                      {serve: hostiletest.Close, status: 502, failed: "the target did not answer: EOF"},
		"sends a byte now and then":   {serve: hostiletest.Drip, status: 200, body: "{", err: left, missing: "a response that broke off"},
		"promises more than it sends": {serve: hostiletest.SendLess, status: 200, body: "{}", err: "unexpected EOF", missing: "a response that broke off", failed: "the response broke off: unexpected EOF"},
		"sends more than it promises": {serve: hostiletest.SendMore, status: 200, body: "{}"},
		"has an endless head":         {serve: hostiletest.FloodHead, status: 502, failed: "the target did not answer: net/http: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			ended := make(chan bool)
			r := run(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(ended)
				if tc.err == left && tc.status == 0 {
					leave()
				}
				tc.serve(w, r)
			}))
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			status, body, err := receiveContext(ctx, client, r.url, func() {
				if tc.err == left {
					leave()
				}
			})
			assert.Equal(t, tc.status, status)
			if tc.status != http.StatusBadGateway {
				assert.Equal(t, tc.body, strings.TrimSpace(body))
			}
			if tc.err == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, tc.err)
			}
			select {
			case <-ended:
			case <-time.After(patience):
				t.Fatal("the target is still responding")
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

// TestFlood checks that an endless body passes as it comes, with little memory,
// and ends when the client leaves.
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

// TestNoCredentialGoesToAnotherHost checks that the proxy does not follow
// redirects, so that no credential is sent where the client did not send it.
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
