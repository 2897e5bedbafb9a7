// Package contracttest checks the HTTP traffic of a Go test against an OpenAPI
// description, and fails the test where the two differ.
//
// [Client] and [Transport] check what a client receives, [Handler] the
// responses of a server under test, [Recordings] what was recorded earlier, and
// [Body] a single body. The responses of one resource are compared with each
// other, too, in the order in which they come.
//
// The description of OpenAI's Batch API is built in; [WithSpec] names another
// one. Each finding fails the test once, however often it occurs. At the end of
// the test a summary says what was checked and what of the description was
// never seen; a test that checked nothing fails.
//
// All functions are safe for tests that run in parallel, and for use from many
// goroutines. What happens after the end of the test is not checked.
//
// A failure of [Client], [Transport] or [Handler] is reported from within
// net/http. Its text says which line of the test made the request, if that was
// on the same goroutine.
package contracttest

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/live"
	"github.com/plumbapi/plumb/internal/redact"
)

// Severity says what a finding means for those who use the API.
type Severity = plumb.Severity

// The severities, in rising order.
const (
	Off     = plumb.Off     // the rule is not applied
	Info    = plumb.Info    // worth knowing
	Warning = plumb.Warning // differs from the description, in a way that tolerant clients survive
	Error   = plumb.Error   // a client written to the description breaks, or the data contradicts itself
)

// Option is a choice for the functions of this package.
type Option func(*config)

type config struct {
	spec     string
	overlays []string
	options  []engine.Option
	failOn   Severity
	baseline string
	redact   []string
	now      func() time.Time
}

// WithSpec names the OpenAPI 3.0 or 3.1 description to check against, as a path
// from the folder of the test.
func WithSpec(file string) Option {
	return func(c *config) { c.spec = file }
}

// WithOverlay amends the description by an OpenAPI Overlay 1.0 document: a file,
// as a path from the folder of the test, or a built-in one. Of these, "observed"
// describes what OpenAI's server really sends, and the others what a vendor
// does: "azure", "zhipu" and so on. Overlays apply in the order of the options.
func WithOverlay(name string) Option {
	return func(c *config) { c.overlays = append(c.overlays, name) }
}

// WithRule sets the severity of the rules that a glob as in [path.Match]
// matches: WithRule("drift-*", Off). If several globs match a rule, the last
// one applies.
func WithRule(glob string, severity Severity) Option {
	return func(c *config) { c.options = append(c.options, engine.WithRule(glob, severity)) }
}

// WithServer names a server of the described API, by its URL or by its base
// path alone ("/v2"). It can be repeated; the servers replace those that the
// description names. On them, a path that is not described is a finding, and
// every response belongs to the API. On another host, a response that is not
// like a described one is skipped. [Handler] does not need WithServer.
func WithServer(url string) Option {
	return func(c *config) { c.options = append(c.options, engine.WithServer(url)) }
}

// WithFailOn sets the lowest severity of a finding that fails the test: [Error]
// unless set. Findings below it are in the summary. With [Off] no finding fails
// the test.
func WithFailOn(severity Severity) Option {
	return func(c *config) { c.failOn = severity }
}

// WithBaseline names the baseline, as a path from the folder of the test: the
// file of findings that are accepted until a date, which "plumb baseline update"
// writes. They do not fail the test; a finding whose entry has expired does,
// whatever its severity, unless with [WithFailOn] nothing fails. The summary
// names the entries whose finding did not occur in the test.
func WithBaseline(file string) Option {
	return func(c *config) { c.baseline = file }
}

// WithRedact names headers, parameters and members of bodies whose values are
// credentials, beside those that are known (Authorization, api_key, password and
// so on): WithRedact("x-tenant-pin"). Where a test fails, their values are not
// shown. Upper and lower case, and what joins the words, do not matter.
func WithRedact(names ...string) Option {
	return func(c *config) { c.redact = append(c.redact, names...) }
}

// Client returns a client whose exchanges are checked. It is a copy of
// [http.DefaultClient] with a [Transport]. It follows redirects, but no
// credential goes to another host with them.
func Client(t testing.TB, opts ...Option) *http.Client {
	t.Helper()
	client := *http.DefaultClient
	client.Transport = Transport(t, client.Transport, opts...)
	if client.CheckRedirect == nil {
		client.CheckRedirect = redirected
	}
	return &client
}

// redirected does what net/http does by default, and also removes credentials
// in headers of other names, and those in the URL that Referer contains, before
// it follows a redirect to another host.
func redirected(req *http.Request, via []*http.Request) error {
	const maxRedirects = 10
	if len(via) >= maxRedirects {
		return fmt.Errorf("stopped after %d redirects", maxRedirects)
	}
	if req.URL.Host == via[0].URL.Host {
		return nil
	}
	for name, values := range req.Header {
		if slices.Contains([]string{"Authorization", "Cookie", "Referer"}, name) || len(redact.Credentials("", http.Header{name: values}, nil)) > 0 {
			delete(req.Header, name)
		}
	}
	return nil
}

// Transport returns a RoundTripper that checks what passes through base, by
// default [http.DefaultTransport]. Requests and responses pass unchanged. A
// response is checked as soon as it arrives, so that its findings precede any
// failure that it causes in the test itself; a response of unknown length that
// is not JSON is checked once its body has been read. Streams, and bodies of
// more than 16 MiB, are not checked, and are counted as skipped.
func Transport(t testing.TB, base http.RoundTripper, opts ...Option) http.RoundTripper {
	t.Helper()
	if base == nil {
		base = http.DefaultTransport
	}
	return &transport{base: base, checker: start(t, opts)}
}

type transport struct {
	base    http.RoundTripper
	checker *checker
}

// RoundTrip makes the request. If there is no response, that is for the test to
// judge, and not a finding.
func (tr *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	tr.checker.t.Helper()
	line := testLine()
	resp, err := tr.base.RoundTrip(req)
	if err != nil || resp == nil {
		return resp, err
	}
	if !live.Ends(resp, tr.checker.limits) {
		live.Follow(req, resp, tr.checker.limits, nil, func(x *plumb.Exchange) { tr.checker.check(x, line) })
		return resp, nil
	}
	// The caller gets an error of the body when it reads the body.
	x, _ := live.Read(req, resp, tr.checker.limits)
	tr.checker.check(x, line)
	return resp, nil
}

// CloseIdleConnections closes the idle connections of the base.
func (tr *transport) CloseIdleConnections() {
	if base, ok := tr.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

// Body checks one body against the schema of that name in components/schemas of
// the description.
func Body(t testing.TB, schema string, body []byte, opts ...Option) {
	t.Helper()
	c := start(t, opts)
	if ok, names := c.validator.HasSchema(schema); !ok {
		t.Fatalf("plumb: the description has no schema %q; it has %q", schema, names)
	}
	x := &plumb.Exchange{Schema: schema}
	x.Response.Body.Bytes = body
	x.Place.File = schema
	c.check(x, "")
}
