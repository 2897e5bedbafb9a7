package contracttest

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/hostiletest"
	"github.com/plumbapi/plumb/internal/recording"
)

// receive returns what a client gets: as much of the body as arrives, and the
// error that ends it.
func receive(client *http.Client, url string) (string, error) {
	req, err := http.NewRequest(http.MethodGet, url+"/v1/batches/batch_1", nil)
	if err != nil {
		return "", err
	}
	return receiveResponse(client, req)
}

func receiveResponse(client *http.Client, req *http.Request) (string, error) {
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}

// patience is when the client of a server that never ends leaves. It depends on
// what has happened and not on the time, since nobody knows how fast the
// machine is.
type patience int

const (
	untilTheEnd   patience = iota
	untilTheStart          // of the handler
	untilAByte             // of the body has come
)

// receiveFor receives the response of a handler, and leaves as p says. The
// client is made from the transport that connects it to the server.
func receiveFor(t testing.TB, p patience, h http.Handler, client func(http.RoundTripper) *http.Client) (string, error) {
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p == untilTheStart {
			leave()
		}
		h.ServeHTTP(w, r)
	}))
	defer srv.Close() // waits until the handler has ended
	network := &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: 1 << 20}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/v1/batches/batch_1", nil)
	require.NoError(t, err)
	return receiveResponse(client(roundTripper(func(req *http.Request) (*http.Response, error) {
		resp, err := network.RoundTrip(req)
		if err == nil && p == untilAByte {
			resp.Body = &leaving{ReadCloser: resp.Body, leave: leave}
		}
		return resp, err
	})), req)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// leaving is a body whose client leaves once it has read a byte. What arrives
// before the connection is closed is dropped, since how much that is depends on
// the speed of the machine.
type leaving struct {
	io.ReadCloser
	leave func()
	left  bool
}

func (l *leaving) Read(p []byte) (int, error) {
	if l.left {
		_, err := io.Copy(io.Discard, l.ReadCloser)
		return 0, cmp.Or(err, io.EOF)
	}
	n, err := l.ReadCloser.Read(p[:min(1, len(p))])
	if n > 0 {
		l.left = true
		l.leave()
	}
	return n, err
}

// TestHostileServers checks that a test sees of a server that does not behave
// what it would see without the checks, and as soon; and that it learns that
// nothing was checked.
func TestHostileServers(t *testing.T) {
	const left = "context canceled"
	for name, tc := range map[string]struct {
		serve    http.HandlerFunc
		patience patience
		err      string
		why      string
	}{
		"hangs":                       {hostiletest.Hang, untilTheStart, left, "no exchange was seen"},
		"hangs in the body":           {hostiletest.HangInBody, untilAByte, left, "a response that broke off"},
		"resets":                      {hostiletest.Reset, untilTheEnd, "connection reset by peer", "no exchange was seen"},
		"resets in the body":          {hostiletest.ResetInBody, untilTheEnd, "connection reset by peer", "a response that broke off"},
		"closes":                      {hostiletest.Close, untilTheEnd, "EOF", "no exchange was seen"},
		"sends a byte now and then":   {hostiletest.Drip, untilAByte, left, "a response that broke off"},
		"promises more than it sends": {hostiletest.SendLess, untilTheEnd, "unexpected EOF", "a response that broke off"},
		"has an endless head":         {hostiletest.FloodHead, untilTheEnd, "server response headers exceeded", "no exchange was seen"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, err := receiveFor(t, tc.patience, tc.serve, func(network http.RoundTripper) *http.Client {
				return &http.Client{Transport: network}
			})
			require.ErrorContains(t, err, tc.err)
			w := watch(t, func(tb testing.TB) {
				got, err := receiveFor(t, tc.patience, tc.serve, func(network http.RoundTripper) *http.Client {
					return &http.Client{Transport: Transport(tb, network)}
				})
				assert.ErrorContains(t, err, tc.err)
				assert.Equal(t, want, got)
			})
			require.Len(t, w.errors, 1)
			assert.Contains(t, w.errors[0], "nothing was checked: "+tc.why)
		})
	}
}

