package spec

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Find returns the operation for a request. URL may be absolute or begin with
// the path. With strict, the URL must be one of a server of the description;
// otherwise any host and any prefix of the path will do.
//
// Of several templates, the one with the most segments counts; then one that
// describes the method; then one with a literal where others have a parameter.
// A host that the description names has nothing but the base paths that it
// names. A template that begins with a parameter fits after a base path of the
// description or at the root, since it would fit the end of every path.
func (d *Description) Find(method, url string, strict bool) Match {
	method = strings.ToUpper(method)
	r := newRequest(url)
	r.exact = strict || slices.ContainsFunc(d.servers, func(s server) bool { return s.names(r.host) })

	var best Match
	length := -1 // of the template of best
	for _, t := range d.templates {
		if len(t.segments) < length {
			break
		}
		prefix, params, ok := t.match(r.segments)
		if !ok {
			continue
		}
		for _, o := range t.methods {
			if o.operation.Method == method && t.fits(o.servers, r, prefix) {
				return Match{o.operation, t.path, t.place, params}
			}
		}
		if length < 0 && t.fits(t.servers, r, prefix) {
			best, length = Match{Path: t.path, PathPlace: t.place, Params: params}, len(t.segments)
		}
	}
	return best
}

// request is what Find needs to know of a URL.
type request struct {
	host     string
	segments []string // of the path, still encoded
	exact    bool     // host and base path must be those of a server
}

func newRequest(url string) request {
	host, path := splitURL(url)
	return request{host: host, segments: splitPath(path)}
}

// splitPath returns the segments of a path without the empty ones at its ends.
func splitPath(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

// template is a path of the description.
type template struct {
	path     string
	place    Place
	segments []segment
	servers  []server // of the path
	methods  []operationServers
}

// operationServers is an operation and the servers that have it.
type operationServers struct {
	operation *Operation
	servers   []server
}

// segment is one segment of a template: a literal, a parameter, or a mixture.
type segment struct {
	literal string
	params  []string       // names
	mixture *regexp.Regexp // with a group for each parameter; nil unless literal and parameters are mixed
}

func newTemplate(path string, place Place) *template {
	t := &template{path: path, place: place}
	_, path = splitURL(path) // some append a query or a fragment to tell operations apart
	for _, text := range splitPath(path) {
		t.segments = append(t.segments, newSegment(text))
	}
	return t
}

func newSegment(text string) segment {
	at := variable.FindAllStringIndex(text, -1)
	if at == nil {
		return segment{literal: decode(text)}
	}
	var s segment
	var b strings.Builder
	b.WriteString("(?s)^")
	end := 0
	for _, a := range at {
		s.params = append(s.params, text[a[0]+1:a[1]-1])
		b.WriteString(regexp.QuoteMeta(decode(text[end:a[0]])) + "(.+?)")
		end = a[1]
	}
	b.WriteString(regexp.QuoteMeta(decode(text[end:])) + "$")
	if len(at) == 1 && at[0][0] == 0 && at[0][1] == len(text) {
		return s
	}
	var err error
	if s.mixture, err = regexp.Compile(b.String()); err != nil { // it decodes to something that is not text
		return segment{literal: decode(text)}
	}
	return s
}

// decode undoes percent-encoding; what is not well encoded stands for itself.
func decode(segment string) string {
	if !strings.Contains(segment, "%") {
		return segment
	}
	decoded, err := url.PathUnescape(segment)
	if err != nil {
		return segment
	}
	return decoded
}

// compareTemplates puts longer templates first, then those with a literal
// where others have a parameter.
func compareTemplates(a, b *template) int {
	if c := cmp.Compare(len(b.segments), len(a.segments)); c != 0 {
		return c
	}
	return slices.CompareFunc(a.segments, b.segments, func(a, b segment) int {
		return cmp.Compare(a.openness(), b.openness())
	})
}

// openness is 0 for a literal, 2 for a parameter, and between them for a mixture.
func (s segment) openness() int {
	switch {
	case len(s.params) == 0:
		return 0
	case s.mixture != nil:
		return 1
	}
	return 2
}

// match holds the template against the end of a path. It returns what stands
// before it, and the parameters.
func (t *template) match(path []string) (prefix string, params map[string]string, ok bool) {
	start := len(path) - len(t.segments)
	if start < 0 {
		return "", nil, false
	}
	for i := len(t.segments) - 1; i >= 0; i-- { // literals at the end tell most paths apart
		if !t.segments[i].fits(path[start+i]) {
			return "", nil, false
		}
	}
	params = map[string]string{}
	for i, s := range t.segments {
		s.read(decode(path[start+i]), params)
	}
	return strings.Join(path[:start], "/"), params, true
}

func (s *segment) fits(text string) bool {
	switch {
	case len(s.params) == 0:
		return s.literal == decode(text)
	case s.mixture != nil:
		return s.mixture.MatchString(decode(text))
	}
	return text != ""
}

func (s *segment) read(text string, params map[string]string) {
	if s.mixture == nil {
		for _, name := range s.params {
			params[name] = text
		}
		return
	}
	for i, value := range s.mixture.FindStringSubmatch(text)[1:] {
		params[s.params[i]] = value
	}
}

// fits tells whether the template may stand after that prefix, on servers.
func (t *template) fits(servers []server, r request, prefix string) bool {
	onServer := slices.ContainsFunc(servers, func(s server) bool {
		if r.exact {
			return s.accepts(r.host, prefix)
		}
		return s.base.MatchString(prefix)
	})
	switch {
	case r.exact:
		return onServer
	case t.isOpen():
		return onServer || prefix == ""
	}
	return true
}

// isOpen tells whether the template begins with a parameter, or has nothing.
func (t *template) isOpen() bool {
	if len(t.segments) == 0 {
		return true
	}
	first, _, _ := strings.Cut(strings.TrimLeft(t.path, "/"), "/")
	return len(t.segments[0].params) > 0 && strings.HasPrefix(first, "{")
}
