package proxy

import (
	"fmt"
	"log"
	"maps"
	"net/http"
	"net/http/httputil"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/live"
	"github.com/plumbapi/plumb/internal/recording"
)

// passage is a request on its way to the target, and its answer on its way back.
type passage struct {
	proxy  *Proxy
	client http.ResponseWriter
	asked  *http.Request // as the client sent it
	target string        // that the server is asked for
	begun  time.Time
	spared http.Header // of the answer
}

// rewrite makes the request that is sent. It puts back what ReverseProxy, which
// is made for servers that must not believe it, takes away.
func (x *passage) rewrite(r *httputil.ProxyRequest) {
	r.Out.URL = urlOf(x.proxy.Target, x.target)
	r.Out.Host = "" // that of the URL
	maps.Copy(r.Out.Header, spared(r.In.Header))
	passTrailers(r.In, r.Out)
	if r.In.ContentLength == 0 && r.In.Header.Get("Content-Length") != "" {
		r.Out.Body, r.Out.TransferEncoding = http.NoBody, []string{"identity"} // else net/http leaves the length out
	}
}

// RoundTrip sends the request, and has the answer seen as the target sent it.
func (x *passage) RoundTrip(out *http.Request) (*http.Response, error) {
	resp, err := x.proxy.transport.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 100 { // net/http reads it, and panics where it is to be written
		resp.Body.Close()
		return nil, fmt.Errorf("the status %q is none of HTTP", resp.Status)
	}
	x.spared = spared(resp.Header)
	asked := &http.Request{Method: x.asked.Method, URL: shownURL(x.proxy.Target, x.target), Header: x.asked.Header}
	entry := recording.HAREntry{
		RequestHeader: x.asked.Header,
		Target:        address(x.proxy.Target),
		Started:       x.begun,
		Proto:         resp.Proto,
		Reason:        strings.TrimPrefix(strings.TrimPrefix(resp.Status, fmt.Sprint(resp.StatusCode)), " "),
	}
	live.Follow(asked, resp, x.proxy.Limits, func(seen *plumb.Exchange) {
		entry.Exchange, entry.Took = seen, time.Since(x.begun)
		seen.Time = entry.Started.Add(entry.Took) // as it is read from the recording
		x.proxy.pass(entry)
	})
	return resp, nil
}

// restore makes the head of the answer that of the target again: of fields that
// it has not, net/http adds none.
func (x *passage) restore(resp *http.Response) error {
	maps.Copy(resp.Header, x.spared)
	for _, name := range []string{"Date", "Content-Type"} {
		x.client.Header()[name] = nil // which says that it is left out on purpose
	}
	return nil
}

// fail answers a request that could not be passed on.
func (x *passage) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil { // the client is still there
		x.proxy.Failed(fmt.Errorf("%s %s: the target did not answer: %w", x.asked.Method, x.asked.URL.Path, err))
	}
	http.Error(w, "plumb proxy: the target did not answer", http.StatusBadGateway)
}

// log returns where ReverseProxy says what goes wrong when the answer has begun.
func (x *passage) log() *log.Logger { return log.New(failureLog{x}, "", 0) }

// failureLog takes lines of ReverseProxy.
type failureLog struct{ *passage }

func (l failureLog) Write(line []byte) (int, error) {
	message := strings.TrimPrefix(strings.TrimSpace(string(line)), "httputil: ReverseProxy ")
	if why, ok := strings.CutPrefix(message, "read error during body copy: "); ok {
		message = "the answer broke off: " + why
	}
	l.proxy.Failed(fmt.Errorf("%s %s: %s", l.asked.Method, l.asked.URL.Path, message))
	return len(line), nil
}
