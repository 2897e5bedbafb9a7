package contracttest

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/felixge/httpsnoop"

	"github.com/plumbapi/plumb/internal/live"
)

// Handler returns a handler that checks what h answers, when it has answered.
// Clients get the same answers as without it: streams stream, and connections
// can be taken over.
func Handler(t testing.TB, h http.Handler, opts ...Option) http.Handler {
	t.Helper()
	c := start(t, opts)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.t.Helper()
		asked := r.Clone(r.Context()) // handlers such as http.StripPrefix change the request
		answer := &answer{header: w.Header, limit: c.limits.Body}
		h.ServeHTTP(answer.wrap(w), r)
		if !answer.hijacked {
			c.answered(asked, answer)
		}
	})
}

// answered checks an answer that was given.
func (c *checker) answered(r *http.Request, a *answer) {
	c.t.Helper()
	a.begin(http.StatusOK)
	if a.sent != nil && a.head.Get("Content-Type") == "" && a.head.Get("Content-Encoding") == "" {
		a.head.Set("Content-Type", http.DetectContentType(a.sent)) // as the server does
	}
	x := live.New(r, a.status, a.head)
	live.SetBody(x, a.sent, c.limits)
	c.check(x)
}

// answer is what a handler answers, as far as it is kept.
type answer struct {
	header   func() http.Header
	limit    int64
	status   int         // 0 until the head is written
	head     http.Header // as it was when the head was written
	sent     []byte
	hijacked bool
}

// wrap returns a writer that can do what w can, and keeps the answer.
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
				a.write(p)
				return next(p)
			}
		},
		ReadFrom: func(next httpsnoop.ReadFromFunc) httpsnoop.ReadFromFunc {
			return func(src io.Reader) (int64, error) { return next(io.TeeReader(src, keeper{a})) }
		},
		WriteString: func(next httpsnoop.WriteStringFunc) httpsnoop.WriteStringFunc {
			return func(s string) (int, error) {
				a.write([]byte(s))
				return next(s)
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

// begin takes down the head. Informational ones come before it.
func (a *answer) begin(status int) {
	if a.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		a.status, a.head = status, a.header().Clone()
		if a.head == nil {
			a.head = http.Header{}
		}
	}
}

// keeper writes to an answer what is copied past it.
type keeper struct{ *answer }

func (k keeper) Write(p []byte) (int, error) {
	k.write(p)
	return len(p), nil
}

func (a *answer) write(p []byte) {
	a.begin(http.StatusOK)
	if !live.IsStream(a.head) {
		room := a.limit + 1 - int64(len(a.sent))
		a.sent = append(a.sent, p[:min(int64(len(p)), room)]...)
	}
}
