package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/arazzo"
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

	retryAfter string // what the last response says about it, in its header
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

// run runs a scenario.
func (e *executor) run(ctx context.Context, s *Scenario) error {
	if s.smoke != nil {
		_, err := e.call(ctx, s.smoke)
		return err
	}
	inputs, err := s.inputs(e.prober.Inputs)
	if err != nil {
		return err
	}
	_, err = arazzo.Run(ctx, s.workflow, inputs, e)
	return err
}

// call is a call of an operation.
type call struct {
	operation   *spec.Operation
	arguments   []arazzo.Argument
	parameters  []spec.Parameter // that are described
	contentType string
	payload     any
	hasPayload  bool

	// expected are the statuses that the step expects, which the request says,
	// so that they are no finding, neither live nor in a recording of the run.
	expected string
}

// Call makes the request of a step.
func (e *executor) Call(ctx context.Context, r *arazzo.Request) (*arazzo.Response, error) {
	c := &call{operation: e.document.operations[r.Step], arguments: r.Parameters, parameters: e.document.parameters[r.Step], payload: r.Payload, hasPayload: r.HasPayload, expected: e.document.expected[r.Step]}
	if r.Step.Body != nil {
		c.contentType = r.Step.Body.ContentType
	}
	resp, err := e.call(ctx, c)
	if err != nil {
		return nil, err
	}
	return resp, e.missing(c.operation, resp)
}

// Wait waits before the request of a step is repeated. The server may say how
// long.
func (e *executor) Wait(ctx context.Context, d time.Duration, n int) error {
	e.handOn()
	if e.retryAfter != "" {
		return e.prober.wait(ctx, retryAfter(e.retryAfter, n), e.answer)
	}
	return e.prober.wait(ctx, d*time.Duration(min(n, maxSlowdown)), e.answer)
}

// call makes the request of a call, again while the server answers that there
// are too many requests.
func (e *executor) call(ctx context.Context, c *call) (*arazzo.Response, error) {
	const attempts = 5
	for attempt := 1; ; attempt++ {
		req, err := e.request(c)
		if err != nil {
			return nil, err
		}
		resp, err := e.send(ctx, req)
		if err != nil {
			return nil, err
		}
		if resp.Status != http.StatusTooManyRequests || attempt == attempts {
			return resp, nil
		}
		e.handOn()
		if err := e.prober.wait(ctx, retryAfter(e.retryAfter, attempt), "the server reports too many requests (429)"); err != nil {
			return nil, err
		}
	}
}

// missing returns an error if the server does not have an operation at all, and
// has had no other so far. If the path of an operation contains an id, such a
// status may mean only that there is no such resource.
func (e *executor) missing(op *spec.Operation, resp *arazzo.Response) error {
	if !IsMissing(resp.Status) {
		e.prober.reached = true
	}
	if e.prober.reached || strings.Contains(op.Path, "{") {
		return nil
	}
	return fmt.Errorf("%w: %s %s answers %d, so the server does not have this endpoint; --base-url is everything before %s, such as https://host/v1",
		ErrUnreachable, resp.Method, resp.URL, resp.Status, op.Path)
}

// IsMissing reports whether a status can mean that a server does not have an
// operation.
func IsMissing(status int) bool {
	return status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status == http.StatusNotImplemented
}

// retryAfter returns how long to wait before the next attempt: as long as the
// server says, but at most two minutes; or if it does not say, longer with each
// attempt.
func retryAfter(said string, attempt int) time.Duration {
	const maxWait = 2 * time.Minute
	wait := time.Second << attempt
	if seconds, err := strconv.Atoi(said); err == nil && seconds >= 0 {
		wait = time.Duration(min(seconds, int(maxWait/time.Second))) * time.Second
	} else if at, err := http.ParseTime(said); err == nil {
		wait = max(0, time.Until(at))
	}
	return min(wait, maxWait)
}

// send makes a request, holds the exchange, and returns the response.
func (e *executor) send(ctx context.Context, req *http.Request) (*arazzo.Response, error) {
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
	e.held, e.retryAfter = x, resp.Header.Get("Retry-After")
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
	body, hasBody := bodyValue(x.Response.Body.Bytes)
	return &arazzo.Response{Method: req.Method, URL: req.URL.Redacted(), Status: resp.StatusCode, Header: resp.Header, Body: body, HasBody: hasBody}, nil
}

// bodyValue returns the value of a body: what it is as JSON, or else its text.
func bodyValue(data []byte) (value any, ok bool) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&value); err == nil {
		if _, err := dec.Token(); err == io.EOF {
			return value, true
		}
	}
	return string(data), len(data) > 0
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
