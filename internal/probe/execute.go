package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pb33f/libopenapi/arazzo"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/live"
	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/spec"
)

// executor makes the requests of one run of a scenario.
type executor struct {
	prober   *Prober
	document *Document
	answer   string          // describes the last response, for messages
	held     *plumb.Exchange // the last exchange, until it is known whether it meets its step
	repeats  int             // how often the last request was repeated
	last     string          // operation of the last request
	failed   error           // why there is no response to the last request; nil if there is one
}

// newClient returns a client that never follows a redirect: an API that
// redirects does not match its description, and a credential must not be sent
// to another host.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxResponseHeaderBytes = 1 << 20
	transport.DisableCompression = true // responses are checked as they are sent
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Execute makes the request of a step.
func (e *executor) Execute(ctx context.Context, r *arazzo.ExecutionRequest) (_ *arazzo.ExecutionResponse, err error) {
	defer func() { e.failed = err }()
	op, err := e.document.operation(r.OperationID + r.OperationPath)
	if err != nil {
		return nil, err
	}
	if name := r.OperationID + r.OperationPath; name != e.last {
		e.last, e.repeats = name, 0
	}
	const attempts = 5
	for attempt := 1; ; attempt++ {
		req, err := e.request(op, r)
		if err != nil {
			return nil, err
		}
		resp, err := e.send(ctx, req)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode != http.StatusTooManyRequests || attempt == attempts {
			return resp, missing(op, resp)
		}
		e.handOn()
		if err := e.prober.wait(ctx, retryAfter(http.Header(resp.Headers), attempt), "the server reports too many requests (429)"); err != nil {
			return nil, err
		}
	}
}

// missing returns an error if the server does not have an operation at all. If
// the path of an operation contains an id, such a status may mean only that
// there is no such resource.
func missing(op *spec.Operation, resp *arazzo.ExecutionResponse) error {
	switch resp.StatusCode {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
		if !strings.Contains(op.Path, "{") {
			return fmt.Errorf("%w: %s %s answers %d, so the server does not have this endpoint; --base-url is everything before %s, such as https://host/v1",
				ErrUnreachable, resp.Method, resp.URL, resp.StatusCode, op.Path)
		}
	}
	return nil
}

// retryAfter returns how long to wait before the next attempt: as long as the
// server says, but at most two minutes; or if it does not say, longer with each
// attempt.
func retryAfter(h http.Header, attempt int) time.Duration {
	const maxWait = 2 * time.Minute
	wait := time.Second << attempt
	if seconds, err := strconv.Atoi(h.Get("Retry-After")); err == nil && seconds >= 0 {
		wait = time.Duration(min(seconds, int(maxWait/time.Second))) * time.Second
	} else if at, err := http.ParseTime(h.Get("Retry-After")); err == nil {
		wait = max(0, time.Until(at))
	}
	return min(wait, maxWait)
}

// request builds the request of a step.
func (e *executor) request(op *spec.Operation, r *arazzo.ExecutionRequest) (*http.Request, error) {
	header := http.Header{"Accept-Encoding": {"gzip"}} // as clients in Go send it
	maps.Copy(header, e.prober.Header.Clone())
	query := url.Values{}
	path := op.Path
	for name, value := range r.Parameters {
		text := fmt.Sprint(value)
		switch e.document.places[parameter{r.OperationID + r.OperationPath, name}] {
		case "path":
			path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(text))
		case "query":
			query.Set(name, text)
		case "header":
			header.Del(name)
			if text != "" {
				header.Set(name, text)
			}
		case "cookie":
			header.Add("Cookie", (&http.Cookie{Name: name, Value: text}).String())
		}
	}
	if i := strings.IndexByte(path, '{'); i >= 0 {
		return nil, fmt.Errorf("%s %s: the scenario gives no value for %s", op.Method, op.Path, path[i:])
	}
	body, contentType, err := encodeBody(r.ContentType, r.RequestBody)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", op.Method, op.Path, err)
	}
	address := *e.prober.Base
	address.RawQuery = joinQuery(address.RawQuery, query.Encode())
	target := strings.TrimSuffix(address.EscapedPath(), "/") + path
	if address.Path, err = url.PathUnescape(target); err != nil {
		return nil, fmt.Errorf("%s %s: %w", op.Method, op.Path, err)
	}
	address.RawPath = target
	req, err := http.NewRequest(op.Method, address.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header = header
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return req, nil
}

func joinQuery(a, b string) string { return strings.Trim(a+"&"+b, "&") }

// send makes a request, holds the exchange, and returns the response.
func (e *executor) send(ctx context.Context, req *http.Request) (*arazzo.ExecutionResponse, error) {
	p := e.prober
	shown := req.Method + " " + req.URL.Redacted()
	if p.requests >= p.MaxRequests {
		return nil, fmt.Errorf("the limit of %d requests is reached; --max-requests raises it", p.MaxRequests)
	}
	p.requests++
	e.handOn()
	limited, cancel := context.WithTimeoutCause(ctx, p.Timeout, errTimeout)
	defer cancel()
	req = req.WithContext(limited)
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown, p.explain(limited, err))
	}
	defer resp.Body.Close()
	x, err := live.Read(req, resp, p.Limits)
	x.Place.File, x.Place.Entry = p.Base.Redacted(), p.requests
	e.held = x
	e.answer = fmt.Sprintf("%s answered with status %d", shown, resp.StatusCode)
	if resp.StatusCode == http.StatusUnauthorized && len(redact.Credentials("", req.Header, nil)) == 0 {
		e.answer += ", since no credential was sent: set PLUMB_TOKEN or OPENAI_API_KEY, or use --header"
	}
	if to := resp.Header.Get("Location"); to != "" {
		e.answer += ", a redirect to " + to + ", which is not followed"
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: the response broke off: %w", shown, p.explain(limited, err))
	case x.Response.Body.Missing != "" && !isBadlyCoded(x):
		return nil, fmt.Errorf("%s: %s; --max-body raises it", shown, x.Response.Body.Missing)
	}
	var body any
	_ = json.Unmarshal(x.Response.Body.Bytes, &body) // if it is not JSON, there is nothing to evaluate
	return &arazzo.ExecutionResponse{StatusCode: resp.StatusCode, Headers: resp.Header, Body: body, URL: req.URL.Redacted(), Method: req.Method}, nil
}

// isBadlyCoded reports whether the body is not what its Content-Encoding says.
// That is a finding; to the scenario it is a response without a body.
func isBadlyCoded(x *plumb.Exchange) bool {
	return slices.ContainsFunc(x.Defects, func(d plumb.Defect) bool { return d.Rule == "http-content-encoding" })
}

// handOn passes the last exchange to Seen, once everything about it is known.
func (e *executor) handOn() {
	if e.held != nil {
		e.prober.Seen(e.held)
		e.held = nil
	}
}

var errTimeout = errors.New("timeout")

// explain returns an error that says in plain words why there is no response.
func (p *Prober) explain(ctx context.Context, err error) error {
	var dns *net.DNSError
	switch {
	case errors.Is(context.Cause(ctx), errTimeout):
		return fmt.Errorf("there was no complete response within %s; --timeout raises it", p.Timeout)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w: nothing is listening at %s", ErrUnreachable, p.Base.Host)
	case errors.As(err, &dns):
		return fmt.Errorf("%w: there is no host %s", ErrUnreachable, p.Base.Hostname())
	}
	var inner *url.Error
	if errors.As(err, &inner) { // it would repeat the method and the URL
		return inner.Err
	}
	return err
}
