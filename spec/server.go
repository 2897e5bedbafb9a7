package spec

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/lazyregexp"
)

// server is the host and the base path of a server of the description.
type server struct {
	host *part // in lower case; nil if the URL has none
	base *part // without slashes at its ends
}

// names reports whether a host is that of the server.
func (s server) names(host string) bool {
	if s.host == nil || host == "" {
		return false
	}
	// A server whose port is a variable has the default ports written out.
	return s.host.matches(host) || s.host.varies != nil && (s.host.matches(host+":443") || s.host.matches(host+":80"))
}

// part is a part of a server's URL.
type part struct {
	fixed  string         // the text, if it has no variable
	varies *regexp.Regexp // nil if it has no variable
}

func (p *part) matches(text string) bool {
	if p.varies != nil {
		return p.varies.MatchString(text)
	}
	return p.fixed == text
}

// describedServer is a server as a description writes it.
type describedServer struct {
	url       string
	variables map[string]serverVariable
}

// serverVariable is a variable in the URL of a server.
type serverVariable struct {
	preset string   // its default
	values []string // the values that it is limited to; if there are none, it can have any value
}

// compileServers compiles the servers of a description, path or operation. If
// there are none, the server is the root of any host.
func compileServers(described []describedServer) []server {
	var servers []server
	for _, s := range described {
		servers = append(servers, newServers(s.url, s.variables)...)
	}
	if len(servers) == 0 {
		servers = newServers("/", nil)
	}
	return servers
}

var variable = lazyregexp.New(`\{[^{}]*\}`)

// newServers compiles a server: to several if its URL begins with a variable
// for both scheme and host.
func newServers(url string, variables map[string]serverVariable) []server {
	if at := variable().FindStringIndex(url); at != nil && at[0] == 0 && !strings.HasPrefix(url[at[1]:], "://") {
		if v := variables[url[1:at[1]-1]]; strings.Contains(v.preset, "://") {
			var servers []server
			for _, value := range append([]string{v.preset}, v.values...) {
				if !strings.HasPrefix(value, "{") {
					servers = append(servers, newServers(value+url[at[1]:], variables)...)
				}
			}
			return servers
		}
	}
	host, path := splitServer(url)
	s := server{base: newPart(strings.Trim(strings.TrimPrefix(path, "."), "/"), variables)}
	if host != "" && !anyHost(host, variables) {
		s.host = newPart(host, variables)
	}
	return []server{s}
}

// splitServer splits the URL of a server, which can leave out the scheme, as in //host/v2.
// It is then that of http and https, with their default ports.
func splitServer(url string) (host, path string) {
	if !strings.HasPrefix(url, "//") {
		return splitURL(url)
	}
	host, path = splitURL("http:" + url)
	return strings.TrimSuffix(host, ":443"), path
}

// anyHost reports whether no part of a host is fixed.
func anyHost(host string, variables map[string]serverVariable) bool {
	fixed := variable().ReplaceAllStringFunc(host, func(name string) string {
		if len(variables[name[1:len(name)-1]].values) > 0 {
			return "x"
		}
		return ""
	})
	return strings.Trim(fixed, ".:") == ""
}

// newPart compiles a part of a server's URL. A variable matches its default and
// the values that it lists; if it lists none, it matches any value.
func newPart(text string, variables map[string]serverVariable) *part {
	if !variable().MatchString(text) {
		return &part{fixed: text}
	}
	var b strings.Builder
	b.WriteString("^(?:")
	end := 0
	for _, at := range variable().FindAllStringIndex(text, -1) {
		b.WriteString(regexp.QuoteMeta(text[end:at[0]]))
		v, ok := variables[text[at[0]+1:at[1]-1]]
		b.WriteString(v.pattern(ok))
		end = at[1]
	}
	b.WriteString(regexp.QuoteMeta(text[end:]))
	b.WriteString(")$")
	return &part{varies: regexp.MustCompile(b.String())}
}

// pattern returns a regular expression for the values of a variable, which may
// not be described.
func (v serverVariable) pattern(described bool) string {
	const anyValue = "[^/]+"
	if !described {
		return anyValue
	}
	alternatives := []string{regexp.QuoteMeta(strings.Trim(v.preset, "/"))}
	for _, value := range v.values {
		alternatives = append(alternatives, regexp.QuoteMeta(strings.Trim(value, "/")))
	}
	if len(v.values) == 0 {
		alternatives = append(alternatives, anyValue)
	}
	return "(?:" + strings.Join(alternatives, "|") + ")"
}

// CheckServer returns an error if a text cannot be the URL of a server of a
// description, which can have variables, leave out the scheme, or be a base path alone.
func CheckServer(text string) error {
	whole := variable().ReplaceAllString(text, "1")
	switch {
	case strings.HasPrefix(text, "//"):
		whole = "http:" + whole
	case strings.HasPrefix(text, "/"):
		return nil
	}
	switch _, problem := parseServer(whole); problem {
	case "":
		return nil
	case noServer:
		return fmt.Errorf("%q is not the URL of a server; it begins with http:// or https://, or is a base path, such as /v2", text)
	default:
		return fmt.Errorf("%q %s", text, problem)
	}
}

// ParseServer parses the URL of one server: with http or https, and with a host.
func ParseServer(text string) (*url.URL, error) {
	u, problem := parseServer(text)
	if problem != "" {
		return nil, fmt.Errorf("%q %s", text, problem)
	}
	return u, nil
}

// noServer is the problem with what does not begin as the URL of a server.
const noServer = "is not the URL of a server, which begins with http:// or https://, such as http://127.0.0.1:4010/v1"

// parseServer also returns what is wrong with a URL, in words that follow it.
func parseServer(text string) (u *url.URL, problem string) {
	if lower := strings.ToLower(text); !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://") {
		return nil, noServer
	}
	u, err := url.Parse(text)
	if failed := (*url.Error)(nil); errors.As(err, &failed) {
		return nil, "is not a URL: " + failed.Err.Error() + "; give one such as http://127.0.0.1:4010/v1"
	}
	if u.Hostname() == "" {
		return nil, "names no host; give one after the two slashes, such as http://127.0.0.1:4010/v1"
	}
	if port, err := strconv.Atoi(u.Port()); strings.HasSuffix(u.Host, ":") || u.Port() != "" && (err != nil || port < 1 || port > 65535) {
		return nil, "needs a port from 1 to 65535 after the colon, or no colon"
	}
	return u, ""
}

// splitURL returns the host of a URL, in lower case and without the default
// port of its scheme, and its path, as written. The host is empty if the URL
// begins with the path. It accepts any text.
func splitURL(url string) (host, path string) {
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		url = url[:i]
	}
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok || strings.Contains(scheme, "/") {
		return "", url
	}
	host, path, ok = strings.Cut(rest, "/")
	if ok {
		path = "/" + path
	}
	host = strings.ToLower(host[strings.LastIndexByte(host, '@')+1:])
	switch strings.ToLower(scheme) {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return host, path
}
