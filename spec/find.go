package spec

import (
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lazyregexp"
)

// Servers says which servers have the operations of a description.
type Servers struct {
	// URLs replace the servers that the description names. Each is absolute, or
	// only a base path: "/v2".
	URLs []string

	// Target is the one server to which all requests are made, at its root or
	// below a base path of the description. Its host does not matter; "/" is a
	// target without a base path of its own. It is empty if requests can go to
	// any server.
	Target string
}

// Router finds the operation of a request. It is safe for concurrent use.
type Router struct {
	templates []*template // the most specific first
	servers   []server    // all that the description names anywhere, or those of Servers.URLs
	replaced  bool        // whether they are those of Servers.URLs
	targeted  bool
	target    string // base path of the target
}

// Router returns a Router that finds operations of the description on these
// servers.
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

// at returns a Router for requests that are all made to one server, as for
// [Servers.Target].
func (r *Router) at(target string) *Router {
	_, path := splitURL(target)
	at := *r
	at.targeted, at.target = true, strings.Trim(path, "/")
	return &at
}

// Find returns the operation of a request on the servers that the description
// names, as [Router.Find] does.
func (d *Description) Find(method, url string) Match {
	return (&Router{templates: d.templates, servers: d.servers}).Find(method, url)
}

// Site says how a URL relates to the servers of the description.
type Site int

const (
	// Foreign: the host is not known to be that of a server. The operation is
	// at the root, or below a base path of the description.
	Foreign Site = iota

	// Behind: as Foreign, but something else precedes the path.
	Behind

	// Own: the host is that of a server, and the URL is below its base path.
	Own

	// Outside: the host is that of a server, but the URL is not below its base path.
	Outside

	// NotHTTP: the URL has a scheme other than http and https.
	NotHTTP

	// TooLong: the path has more segments than are compared with templates.
	TooLong
)

// mostCompared bounds the number of segments of a path that is looked up,
// because comparing paths with templates takes quadratic time.
const mostCompared = 500

// Match is the result of looking up the operation of a request.
type Match struct {
	Site      Site
	Operation *Operation        // nil if none matches
	Path      string            // the template that matches, even if its method is not described
	PathPlace plumb.Source      // where that template is written
	Params    map[string]string // path parameters, decoded

	// Undescribed is a template for a path that is not described, on a server
	// of the description: "/orders/*/items". What looks like an identifier is
	// replaced with *.
	Undescribed string

	prefix int // segments of the URL that precede the path
}

// Find returns the operation of a request. The URL may be absolute or begin
// with the path.
//
// On a host that the description names, a path must be below one of its base
// paths. On any other host, and if the URL has no host, it must be at the root
// or below a base path that the description names; a match behind another
// prefix is returned only if there is no such match.
//
// If several templates match, the one with the most segments counts; among
// these one that describes the method, then one with a literal where others
// have a parameter, and then one that agrees with the URL in the slash at the
// end.
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

// FindAt returns the operation of a request that is known to have been made to
// the server at target, as for [Servers.Target]. Without a target it is the
// same as [Router.Find]; a target of the Router itself takes precedence.
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
	slash    bool     // whether the path ends with a slash
	selector selector
	own      bool // whether the host is that of a server
}

func newRequest(method, url string) *request {
	host, path := splitURL(url)
	q := &request{method: method, host: host, segments: splitPath(path), slash: endsWithSlash(path)}
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		q.selector = newSelector(url[i:])
	}
	return q
}

// splitPath returns the segments of a path, without empty ones at its ends.
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
	operation *Operation // nil if its method is not described
	prefix    int        // the number of segments that precede the match
	selected  int        // the number of query pairs that the template requires
	slash     bool       // whether the slash at the end is that of the template
}

// best returns the most specific of the templates that match a request and that
// fits allows.
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

// betterThan compares templates with the same number of segments, of which the
// other comes first.
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

// fitting reports whether a template of these servers may match after a prefix
// of that many segments of a URL.
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

// fits reports whether the prefix is a base path of the servers.
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
	return slices.ContainsFunc(servers, isBase) // servers of a path that have no host apply to all hosts
}

// isBehind allows any prefix, except for templates that would match every path.
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

// mostSegments bounds the number of segments in the template of a path that is
// not described.
const mostSegments = 12

// generalize returns a template for a path that is not described. As far as the
// path begins like described paths, it has a * where these have a parameter;
// beyond that, it has a * for each segment that does not look like a word.
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

// word matches a segment that names a kind of thing rather than one of many:
// letters, or a version such as v1.
var word = lazyregexp.New(`^(?:[A-Za-z]+(?:[-_.:~$]+[A-Za-z]+)*|v[0-9]{1,3}(?:(?:alpha|beta)[0-9]{0,2})?)$`)

func isWord(segment string) bool {
	const longest = 40
	return len(segment) <= longest && word().MatchString(segment)
}

// Server returns the URL of the server to which the request would be made if
// the match is right: what precedes the path in the URL. It is empty if that is
// nothing, or does not look like the address of a server.
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
		return true // without a scheme, but perhaps with a port
	}
	scheme := strings.ToLower(url[:i])
	return scheme == "http" || scheme == "https"
}
