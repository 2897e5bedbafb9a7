package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
)

// Servers says which servers have the operations of a description.
type Servers struct {
	// URLs take the place of the servers that the description names. Each is
	// absolute, or names the base path only: "/v2".
	URLs []string

	// Target is the one server that all requests are made to, whatever their
	// host, at its root or below a base path of the description. Its host does
	// not matter; "/" is a target without a base path of its own. It is empty
	// where requests go to any server.
	Target string
}

// Router finds the operation of a request. It is safe for concurrent use.
type Router struct {
	templates []*template // the most concrete first
	servers   []server    // all that are described anywhere, or those in their place
	replaced  bool        // by Servers.URLs
	targeted  bool
	target    string // base path of the target
}

// Router returns what finds operations of the description on these servers.
func (d *Description) Router(s Servers) (*Router, error) {
	r := &Router{templates: d.templates, servers: d.servers}
	if len(s.URLs) > 0 {
		r.servers, r.replaced = nil, true
	}
	for _, url := range s.URLs {
		if err := CheckServer(url); err != nil {
			return nil, err
		}
		r.servers = append(r.servers, newServers(url, nil)...)
	}
	if s.Target != "" {
		r = r.at(s.Target)
	}
	return r, nil
}

// at returns a Router for requests that are all made to one server, as
// [Servers.Target] has it.
func (r *Router) at(target string) *Router {
	_, path := splitURL(target)
	at := *r
	at.targeted, at.target = true, strings.Trim(path, "/")
	return &at
}

// Find returns the operation for a request on the servers that the description
// names, as [Router.Find] does.
func (d *Description) Find(method, url string) Match {
	return (&Router{templates: d.templates, servers: d.servers}).Find(method, url)
}

// CheckServer reports what keeps a URL from being that of a server.
func CheckServer(url string) error {
	host, _ := splitURL(url)
	if strings.HasPrefix(url, "/") || host != "" && isHTTP(url) {
		return nil
	}
	return fmt.Errorf("%q is not the URL of a server; it begins with http:// or https://, or is a base path, such as /v2", url)
}

// Site says whose a URL is.
type Site int

const (
	// Foreign: no server of the description is said to have the host. The
	// operation is at the root, or below a base path of the description.
	Foreign Site = iota

	// Behind: the same, but something else precedes the path.
	Behind

	// Own: the host is that of a server, and the URL is below its base path.
	Own

	// Outside: the host is that of a server, but the URL is not below its base path.
	Outside

	// NotHTTP: the scheme of the URL is another one.
	NotHTTP

	// TooLong: the path has more segments than are compared with templates.
	TooLong
)

// mostCompared bounds the segments of a path that is looked for: to compare it
// with templates takes quadratic time.
const mostCompared = 500

// Match is the outcome of looking for the operation of a request.
type Match struct {
	Site      Site
	Operation *Operation        // nil where none matches
	Path      string            // the template that matches, also when its method is not described
	PathPlace plumb.Source      // where that template is written
	Params    map[string]string // path parameters, decoded

	// Undescribed is the template of a path that is not described, on a server
	// of the description: "/orders/*/items". What looks like an identifier is *.
	Undescribed string

	prefix int // segments of the URL that precede the path
}

// Find returns the operation for a request. URL may be absolute or begin with
// the path.
//
// On a host that the description names, a path must be below a base path of it.
// On any other, and where the URL has no host, it must be at the root, or below
// a base path that the description names; a path that fits behind another
// prefix is returned only where none does so.
//
// Of several templates, the one with the most segments counts; then one that
// describes the method; then one with a literal where others have a parameter;
// then one that has the slash at the end as the URL has it.
func (r *Router) Find(method, url string) Match {
	method = strings.ToUpper(method)
	if !isHTTP(url) {
		return Match{Site: NotHTTP}
	}
	q := newRequest(method, url)
	if len(q.segments) > mostCompared {
		return Match{Site: TooLong}
	}
	q.own = r.targeted || slices.ContainsFunc(r.servers, func(s server) bool { return s.names(q.host) })
	best := r.best(q, r.fits)
	switch {
	case best.template != nil && q.own:
		return best.match(q, Own)
	case best.template != nil:
		return best.match(q, Foreign)
	case q.own:
		return r.undescribed(q)
	}
	if behind := r.best(q, isBehind); behind.operation != nil {
		return behind.match(q, Behind)
	}
	return Match{}
}

