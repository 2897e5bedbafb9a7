// Package proxy is a reverse proxy that records and checks what passes through
// it. It changes nothing but what HTTP requires.
package proxy

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/live"
	"github.com/plumbapi/plumb/internal/recording"
)

// Options are the choices for [New].
type Options struct {
	Target *url.URL // where requests go; its path is put before theirs
	Limits recording.Limits
	Name   string // file name in the places of exchanges

	// Record is called with each exchange when its response has passed, one at
	// a time, in the order of their entry numbers. It may be nil.
	Record func(recording.HAREntry)

	// Reveal adds the credentials to an exchange that the description knows, before it
	// is recorded and checked. It may be nil.
	Reveal func(*plumb.Exchange)

	// Check checks an exchange. It is called on several goroutines, in any
	// order, and nothing waits for it.
	Check func(*plumb.Exchange) engine.Result

	// Checked is called with what Check returned, one at a time, in the order
	// of the entry numbers, except for checks that take too long to be waited
	// for. It is not called after [Proxy.Close] has returned.
	Checked func(*plumb.Exchange, engine.Result)

	// Failed is called with what went wrong in passing a request on. It may be
	// called concurrently.
	Failed func(error)
}

// Proxy passes requests on to a target. Its handler is safe for concurrent use.
type Proxy struct {
	Options
	transport *http.Transport
	recorder  *recorder
	checker   *checker
	intake    intake
	room      *live.Room // for what is in flight
}

// New returns a proxy, which must be closed.
func New(opt Options) *Proxy {
	p := &Proxy{Options: opt, transport: http.DefaultTransport.(*http.Transport).Clone()}
	p.transport.DisableCompression = true // otherwise responses to clients that do not ask for it would change
	p.transport.MaxIdleConnsPerHost = 64
	p.room = live.NewRoom(inFlightBytes)
	p.recorder = startRecorder(opt.Record)
	p.checker = startChecker(&p.Options)
	return p
}

// ServeHTTP passes a request on to the target, and the response back.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		http.Error(w, "plumb proxy is a reverse proxy: give its address to the client as the URL of the API", http.StatusNotImplemented)
		return
	}
	// Otherwise the server closes the body of the request at the first flush of
	// the response, while the transport may still read it, and the response
	// breaks off. An error means that the protocol does not need this.
	_ = http.NewResponseController(w).EnableFullDuplex()
	if !r.ProtoAtLeast(1, 1) {
		w = finalOnly{w}
	}
	x := &passage{proxy: p, client: w, request: r, target: requestTarget(p.Target, r), begun: time.Now()}
	reverse := httputil.ReverseProxy{
		Transport:      x,
		FlushInterval:  -1, // what the target sends is passed on at once
		Rewrite:        x.rewrite,
		ModifyResponse: x.restore,
		ErrorHandler:   x.fail,
		ErrorLog:       x.log(),
	}
	reverse.ServeHTTP(w, r)
}

// finalOnly writes to a client of HTTP/1.0, which must not be sent interim
// responses (RFC 9110, 15.2).
type finalOnly struct{ http.ResponseWriter }

func (w finalOnly) WriteHeader(status int) {
	if status >= 200 || status == http.StatusSwitchingProtocols {
		w.ResponseWriter.WriteHeader(status)
	}
}

// Unwrap is called by [http.ResponseController].
func (w finalOnly) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// pass records and checks an exchange whose response has passed.
func (p *Proxy) pass(e recording.HAREntry) {
	p.intake.add(func(entry int) {
		e.Exchange.Place.File, e.Exchange.Place.Entry = p.Name, entry
		if p.Reveal != nil {
			p.Reveal(e.Exchange)
		}
		p.recorder.record(e)
		p.checker.check(e)
	})
}

// Close waits until everything that has passed is recorded, and for at most the
// timeout for the checks. It returns what was not checked.
func (p *Proxy) Close(timeout time.Duration) Unchecked {
	end := time.Now().Add(timeout)
	p.intake.close()
	p.recorder.close()
	p.transport.CloseIdleConnections()
	return p.checker.close(time.Until(end))
}
