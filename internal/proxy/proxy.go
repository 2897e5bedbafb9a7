// Package proxy is a reverse proxy that sees what passes through it, and
// changes nothing of it.
package proxy

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/plumbapi/plumb/internal/har"
	"github.com/plumbapi/plumb/internal/live"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/validator"
)

// Options are the choices for [New].
type Options struct {
	Target *url.URL // where requests go; its path stands before theirs
	Limits recording.Limits

	// Seen takes each exchange when its response has passed, one at a time.
	Seen func(har.Entry)

	// Failed is told of each request that the target did not answer.
	Failed func(error)
}

// Proxy passes requests on to a target. Its handler is safe for concurrent use.
type Proxy struct {
	Options
	reverse *httputil.ReverseProxy
	queue   chan har.Entry
	room    *semaphore.Weighted // for what is in the queue, in bytes
	done    chan struct{}

	mu     sync.RWMutex // held while something is put into the queue
	closed bool
}

// So many responses, and bytes of them, may have passed that nobody looked at
// yet. It bounds the memory; what comes after waits.
const (
	waiting      = 256
	waitingBytes = 64 << 20
)

// New returns a proxy, which must be closed.
func New(opt Options) *Proxy {
	p := &Proxy{Options: opt, queue: make(chan har.Entry, waiting), room: semaphore.NewWeighted(waitingBytes), done: make(chan struct{})}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // else answers to clients that do not ask for it would change
	transport.MaxIdleConnsPerHost = 64
	p.reverse = &httputil.ReverseProxy{
		Transport:      transport,
		FlushInterval:  -1, // what the target sends is passed on at once
		Rewrite:        p.rewrite,
		ModifyResponse: p.follow,
		ErrorHandler:   p.fail,
		ErrorLog:       log.New(io.Discard, "", 0), // of answers that break off the exchange tells
	}
	go func() {
		defer close(p.done)
		for e := range p.queue {
			p.Seen(e)
			p.room.Release(weight(e))
		}
	}()
	return p
}

func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.reverse.ServeHTTP(w, r) }

// Close waits until everything that has passed was seen.
func (p *Proxy) Close() {
	p.mu.Lock()
	closed := p.closed
	p.closed = true
	p.mu.Unlock()
	if !closed {
		close(p.queue)
	}
	<-p.done
}

func (p *Proxy) rewrite(r *httputil.ProxyRequest) {
	r.SetURL(p.Target)
	r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"] // as the client sent it
}

// follow looks at a response while it passes.
func (p *Proxy) follow(resp *http.Response) error {
	begin := time.Now()
	live.Follow(resp.Request, resp, p.Limits, func(x *validator.Exchange) {
		p.put(har.Entry{Exchange: x, RequestHeader: resp.Request.Header.Clone(), Took: time.Since(begin)})
	})
	return nil
}

func (p *Proxy) put(e har.Entry) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	if !p.closed && p.room.Acquire(context.Background(), weight(e)) == nil {
		p.queue <- e
	}
}

func weight(e har.Entry) int64 {
	return min(int64(len(e.Exchange.Response.Body.Bytes)), waitingBytes)
}

func (p *Proxy) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() == nil { // the client is still there
		p.Failed(fmt.Errorf("%s %s: the target did not answer: %w", r.Method, r.URL.Path, err))
	}
	w.WriteHeader(http.StatusBadGateway)
}