// FindAt returns the operation for a request of which it is known that it was
// made to the server at target, as [Servers.Target] has it. Without a target it
// is [Router.Find]; a target of the Router itself takes precedence.
func (r *Router) FindAt(target, method, url string) Match {
	if target == "" || r.targeted {
		return r.Find(method, url)
	}
	return r.at(target).Find(method, url)
}

// request is what a Router needs to know of a request.
type request struct {
	method   string
	host     string
	segments []string // of the path, still encoded
	slash    bool     // the path ends with a slash
	selector selector
	own      bool // the host is that of a server
}

func newRequest(method, url string) *request {
	host, path := splitURL(url)
	q := &request{method: method, host: host, segments: splitPath(path), slash: endsWithSlash(path)}
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		q.selector = newSelector(url[i:])
	}
	return q
}

// splitPath returns the segments of a path without the empty ones at its ends.
func splitPath(path string) []string {
	path = strings.Trim(path, "/")
	if path == "" {
		return nil
	}
	return strings.Split(path, "/")
}

func endsWithSlash(path string) bool { return len(path) > 1 && strings.HasSuffix(path, "/") }

// candidate is a template that matches a request.
type candidate struct {
	template  *template
	operation *Operation // nil where its method is not described
	prefix    int        // segments that precede the match
	selected  int        // pairs of the query that the template asks for
	slash     bool       // it is as that of the template
}

// best returns the most concrete of the templates that match a request where
// fits allows it.
func (r *Router) best(q *request, fits fitting) candidate {
	var best candidate
	for _, t := range r.templates {
		if best.template != nil {
			if len(t.segments) < len(best.template.segments) || best.operation != nil && compareTemplates(t, best.template) != 0 {
				break
			}
		}
		if c, ok := t.candidate(q, fits); ok && (best.template == nil || c.betterThan(&best)) {
			best = c
		}
	}
	return best
}

// betterThan compares templates with equally many segments, of which the other
// comes first.
func (c *candidate) betterThan(other *candidate) bool {
	switch {
	case (c.operation != nil) != (other.operation != nil):
		return c.operation != nil
	case compareTemplates(c.template, other.template) != 0:
		return false
	case c.selected != other.selected:
		return c.selected > other.selected
	}
	return c.slash && !other.slash
}

// fitting reports whether a template, which is on these servers, can follow so
// many segments of a URL.
type fitting func(t *template, servers []server, q *request, prefix int) bool

// candidate matches the template against a request.
func (t *template) candidate(q *request, fits fitting) (candidate, bool) {
	for _, start := range t.matchEnd(q.segments) {
		switch t.selector.meets(q.selector) {
		case contradicts:
			return candidate{}, false
		case lacks:
			if !t.alone {
				return candidate{}, false
			}
		}
		c := candidate{template: t, prefix: start, selected: len(t.selector), slash: t.slash == q.slash}
		for _, o := range t.methods {
			if o.operation.Method == q.method && fits(t, o.servers, q, start) {
				c.operation = o.operation
				return c, true
			}
		}
		if fits(t, t.servers, q, start) {
			return c, true
		}
	}
	return candidate{}, false
}

