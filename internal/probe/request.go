package probe

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/plumbapi/plumb/internal/arazzo"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/redact"
)

// request builds the request of a call.
func (e *executor) request(c *call) (*http.Request, error) {
	op := c.operation
	b := requestBuilder{header: http.Header{"Accept-Encoding": {"gzip"}}, query: map[string][]string{}, path: op.Path} // as clients in Go send it
	for name, values := range e.prober.Header.Clone() {
		b.header[name] = values
	}
	b.base = *e.prober.Base
	if testsAbsence(c.arguments) {
		b.withoutCredentials()
	}
	for _, a := range c.arguments {
		p := parameterOf(a, c.parameters)
		if control, ok := p.control(a.In); ok {
			return nil, fmt.Errorf("%s %s: the %s %s has the control character %U, which cannot be sent; give another value", op.Method, op.Path, a.In, a.Name, control)
		}
		b.add(a.In, p)
	}
	if i := strings.IndexByte(b.path, '{'); i >= 0 {
		return nil, fmt.Errorf("%s %s: the scenario gives no value for %s", op.Method, op.Path, b.path[i:])
	}
	if c.expected != "" {
		b.header.Set(engine.ExpectedStatus, c.expected)
	}
	var body io.Reader
	if c.hasPayload {
		encoded, contentType, err := encodeBody(c.contentType, c.payload)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", op.Method, op.Path, err)
		}
		body = encoded
		b.header.Set("Content-Type", contentType)
	}
	address, err := b.address()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", op.Method, op.Path, err)
	}
	req, err := http.NewRequest(op.Method, address, body)
	if err != nil {
		return nil, err
	}
	req.Header = b.header
	return req, nil
}

// requestBuilder collects the parts of a request.
type requestBuilder struct {
	base   url.URL
	header http.Header
	query  map[string][]string // the pairs of each parameter
	path   string
}

// add adds a parameter. A header without a value is one that is not sent.
func (b *requestBuilder) add(in string, p parameter) {
	switch in {
	case "path":
		b.path = strings.ReplaceAll(b.path, "{"+p.name+"}", p.path())
	case "query":
		b.query[p.name] = p.query()
	case "header":
		b.header.Del(p.name)
		if value := p.header(); value != "" {
			b.header.Set(p.name, value)
		}
	case "cookie":
		if cookie := p.cookie(); cookie != "" {
			b.header.Set("Cookie", strings.TrimPrefix(b.header.Get("Cookie")+"; "+cookie, "; "))
		}
	}
}

// address returns the URL of the request. Parameters of the query take
// precedence over those in the URL of the API.
func (b *requestBuilder) address() (string, error) {
	var own []string
	for _, name := range slices.Sorted(maps.Keys(b.query)) {
		own = append(own, b.query[name]...)
	}
	given := map[string]bool{}
	for name := range b.query {
		given[name] = true
	}
	for _, pair := range own {
		given[nameOf(pair)] = true
	}
	query := b.keepQuery(func(name, _ string) bool { return !given[name] })
	b.base.RawQuery = strings.Trim(query+"&"+strings.Join(own, "&"), "&")
	target := strings.TrimSuffix(b.base.EscapedPath(), "/") + b.path
	path, err := url.PathUnescape(target)
	if err != nil {
		return "", err
	}
	b.base.Path, b.base.RawPath = path, target
	return b.base.String(), nil
}

// nameOf returns the name in a pair of a query.
func nameOf(pair string) string {
	name, _, _ := strings.Cut(pair, "=")
	if plain, err := url.QueryUnescape(name); err == nil {
		return plain
	}
	return name
}

// keepQuery returns the query of the URL of the API without some pairs.
func (b *requestBuilder) keepQuery(keep func(name, pair string) bool) string {
	var kept []string
	for pair := range strings.SplitSeq(b.base.RawQuery, "&") {
		if keep(nameOf(pair), pair) {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}

// credential is any value that is as long and random as a credential: whether one is sent
// depends on the name of a header or parameter, and not on the value, which can be short.
const credential = "Bearer x7Kp2mQ9vT4wZ8yB3nL6"

func isCredentialHeader(name string) bool {
	return len(redact.Credentials("", http.Header{http.CanonicalHeaderKey(name): {credential}}, nil)) > 0
}

func isCredentialQuery(name string) bool {
	return len(redact.Credentials("http://host/?"+url.Values{name: {credential}}.Encode(), nil, nil)) > 0
}

// testsAbsence reports whether a call is one without credentials: it has a
// parameter for a credential, which is empty.
func testsAbsence(arguments []arazzo.Argument) bool {
	for _, a := range arguments {
		if textOf(a.Value) != "" {
			continue
		}
		switch a.In {
		case "header":
			if isCredentialHeader(a.Name) {
				return true
			}
		case "query":
			if isCredentialQuery(a.Name) {
				return true
			}
		}
	}
	return false
}

// withoutCredentials removes the credentials that are sent with each request,
// in headers and in the URL of the API.
func (b *requestBuilder) withoutCredentials() {
	b.base.User = nil
	for name, values := range b.header {
		if isCredentialHeader(name) || len(redact.Credentials("", http.Header{name: values}, nil)) > 0 {
			b.header.Del(name)
		}
	}
	b.base.RawQuery = b.keepQuery(func(name, pair string) bool {
		return !isCredentialQuery(name) && len(redact.Credentials("http://host/?"+pair, nil, nil)) == 0
	})
}
