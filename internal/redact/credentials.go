package redact

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// shortestSecret is the length below which a value is not kept as a secret:
// hiding a shorter one everywhere would hide ordinary text.
const shortestSecret = 6

// Credentials returns the credentials that an exchange carried in its URL and
// its headers, sorted and without duplicates. The headers may be nil.
func Credentials(address string, request, response http.Header) []string {
	var found []string
	add := func(values ...string) {
		for _, v := range values {
			if v = strings.TrimSpace(v); len(v) >= shortestSecret {
				found = append(found, v)
			}
		}
	}
	for _, h := range []http.Header{request, response} {
		for name, values := range h {
			for _, value := range values {
				add(headerSecrets(name, value)...)
			}
		}
	}
	add(urlSecrets(address)...)
	add(urlSecrets(response.Get("Location"))...)
	slices.Sort(found)
	return slices.Compact(found)
}

// headerSecrets returns the secrets in one value of a header.
func headerSecrets(name, value string) []string {
	switch name = http.CanonicalHeaderKey(name); {
	case name == "Authorization", name == "Proxy-Authorization":
		value = strings.TrimSpace(value)
		scheme, token, _ := strings.Cut(value, " ")
		if token == "" && slices.Contains(schemes, strings.ToLower(scheme)) {
			return nil // somebody removed the token
		}
		return []string{value, token}
	case name == "Cookie":
		var secrets []string
		for pair := range strings.SplitSeq(value, ";") {
			_, v, _ := strings.Cut(pair, "=")
			secrets = append(secrets, v)
		}
		return secrets
	case name == "Set-Cookie":
		pair, _, _ := strings.Cut(value, ";")
		_, v, _ := strings.Cut(pair, "=")
		return []string{v}
	case listed().info(name, header).secrecy.hides(value):
		return []string{value}
	}
	return nil
}

// schemes are the words that the value of Authorization may begin with.
var schemes = []string{"basic", "bearer", "digest", "negotiate", "token"}

// urlSecrets returns the secrets in a URL, as written and decoded.
func urlSecrets(address string) []string {
	if !strings.ContainsAny(address, "?@") {
		return nil // neither a query nor a user: the usual case
	}
	u, err := url.Parse(address)
	if address == "" || err != nil {
		return nil
	}
	var secrets []string
	if u.User != nil {
		password, _ := u.User.Password()
		secrets = append(secrets, u.User.String(), u.User.Username(), password)
	}
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if plain := unescaped(value); listed().of(unescaped(name), query).hides(plain) {
			secrets = append(secrets, value, plain)
		}
	}
	return secrets
}

// Header returns a copy of h without credentials: a value that is one, whole
// or in part, is replaced by [Mark].
func (c *Cleaner) Header(h http.Header) http.Header {
	clean := make(http.Header, len(h))
	for name, values := range h {
		for _, value := range values {
			if len(headerSecrets(name, value)) > 0 {
				value = Mark
			}
			clean[name] = append(clean[name], c.Text(value))
		}
	}
	return clean
}
