package contracttest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/hostiletest"
)

// receive returns what a client gets: the body as far as it comes, and the
// error that ends it.
func receive(client *http.Client, url string) (string, error) {
	resp, err := client.Get(url + "/v1/batches/batch_1")
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

// Of a server that does not behave, a test sees what it would see without the
// check, as soon; and it learns that nothing was checked.
func TestHostileServers(t *testing.T) {
	const tooLate = "deadline exceeded"
	for name, tc := range map[string]struct {
		serve http.HandlerFunc
		err   string
		why   string
	}{
		"hangs":                       {hostiletest.Hang, tooLate, "no exchange was seen"},
		"hangs in the body":           {hostiletest.HangInBody, tooLate, "a response that broke off"},
		"resets":                      {hostiletest.Reset, "connection reset by peer", "no exchange was seen"},
		"resets in the body":          {hostiletest.ResetInBody, "connection reset by peer", "a response that broke off"},
		"closes":                      {hostiletest.Close, "EOF", "no exchange was seen"},
		"sends a byte now and then":   {hostiletest.Drip, tooLate, "a response that broke off"},
		"promises more than it sends": {hostiletest.SendLess, "unexpected EOF", "a response that broke off"},
		"has an endless head":         {hostiletest.FloodHead, "server response headers exceeded", "no exchange was seen"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(tc.serve)
			defer srv.Close()
			transport := http.DefaultTransport.(*http.Transport).Clone()
			transport.MaxResponseHeaderBytes = 1 << 20
			plain := &http.Client{Transport: transport}
			if tc.err == tooLate {
				plain.Timeout = 500 * time.Millisecond
			}
			want, wantErr := receive(plain, srv.URL)
			require.Error(t, wantErr)
			w := watch(t, func(tb testing.TB) {
				checked := *plain
				checked.Transport = Transport(tb, transport)
				got, err := receive(&checked, srv.URL)
				if tc.err == tooLate {
					assert.ErrorIs(t, err, context.DeadlineExceeded)
				} else {
					assert.ErrorContains(t, err, tc.err)
				}
				if name == "sends a byte now and then" {
					got, want = strings.TrimSpace(got), strings.TrimSpace(want)
				}
				assert.Equal(t, want, got)
			})
			require.Len(t, w.errors, 1)
			assert.Contains(t, w.errors[0], "nothing was checked: "+tc.why)
		})
	}
}

// Of a server that sends more than it promises, that is checked which it
// promised.
func TestMoreThanPromised(t *testing.T) {
	w := watch(t, func(tb testing.TB) {
		srv := httptest.NewServer(http.HandlerFunc(hostiletest.SendMore))
		defer srv.Close()
		got, err := receive(Client(tb, WithServer(srv.URL+"/v1")), srv.URL)
		assert.NoError(t, err)
		assert.Equal(t, "{}", got)
	})
	require.NotEmpty(t, w.errors)
	assert.Contains(t, strings.Join(w.errors, "\n"), "plumb: schema-required")
	assert.NotContains(t, strings.Join(w.errors, "\n"), "json-trailing-data")
}

// A flood passes to its end, or until nobody reads it any more, through little
// memory.
func TestFloods(t *testing.T) {
	const read = 128 << 20
	for name, checked := range map[string]func(testing.TB) (client *http.Client, h http.HandlerFunc){
		"read ahead": func(tb testing.TB) (*http.Client, http.HandlerFunc) { return Client(tb), hostiletest.Flood },
		"followed": func(tb testing.TB) (*http.Client, http.HandlerFunc) {
			return Client(tb), func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/plain")
				hostiletest.Flood(w, r)
			}
		},
		"of a handler": func(tb testing.TB) (*http.Client, http.HandlerFunc) {
			return http.DefaultClient, Handler(tb, http.HandlerFunc(hostiletest.Flood)).ServeHTTP
		},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			w := watch(t, func(tb testing.TB) {
				client, h := checked(tb)
				srv := httptest.NewServer(h)
				defer srv.Close() // waits until the handler has ended
				resp, err := client.Get(srv.URL + "/v1/batches/batch_1")
				require.NoError(t, err)
				n, err := io.CopyN(io.Discard, resp.Body, read)
				assert.NoError(t, err)
				assert.EqualValues(t, read, n)
				resp.Body.Close()
			})
			runtime.ReadMemStats(&after)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(read))
			require.Len(t, w.errors, 1)
			assert.Regexp(t, "nothing was checked: (a body over the limit|a response that broke off)", w.errors[0])
		})
	}
}

