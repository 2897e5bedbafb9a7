package contracttest

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/felixge/httpsnoop"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/live"
)

// Handler returns a handler that checks each response of h once it is complete.
// Clients get the same responses as without it: streams are streamed, and
// connections can be hijacked.
func Handler(t testing.TB, h http.Handler, opts ...Option) http.Handler {
	t.Helper()
	c := start(t, append(slices.Clip(opts), func(c *config) { c.options = append(c.options, engine.WithTarget("/")) }))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.t.Helper()
		line := testLine()
		request := r.Clone(r.Context()) // handlers such as http.StripPrefix change the request
		answer := &answer{header: w.Header, limit: c.limits.Body}
		ended := false
		defer func() { // also if h panics, which breaks the response off
			ended = ended && request.Context().Err() == nil // otherwise the client is gone
			if !answer.hijacked && (ended || answer.status != 0) {
				c.answered(request, answer, ended, line)
			}
		}()
		h.ServeHTTP(answer.wrap(w), r)
		ended = true
	})
}

// answered checks a response. ended reports whether the handler returned while
// the client was still there.
func (c *checker) answered(r *http.Request, a *answer, ended bool, line string) {
	c.t.Helper()
	a.begin(http.StatusOK)
	if a.sent != nil && a.head.Get("Content-Type") == "" && a.head.Get("Content-Encoding") == "" {
		a.head.Set("Content-Type", http.DetectContentType(a.sent)) // as the server does
	}
	x := live.New(r, a.status, a.head)
	if promised, ok := a.promised(r.Method); ok && a.size == promised || !ok && ended {
		live.SetBody(x, a.sent, c.limits)
	} else {
		x.Response.Body.Missing = live.BrokenOff
	}
	c.check(x, line)
}

// answer is the response of a handler, as far as it is kept.
type answer struct {
	header   func() http.Header
	limit    int64
	status   int         // 0 until the head is written
	head     http.Header // a copy from when the head was written
	sent     []byte      // the beginning of the body, at most one byte more than the limit
	size     int64       // bytes of the body that were sent
	hijacked bool
}

// promised returns the length of the body that the head states, if it does. If
// the body has another length, the client does not get all of it.
func (a *answer) promised(method string) (size int64, ok bool) {
	size, err := strconv.ParseInt(a.head.Get("Content-Length"), 10, 64)
	return size, err == nil && method != http.MethodHead && a.status != http.StatusNotModified
}

// wrap returns a writer with the same optional interfaces as w, which keeps the
// response.
func (a *answer) wrap(w http.ResponseWriter) http.ResponseWriter {
	return httpsnoop.Wrap(w, httpsnoop.Hooks{
		WriteHeader: func(next httpsnoop.WriteHeaderFunc) httpsnoop.WriteHeaderFunc {
			return func(status int) {
				a.begin(status)
				next(status)
			}
		},
		Write: func(next httpsnoop.WriteFunc) httpsnoop.WriteFunc {
			return func(p []byte) (int, error) {
				a.begin(http.StatusOK)
				n, err := next(p)
				a.keep(p[:n])
				return n, err
			}
		},
		ReadFrom: func(next httpsnoop.ReadFromFunc) httpsnoop.ReadFromFunc {
			return func(src io.Reader) (int64, error) {
				a.begin(http.StatusOK)
				before := a.size
				n, err := next(io.TeeReader(src, keeper{a}))
				a.size = before + n // next may have read more than it sent
				a.sent = a.sent[:min(int64(len(a.sent)), a.size)]
				return n, err
			}
		},
		WriteString: func(next httpsnoop.WriteStringFunc) httpsnoop.WriteStringFunc {
			return func(s string) (int, error) {
				a.begin(http.StatusOK)
				n, err := next(s)
				a.keep([]byte(s[:n]))
				return n, err
			}
		},
		Flush: func(next httpsnoop.FlushFunc) httpsnoop.FlushFunc {
			return func() {
				a.begin(http.StatusOK)
				next()
			}
		},
		FlushError: func(next httpsnoop.FlushErrorFunc) httpsnoop.FlushErrorFunc {
			return func() error {
				a.begin(http.StatusOK)
				return next()
			}
		},
		Hijack: func(next httpsnoop.HijackFunc) httpsnoop.HijackFunc {
			return func() (net.Conn, *bufio.ReadWriter, error) {
				a.hijacked = true
				return next()
			}
		},
	})
}

// begin records the head, unless it is informational, in which case another one
// follows.
func (a *answer) begin(status int) {
	if a.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		a.status, a.head = status, a.header().Clone()
		if a.head == nil {
			a.head = http.Header{}
		}
	}
}

// keeper keeps what ReadFrom copies.
type keeper struct{ *answer }

func (k keeper) Write(p []byte) (int, error) {
	k.keep(p)
	return len(p), nil
}

// keep records a part of the body that was sent.
func (a *answer) keep(p []byte) {
	a.size += int64(len(p))
	if !live.IsStream(a.head) {
		room := a.limit + 1 - int64(len(a.sent))
		a.sent = append(a.sent, p[:min(int64(len(p)), room)]...)
	}
}
