package spec

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/plumbapi/plumb"
)

// template is a path of the description.
type template struct {
	path     string
	place    plumb.Source
	segments []segment
	slash    bool     // whether the path ends with a slash
	selector selector // what the query or fragment of the path requires of a request
	alone    bool     // whether no other path differs from it only in query or fragment
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
	multi   bool           // whether its parameter can hold several segments of a path
}

func newTemplate(path string, place plumb.Source) *template {
	t := &template{path: path, place: place}
	_, path = splitURL(path) // some authors append a query or a fragment to distinguish operations
	t.selector = newSelector(t.path[len(path):])
	t.slash = endsWithSlash(path)
	for _, text := range splitPath(path) {
		t.segments = append(t.segments, newSegment(text))
	}
	return t
}

func newSegment(text string) segment {
	at := variable().FindAllStringIndex(text, -1)
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
	if s.mixture, err = regexp.Compile(b.String()); err != nil { // it decodes to something that is not valid UTF-8
		return segment{literal: decode(text)}
	}
	return s
}

// widen lets the parameters with these names hold several segments of a path.
func (t *template) widen(names []string) {
	for i := range t.segments {
		s := &t.segments[i]
		s.multi = s.mixture == nil && len(s.params) == 1 && slices.Contains(names, s.params[0])
	}
}

// isMulti reports whether the template can match paths with more segments than
// it has.
func (t *template) isMulti() bool {
	return slices.ContainsFunc(t.segments, func(s segment) bool { return s.multi })
}

// decode decodes percent-encoding; what is not encoded correctly is left as it
// is.
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

// compareTemplates sorts longer templates first, then those with a literal
// where others have a parameter.
func compareTemplates(a, b *template) int {
	if c := cmp.Compare(len(b.segments), len(a.segments)); c != 0 {
		return c
	}
	return slices.CompareFunc(a.segments, b.segments, func(a, b segment) int {
		return cmp.Compare(a.openness(), b.openness())
	})
}

// openness is 0 for a literal, and increases with what a segment can match.
func (s *segment) openness() int {
	switch {
	case len(s.params) == 0:
		return 0
	case s.mixture != nil:
		return 1
	case s.multi:
		return 3
	}
	return 2
}

// markAlone marks the templates from which no other differs only in query or
// fragment.
func markAlone(templates []*template) {
	count := map[string]int{}
	for _, t := range templates {
		count[t.withoutSelector()]++
	}
	for _, t := range templates {
		t.alone = count[t.withoutSelector()] == 1
	}
}

// withoutSelector returns the path without query and fragment, and with the
// same name for all parameters.
func (t *template) withoutSelector() string {
	_, path := splitURL(t.path)
	return variable().ReplaceAllString(path, "{}")
}

// matchEnd matches the template against the end of a path. It returns the
// number of segments that precede the match, for each possible match: there is
// at most one, unless a parameter can hold several segments.
func (t *template) matchEnd(path []string) []int {
	start := len(path) - len(t.segments)
	if start < 0 {
		return nil
	}
	if !t.isMulti() {
		for i := len(t.segments) - 1; i >= 0; i-- { // literals at the end distinguish most paths
			if !t.segments[i].fits(path[start+i]) {
				return nil
			}
		}
		return []int{start}
	}
	var starts []int
	for from := 0; from <= start; from++ {
		if t.widths(path[from:]) != nil {
			starts = append(starts, from)
		}
	}
	return starts
}

// widths returns how many segments of a path each segment of the template
// matches if it matches the whole path, or nil. If several parameters can hold
// more than one segment, the last holds as many as possible.
func (t *template) widths(path []string) []int {
	widths := make([]int, len(t.segments))
	i, at := 0, 0         // indexes in the template and in the path
	last, lastAt := -1, 0 // the last parameter that can hold more segments, and where it begins
	for at < len(path) {
		switch {
		case i < len(t.segments) && t.segments[i].fits(path[at]):
			if t.segments[i].multi {
				last, lastAt = i, at
			}
			widths[i] = 1
			i++
			at++
		case last >= 0:
			widths[last]++
			i, at = last+1, lastAt+widths[last]
		default:
			return nil
		}
	}
	if i < len(t.segments) {
		return nil
	}
	return widths
}

// params returns the parameters in a path that the template matches, decoded.
func (t *template) params(path []string) map[string]string {
	params := map[string]string{}
	widths := []int(nil)
	if t.isMulti() {
		widths = t.widths(path)
	}
	for i := range t.segments {
		width := 1
		if widths != nil {
			width = widths[i]
		}
		text := decode(path[0])
		for _, more := range path[1:width] {
			text += "/" + decode(more)
		}
		t.segments[i].read(text, params)
		path = path[width:]
	}
	return params
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

// isOpen reports whether the template begins with a parameter or is empty, so
// that it would match the end of every path.
func (t *template) isOpen() bool {
	return len(t.segments) == 0 || len(t.segments[0].params) > 0 && strings.HasPrefix(strings.TrimLeft(t.path, "/"), "{")
}