// fits reports whether a base path of the servers precedes the template.
func (r *Router) fits(_ *template, servers []server, q *request, prefix int) bool {
	if r.replaced {
		servers = r.servers
	}
	base := strings.Join(q.segments[:prefix], "/")
	isBase := func(s server) bool { return s.base.matches(base) }
	switch {
	case r.targeted:
		below, ok := base, true
		if r.target != "" {
			below, ok = strings.CutPrefix(base, r.target+"/")
		}
		return base == r.target || slices.ContainsFunc(servers, isBase) ||
			ok && slices.ContainsFunc(servers, func(s server) bool { return s.base.matches(below) })
	case !q.own:
		return prefix == 0 || slices.ContainsFunc(servers, isBase)
	case slices.ContainsFunc(servers, func(s server) bool { return s.host != nil }):
		return slices.ContainsFunc(servers, func(s server) bool { return s.names(q.host) && isBase(s) })
	}
	return slices.ContainsFunc(servers, isBase) // servers of a path that name no host are on all
}

// isBehind allows any prefix to templates that would not match every path.
func isBehind(t *template, _ []server, _ *request, prefix int) bool { return prefix > 0 && !t.isOpen() }

func (c *candidate) match(q *request, site Site) Match {
	return Match{
		Site:      site,
		Operation: c.operation,
		Path:      c.template.path,
		PathPlace: c.template.place,
		Params:    c.template.params(q.segments[c.prefix:]),
		prefix:    c.prefix,
	}
}

// undescribed returns the match of a path that is not described, on a host that
// the description names.
func (r *Router) undescribed(q *request) Match {
	for prefix := len(q.segments); prefix >= 0; prefix-- {
		base := strings.Join(q.segments[:prefix], "/")
		isBase := func(s server) bool { return (r.targeted || s.names(q.host)) && s.base.matches(base) }
		if slices.ContainsFunc(r.servers, isBase) || r.targeted && base == r.target {
			return Match{Site: Own, Undescribed: r.generalize(q.segments[prefix:]), prefix: prefix}
		}
	}
	if r.targeted {
		return Match{Site: Own, Undescribed: r.generalize(q.segments)}
	}
	return Match{Site: Outside}
}

// mostSegments bounds the template of a path that is not described.
const mostSegments = 12

// generalize makes a template of a path that is not described: as far as paths
// of the description begin alike, with a * where these have a parameter, and
// beyond that with a * for what does not look like a word.
func (r *Router) generalize(path []string) string {
	var b strings.Builder
	alike := r.templates
	for i, text := range path {
		if i == mostSegments {
			return b.String() + "/**"
		}
		var literal, open []*template
		for _, t := range alike {
			switch {
			case i >= len(t.segments) || !t.segments[i].fits(text):
			case len(t.segments[i].params) == 0:
				literal = append(literal, t)
			default:
				open = append(open, t)
			}
		}
		if alike = append(literal, open...); len(literal) == 0 && (len(open) > 0 || !isWord(text)) {
			text = "*"
		}
		b.WriteString("/" + text)
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

// word is a segment that says what is there, not which one of many: letters, or
// a version such as v1.
var word = regexp.MustCompile(`^(?:[A-Za-z]+(?:[-_.:~$]+[A-Za-z]+)*|v[0-9]{1,3}(?:(?:alpha|beta)[0-9]{0,2})?)$`)

func isWord(segment string) bool {
	const longest = 40
	return len(segment) <= longest && word.MatchString(segment)
}

// Server returns the URL of the server that the request is one to, if the match
// is right: what precedes the path in the URL. It is empty where that is nothing,
// or does not look like the address of a server.
func (m Match) Server(url string) string {
	host, path := splitURL(url)
	base := ""
	for _, segment := range splitPath(path)[:m.prefix] {
		if !isWord(segment) {
			return ""
		}
		base += "/" + segment
	}
	if host == "" {
		return base
	}
	scheme, _, _ := strings.Cut(url, "://")
	return strings.ToLower(scheme) + "://" + host + base
}

// isHTTP reports whether a URL has the scheme http or https, or none.
func isHTTP(url string) bool {
	i := strings.IndexAny(url, ":/?#")
	if i <= 0 || url[i] != ':' || i+1 < len(url) && '0' <= url[i+1] && url[i+1] <= '9' {
		return true // without a scheme, though perhaps with a port
	}
	scheme := strings.ToLower(url[:i])
	return scheme == "http" || scheme == "https"
}
