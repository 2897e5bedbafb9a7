package spec

import (
	"net/url"
	"slices"
	"strings"
)

// selector is what a query or a fragment in a path of the description requires
// of requests, so that operations with the same path are distinguished:
// "/x?action=a", "/#Action=ListUsers".
type selector []selectorPair

// selectorPair is a name and its value. If the value is a parameter
// ("{version}"), any value matches.
type selectorPair struct {
	name, value string
	hasValue    bool
}

// newSelector parses what follows a path: "?a=b&c#d".
func newSelector(text string) selector {
	var s selector
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == '?' || r == '#' || r == '&' }) {
		name, value, hasValue := strings.Cut(part, "=")
		s = append(s, selectorPair{decodeQuery(name), decodeQuery(value), hasValue})
	}
	return s
}

func decodeQuery(text string) string {
	decoded, err := url.QueryUnescape(text)
	if err != nil {
		return text
	}
	return decoded
}

// agreement says how a request agrees with a selector.
type agreement int

const (
	contradicts agreement = iota // the request has another value
	lacks                        // the request does not have the name
	agrees
)

// meets compares the selector with that of a request.
func (s selector) meets(request selector) agreement {
	result := agrees
	for _, want := range s {
		switch {
		case slices.ContainsFunc(request, want.allows):
		case slices.ContainsFunc(request, func(has selectorPair) bool { return has.name == want.name }):
			return contradicts
		default:
			result = lacks
		}
	}
	return result
}

// allows reports whether a pair of a request matches the pair.
func (p selectorPair) allows(has selectorPair) bool {
	if p.name != has.name {
		return false
	}
	return !p.hasValue || p.value == has.value || strings.HasPrefix(p.value, "{") && has.value != ""
}
