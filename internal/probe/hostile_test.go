package probe

import (
	"context"
	"errors"
	"fmt"
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

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/hostiletest"
)

// TestHostileServers checks that a server that does not behave causes a clear
// error, in bounded time and memory. Of one that never ends, it checks only
// that the request times out: how far the response gets until then depends on
// the speed of the machine.
func TestHostileServers(t *testing.T) {
	const tooLate = "there was no complete response within 400ms; --timeout raises it"
	for name, tc := range map[string]struct {
		serve http.HandlerFunc
		want  string
	}{
		"hangs":                       {hostiletest.Hang, tooLate},
		"hangs in the body":           {hostiletest.HangInBody, tooLate},
		"resets":                      {hostiletest.Reset, "connection reset by peer"},
		"resets in the body":          {hostiletest.ResetInBody, "the response broke off: read tcp"},
		"closes":                      {hostiletest.Close, "EOF"},
		"sends 10 GB":                 {hostiletest.Flood, "a body over the limit; --max-body raises it"},
		"sends a byte now and then":   {hostiletest.Drip, tooLate},
		"promises more than it sends": {hostiletest.SendLess, "the response broke off: unexpected EOF"},
		"has an endless head":         {hostiletest.FloodHead, "server response headers exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(tc.serve)
			defer srv.Close()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			out := probeServer(t, srv.URL, nil, func(p *Prober) {
				p.Inputs, p.Timeout, p.Limits.Body = nil, time.Minute, 1<<20
				if tc.want == tooLate {
					p.Timeout = 400 * time.Millisecond
				}
			})
			runtime.ReadMemStats(&after)
			require.Contains(t, out.errors, "list")
			assert.Contains(t, out.errors["list"].Error(), tc.want)
			assert.Contains(t, out.errors["list"].Error(), "GET "+srv.URL+"/batches")
			assert.NotContains(t, strings.TrimSuffix(out.errors["list"].Error(), "."), "\n", "one sentence")
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(256<<20))
		})
	}
}

// TestMoreThanPromised checks that only as much of a body is checked as the
// server promised.
func TestMoreThanPromised(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(hostiletest.SendMore))
	defer srv.Close()
	out := probeServer(t, srv.URL, nil, func(p *Prober) { p.Inputs = nil })
	assert.NotContains(t, out.errors, "list")
	assert.True(t, out.rules["schema-required"], "the empty object is not a list")
	assert.False(t, out.rules["json-trailing-data"])
}

func TestNoCredentialGoesToAnotherHost(t *testing.T) {
	var reached atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		srv := httptest.NewServer(hostiletest.RedirectTo(other.URL, status))
		out := probeServer(t, srv.URL, nil, nil)
		srv.Close()
		assert.True(t, out.rules["http-status"], "the redirect is a finding")
		assert.ErrorIs(t, out.errors["list"], ErrUnmet)
		assert.Contains(t, unmet(out)["the response is not what the step list of the scenario list expects"].Found,
			fmt.Sprintf("status %d, a redirect to %s/batches, which is not followed", status, other.URL))
	}
	assert.False(t, reached.Load())
}

// unmet returns the findings of scenario-unmet, by their message.
func unmet(out outcome) map[string]plumb.Finding {
	found := map[string]plumb.Finding{}
	for _, f := range out.found {
		if f.Rule == "scenario-unmet" {
			found[f.Message] = f
		}
	}
	return found
}

func TestThereIsNoSuchAPI(t *testing.T) {
	t.Run("a closed port", func(t *testing.T) {
		srv := httptest.NewServer(nil)
		srv.Close()
		err := probeServer(t, srv.URL, nil, nil).errors["list"]
		assert.ErrorIs(t, err, ErrUnreachable)
		assert.ErrorContains(t, err, "nothing is listening at 127.0.0.1:")
	})
	for _, status := range []int{404, 405, 501} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", status) }))
			defer srv.Close()
			err := probeServer(t, srv.URL+"/wrong", nil, nil).errors["list"]
			assert.ErrorIs(t, err, ErrUnreachable)
			assert.ErrorContains(t, err, fmt.Sprintf("GET %s/wrong/batches?limit=20 answers %d, so the server does not have this endpoint", srv.URL, status))
		})
	}
}

func TestTooManyRequests(t *testing.T) {
	requests := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if requests++; requests%3 != 0 {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = io.WriteString(w, `{"object":"list","data":[],"has_more":false}`)
	}))
	defer srv.Close()
	var waits []time.Duration
	out := probeServer(t, srv.URL, func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil }, func(p *Prober) {
		p.Inputs = nil
	})
	assert.NotContains(t, out.errors, "list")
	assert.Equal(t, []time.Duration{7 * time.Second, 7 * time.Second}, waits[:2])
}

func TestRetryAfter(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"3": 3 * time.Second, "0": 0, "99999999999": 2 * time.Minute, "9999": 2 * time.Minute, "-1": 4 * time.Second, "": 4 * time.Second, "soon": 4 * time.Second,
		"Mon, 02 Jan 2006 15:04:05 GMT": 0, "Fri, 02 Jan 2099 15:04:05 GMT": 2 * time.Minute,
	} {
		assert.Equal(t, want, retryAfter(text, 2), text)
	}
}

func TestLimitOfRequests(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"batch_1","status":"in_progress"}`)
	}))
	defer srv.Close()
	out := probeServer(t, srv.URL, func(context.Context, time.Duration) error { return nil }, func(p *Prober) {
		p.Inputs, p.MaxRequests = map[string]any{"batch_id": "batch_1"}, 20
	})
	assert.ErrorContains(t, out.errors["cancel-batch"], "the limit of 20 requests is reached; --max-requests raises it")
	assert.Len(t, out.seen, 20)
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel()
		hostiletest.Hang(w, r)
	}))
	defer srv.Close()
	doc, err := Builtin()
	require.NoError(t, err)
	p := &Prober{Base: must(t, srv.URL), Timeout: time.Minute, MaxRequests: 10}
	err = p.Run(ctx, &doc.Scenarios[0])
	assert.True(t, errors.Is(err, context.Canceled), "%v", err)
}