// TestMoreThanPromised checks that only as much of a body is checked as the
// server promised.
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

// TestFloods checks that an endless body passes until the client leaves, with
// little memory.
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

// TestNoCredentialGoesToAnotherHost checks that no credential is sent to
// another host, whatever its header is called.
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

	// The transport by itself does not follow redirects.
	watch(t, func(tb testing.TB) {
		resp, err := Transport(tb, nil).RoundTrip(httptest.NewRequest(http.MethodGet, answering(t, "text/html", "")+"/v1/batches", nil))
		require.NoError(t, err)
		resp.Body.Close()
		client := &http.Client{Transport: Transport(tb, nil), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		assert.Equal(t, http.StatusTemporaryRedirect, send(t, client, "Authorization").StatusCode)
	})
	assert.Len(t, got, 1)
}

// TestRedirectsWithinAHost checks that redirects within a host keep their
// credentials, and that the number of redirects is limited.
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

// TestHandlersThatDoNotBehave checks that a response which the client does not
// get completely has no finding, and does not count as checked. What a handler
// writes beyond the length that it promised is never sent.
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
		serve    http.HandlerFunc
		patience patience
		want     string
	}{
		"hangs":             {hostiletest.Hang, untilTheStart, "nothing was checked: no exchange was seen"},
		"hangs in the body": {hostiletest.HangInBody, untilAByte, brokenOff},
		"drips":             {hostiletest.Drip, untilAByte, brokenOff},
		"breaks off":        {hostiletest.Close, untilTheEnd, "nothing was checked: no exchange was seen"},
		"breaks off in the body": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "{")
			panic(http.ErrAbortHandler)
		}, untilTheEnd, brokenOff},
		"promises more than it sends":            {hostiletest.SendLess, untilTheEnd, brokenOff},
		"promises less than it writes":           {promise("2", "{} and more", write), untilTheEnd, "schema-required"},
		"promises less than it writes as string": {promise("2", "{} and more", io.WriteString), untilTheEnd, "schema-required"},
		"promises less than it copies":           {promise("2", "{} and more", copied), untilTheEnd, "schema-required"},
		"keeps its promise, and hangs": {func(w http.ResponseWriter, r *http.Request) {
			promise("2", "{}", write)(w, r)
			_ = http.NewResponseController(w).Flush()
			hostiletest.Hang(w, r)
		}, untilAByte, "schema-required"},
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t, func(tb testing.TB) {
				_, _ = receiveFor(t, tc.patience, Handler(tb, tc.serve), func(network http.RoundTripper) *http.Client {
					return &http.Client{Transport: network}
				})
			})
			all := strings.Join(w.errors, "\n")
			assert.Contains(t, all, tc.want)
			assert.NotRegexp(t, regexp.MustCompile("plumb: (json-|http-)"), all)
		})
	}
}

// TestHandlersAtTheLimit checks that a body of exactly the limit is checked,
// and that one with a byte more is reported as not checked.
func TestHandlersAtTheLimit(t *testing.T) {
	limit := int(recording.DefaultLimits.Body)
	for _, tc := range []struct {
		size int
		want string
	}{{limit, "schema-enum at /status"}, {limit + 1, "nothing was checked: a body over the limit"}} {
		body := paused + strings.Repeat(" ", tc.size-len(paused))
		w := watch(t, func(tb testing.TB) {
			h := Handler(tb, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, body[:limit/2])
				_, _ = io.WriteString(w, body[limit/2:])
			}))
			got := httptest.NewRecorder()
			h.ServeHTTP(got, httptest.NewRequest(http.MethodGet, "/v1/batches/batch_1", nil))
			assert.Equal(t, len(body), got.Body.Len())
		})
		require.Len(t, w.errors, 1)
		assert.Contains(t, w.errors[0], tc.want)
	}
}
