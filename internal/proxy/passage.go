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

// passage is a request on its way to the target, and its response on its way
// back.
type passage struct {
	proxy   *Proxy
	client  http.ResponseWriter
	request *http.Request // as the client sent it
	target  string        // request target sent to the server
	begun   time.Time
	kept    http.Header // fields of the response to put back
}

// rewrite makes the request to send. It puts back the fields that ReverseProxy
// removes because most servers must not trust what clients send in them.
func (x *passage) rewrite(r *httputil.ProxyRequest) {
	r.Out.URL = urlOf(x.proxy.Target, x.target)
	r.Out.Host = "" // take it from the URL
	maps.Copy(r.Out.Header, restorable(r.In.Header))
	passTrailers(r.In, r.Out)
	if r.In.ContentLength == 0 && r.In.Header.Get("Content-Length") != "" {
		r.Out.Body, r.Out.TransferEncoding = http.NoBody, []string{"identity"} // otherwise net/http leaves the length out
	}
}

// RoundTrip sends the request, and follows the response as the target sends it.
func (x *passage) RoundTrip(out *http.Request) (*http.Response, error) {
	resp, err := x.proxy.transport.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode < 100 { // net/http accepts it here, but panics when it is written
		resp.Body.Close()
		return nil, fmt.Errorf("the status %q is not valid in HTTP", resp.Status)
	}
	x.kept = restorable(resp.Header)
	shown := &http.Request{Method: x.request.Method, URL: shownURL(x.proxy.Target, x.target), Header: x.request.Header}
	entry := recording.HAREntry{
		RequestHeader: x.request.Header,
		Target:        address(x.proxy.Target),
		Started:       x.begun,
		Proto:         resp.Proto,
		Reason:        strings.TrimPrefix(strings.TrimPrefix(resp.Status, fmt.Sprint(resp.StatusCode)), " "),
	}
	live.Follow(shown, resp, x.proxy.Limits, x.proxy.room, func(seen *plumb.Exchange) {
		entry.Exchange, entry.Took = seen, time.Since(x.begun)
		seen.Time = entry.Started.Add(entry.Took) // as it is read from the recording
		x.proxy.pass(entry)
	})
	return resp, nil
}

// restore makes the head of the response that of the target again: it puts
// fields back, and keeps net/http from adding others.
func (x *passage) restore(resp *http.Response) error {
	maps.Copy(resp.Header, x.kept)
	for _, name := range []string{"Date", "Content-Type"} {
		x.client.Header()[name] = nil // tells net/http to leave it out
	}
	return nil
}

// fail responds to a request that could not be passed on.
func (x *passage) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil { // the client is still there
		x.proxy.Failed(fmt.Errorf("%s %s: the target did not answer: %w", x.request.Method, x.request.URL.Path, err))
	}
	http.Error(w, "plumb proxy: the target did not answer", http.StatusBadGateway)
}

// log returns where ReverseProxy logs what goes wrong after the response has
// begun.
func (x *passage) log() *log.Logger { return log.New(failureLog{x}, "", 0) }

// failureLog turns lines that ReverseProxy logs into failures.
type failureLog struct{ *passage }

func (l failureLog) Write(line []byte) (int, error) {
	message := strings.TrimPrefix(strings.TrimSpace(string(line)), "httputil: ReverseProxy ")
	if why, ok := strings.CutPrefix(message, "read error during body copy: "); ok {
		message = "the response broke off: " + why
	}
	l.proxy.Failed(fmt.Errorf("%s %s: %s", l.request.Method, l.request.URL.Path, message))
	return len(line), nil
}
