// Package hostiletest has servers that do not behave, and bodies that are
// costly to check. They are for the tests of everything that talks to servers
// or reads bodies.
package hostiletest

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// chunk is a part of an endless response.
var chunk = strings.Repeat(" ", 64<<10)

// Hang never responds.
func Hang(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// HangInBody begins a JSON body, and never continues it.
func HangInBody(w http.ResponseWriter, r *http.Request) {
	begin(w, "{")
	<-r.Context().Done()
}

// Reset resets the connection.
func Reset(w http.ResponseWriter, _ *http.Request) {
	takeOver(w, func(conn net.Conn, _ *bufio.Writer) {
		_ = conn.(*net.TCPConn).SetLinger(0)
	})
}

// ResetInBody begins a JSON body, and resets the connection.
func ResetInBody(w http.ResponseWriter, _ *http.Request) {
	takeOver(w, func(conn net.Conn, out *bufio.Writer) {
		_, _ = out.WriteString("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
		_ = out.Flush()
		// On some systems, not on Linux, a reset discards what was not read yet.
		time.Sleep(10 * time.Millisecond)
		_ = conn.(*net.TCPConn).SetLinger(0)
	})
}

// Close closes the connection without a response.
func Close(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// Flood sends 10 GB, as long as the client reads: JSON, unless the media type
// is set already.
func Flood(w http.ResponseWriter, _ *http.Request) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	for range 10 << 30 / len(chunk) {
		if _, err := io.WriteString(w, chunk); err != nil {
			return
		}
	}
}

// FloodHead sends an endless head.
func FloodHead(w http.ResponseWriter, _ *http.Request) {
	takeOver(w, func(_ net.Conn, out *bufio.Writer) {
		_, err := out.WriteString("HTTP/1.1 200 OK\r\nA: ")
		for err == nil {
			_, err = out.WriteString(chunk)
		}
	})
}

// Drip sends a byte of a JSON body now and then, and never ends.
func Drip(w http.ResponseWriter, r *http.Request) {
	begin(w, "{")
	for r.Context().Err() == nil {
		begin(w, " ")
		time.Sleep(10 * time.Millisecond)
	}
}

// SendLess promises more than it sends.
func SendLess(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	begin(w, "{}")
}

// SendMore sends more than it promises: it promises the length of the empty
// object.
func SendMore(w http.ResponseWriter, _ *http.Request) {
	takeOver(w, func(_ net.Conn, out *bufio.Writer) {
		_, _ = out.WriteString("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{} and more")
		_ = out.Flush()
	})
}

// RedirectTo redirects each request to the server at url.
func RedirectTo(url string, status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, url+r.URL.Path, status) }
}

// begin sends a part of a JSON body, and flushes it.
func begin(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, text)
	_ = http.NewResponseController(w).Flush()
}

// takeOver hijacks the connection, calls do with it, and closes it.
func takeOver(w http.ResponseWriter, do func(net.Conn, *bufio.Writer)) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	do(conn, buffered.Writer)
}