// No credential goes to another host, whatever its header is called.
func TestNoCredentialGoesToAnotherHost(t *testing.T) {
	const secret = "sk-very-secret-1234567890"
	var mu sync.Mutex
	var got []*http.Request
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, validating)
	}))
	defer other.Close()
	send := func(t *testing.T, client *http.Client, headers ...string) *http.Response {
		srv := httptest.NewServer(hostiletest.RedirectTo(other.URL, http.StatusTemporaryRedirect))
		defer srv.Close()
		req, err := http.NewRequest(http.MethodGet, srv.URL+"/v1/batches/batch_1?api-key="+secret, nil)
		require.NoError(t, err)
		req.Header.Set("X-Kind", "harmless")
		for _, name := range headers {
			req.Header[name] = []string{"Bearer " + secret}
		}
		resp, err := client.Do(req)
		require.NoError(t, err)
		resp.Body.Close()
		return resp
	}

	w := watch(t, func(tb testing.TB) {
		send(t, Client(tb, WithFailOn(Warning)), "Authorization", "Cookie", "Api-Key", "x-goog-api-key")
	})
	require.Len(t, w.errors, 1)
	assert.Contains(t, w.errors[0], "http-status", "the redirect is a finding")
	require.Len(t, got, 1, "the redirect is followed")
	assert.Equal(t, "harmless", got[0].Header.Get("X-Kind"))
	var text bytes.Buffer
	require.NoError(t, got[0].Write(&text))
	assert.NotContains(t, text.String(), secret)

	// The transport alone follows nothing.
	watch(t, func(tb testing.TB) {
		resp, err := Transport(tb, nil).RoundTrip(httptest.NewRequest(http.MethodGet, answering(t, "text/html", "")+"/v1/batches", nil))
		require.NoError(t, err)
		resp.Body.Close()
		client := &http.Client{Transport: Transport(tb, nil), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		assert.Equal(t, http.StatusTemporaryRedirect, send(t, client, "Authorization").StatusCode)
	})
	assert.Len(t, got, 1)
}

// Redirects within a host keep their credentials, and have an end.
func TestRedirectsWithinAHost(t *testing.T) {
	var paths []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "key-123456", r.Header.Get("Api-Key"))
		if paths = append(paths, r.URL.Path); len(paths) > 20 {
			return
		}
		http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
	}))
	defer srv.Close()
	watch(t, func(tb testing.TB) {
		req, err := http.NewRequest(http.MethodGet, srv.URL+"/", nil)
		require.NoError(t, err)
		req.Header.Set("Api-Key", "key-123456")
		_, err = Client(tb).Do(req)
		assert.ErrorContains(t, err, "stopped after 10 redirects")
	})
	assert.Len(t, paths, 10)
}

// A handler whose answer the client does not get whole has no finding, and is
// not taken for checked. What it wrote past the length that it promised was
// never sent.
func TestHandlersThatDoNotBehave(t *testing.T) {
	promise := func(length, text string, write func(io.Writer, string) (int, error)) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", length)
			_, _ = write(w, text[:2])
			_, _ = write(w, text[2:])
		}
	}
	write := func(w io.Writer, s string) (int, error) { return w.Write([]byte(s)) }
	copied := func(w io.Writer, s string) (int, error) {
		n, err := io.Copy(w, struct{ io.Reader }{strings.NewReader(s)})
		return int(n), err
	}
	const brokenOff = "nothing was checked: a response that broke off"
	for name, tc := range map[string]struct {
		serve http.HandlerFunc
		want  string
	}{
		"hangs":             {hostiletest.Hang, "nothing was checked: no exchange was seen"},
		"hangs in the body": {hostiletest.HangInBody, brokenOff},
		"drips":             {hostiletest.Drip, brokenOff},
		"breaks off":        {hostiletest.Close, "nothing was checked: no exchange was seen"},
		"breaks off in the body": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "{")
			panic(http.ErrAbortHandler)
		}, brokenOff},
		"promises more than it sends":            {hostiletest.SendLess, brokenOff},
		"promises less than it writes":           {promise("2", "{} and more", write), "schema-required"},
		"promises less than it writes as string": {promise("2", "{} and more", io.WriteString), "schema-required"},
		"promises less than it copies":           {promise("2", "{} and more", copied), "schema-required"},
		"keeps its promise, and hangs": {func(w http.ResponseWriter, r *http.Request) {
			promise("2", "{}", write)(w, r)
			_ = http.NewResponseController(w).Flush()
			hostiletest.Hang(w, r)
		}, "schema-required"},
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t, func(tb testing.TB) {
				srv := httptest.NewServer(Handler(tb, tc.serve))
				defer srv.Close() // waits until the handler has ended
				client := &http.Client{Timeout: 100 * time.Millisecond, Transport: &http.Transport{DisableKeepAlives: true}}
				_, _ = receive(client, srv.URL)
			})
			all := strings.Join(w.errors, "\n")
			assert.Contains(t, all, tc.want)
			assert.NotRegexp(t, regexp.MustCompile("plumb: (json-|http-)"), all)
		})
	}
}
