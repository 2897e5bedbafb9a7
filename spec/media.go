package spec

import (
	"maps"
	"mime"
	"strings"
)

// MediaFor returns the media type that describes a Content-Type header: the
// exact one, else its range (text/*), else */*, else nil. Case and charset do
// not matter; other parameters distinguish media types that are otherwise
// equal.
func (r *Response) MediaFor(contentType string) *Media {
	exact, params := parseMediaType(contentType)
	group, _, _ := strings.Cut(exact, "/")
	for _, wanted := range []string{exact, group + "/*", "*/*"} {
		if m := r.mediaOf(wanted, params); m != nil {
			return m
		}
	}
	return nil
}

// mediaOf returns, of the media types with that name, the one with the most
// parameters of the header, or else one that the header does not contradict. If
// there is only one, its parameters do not matter. It is nil if the header
// contradicts all of several.
func (r *Response) mediaOf(name string, params map[string]string) *Media {
	var exact, possible, only *Media
	most, count := -1, 0
	for _, m := range r.Media {
		described, own := parseMediaType(m.Type)
		if described != name {
			continue
		}
		only = m
		count++
		if isSubset(own, params) && len(own) > most {
			exact, most = m, len(own)
		}
		if possible == nil && !contradict(own, params) {
			possible = m
		}
	}
	switch {
	case exact != nil:
		return exact
	case count == 1:
		return only
	}
	return possible
}

func isSubset(described, sent map[string]string) bool {
	for name, value := range described {
		if has, ok := sent[name]; !ok || !strings.EqualFold(has, value) {
			return false
		}
	}
	return true
}

// contradict reports whether a header has a different value for a parameter.
func contradict(described, sent map[string]string) bool {
	for name, value := range described {
		if has, ok := sent[name]; ok && !strings.EqualFold(has, value) {
			return true
		}
	}
	return false
}

// parseMediaType returns a media type in lower case, and its parameters except
// charset.
func parseMediaType(text string) (name string, params map[string]string) {
	name, rest, hasParams := strings.Cut(text, ";")
	name = strings.ToLower(strings.TrimSpace(name))
	if !hasParams || strings.TrimSpace(rest) == "" {
		return name, nil
	}
	_, params, err := mime.ParseMediaType(text)
	if err != nil { // part of it may be valid nevertheless
		params = map[string]string{}
		for part := range strings.SplitSeq(rest, ";") {
			key, value, _ := strings.Cut(part, "=")
			params[strings.ToLower(strings.TrimSpace(key))] = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	maps.DeleteFunc(params, func(name, _ string) bool { return name == "charset" || name == "" })
	return name, params
}
