package proxy

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// requestTarget returns the request target for the server at base: the path of
// base, followed by what the client asks for, byte by byte.
func requestTarget(base *url.URL, r *http.Request) string {
	requested := originForm(r)
	if requested == "*" {
		return requested
	}
	path, query, hasQuery := strings.Cut(requested, "?")
	target := strings.TrimSuffix(base.EscapedPath(), "/") + path
	switch {
	case base.RawQuery != "" && query != "":
		return target + "?" + base.RawQuery + "&" + query
	case base.RawQuery != "":
		return target + "?" + base.RawQuery
	case hasQuery:
		return target + "?" + query
	}
	return target
}

// originForm returns the request target of a client in origin-form, or "*" (RFC
// 9112, 3.2). A client that takes the proxy for a forward proxy sends a scheme
// and a host before it.
func originForm(r *http.Request) string {
	target := r.RequestURI
	if strings.HasPrefix(target, "/") || target == "*" {
		return target
	}
	_, rest, _ := strings.Cut(target, "://")
	slash := strings.IndexAny(rest, "/?")
	switch {
	case slash < 0 && r.Method == http.MethodOptions:
		return "*"
	case slash < 0:
		return "/"
	case rest[slash] == '?':
		return "/" + rest[slash:]
	}
	return rest[slash:]
}

// urlOf returns the URL with which net/http sends target to the server at base.
func urlOf(base *url.URL, target string) *url.URL {
	if u, err := url.ParseRequestURI(target); err == nil {
		u.Scheme, u.Host = base.Scheme, base.Host
		if u.RequestURI() == target {
			return u
		}
	}
	// Characters that should be escaped but are not pass through an opaque URL.
	u := &url.URL{Scheme: base.Scheme, Host: base.Host, Opaque: target}
	if strings.HasPrefix(target, "//") {
		u.Opaque = "//" + base.Host + target // net/http takes the first two slashes for those before a host
	}
	return u
}

// shownURL returns the URL of target for a recording: its text is what was
// sent, except that bytes which are not UTF-8 are escaped.
func shownURL(base *url.URL, target string) *url.URL {
	return &url.URL{Scheme: base.Scheme, Opaque: "//" + base.Host + escapeInvalid(strings.TrimPrefix(target, "*"))}
}

func escapeInvalid(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&b, "%%%02X", text[i])
		} else {
			b.WriteString(text[i : i+size])
		}
		i += size
	}
	return b.String()
}

// address returns the URL of a server without any part that may be a
// credential.
func address(base *url.URL) string {
	return (&url.URL{Scheme: base.Scheme, Host: base.Host, Path: base.Path, RawPath: base.RawPath}).String()
}
