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
	slash    bool     // the path ends with a slash
	selector selector // what a query or fragment of the path asks of a request
	alone    bool     // no other path differs from it in query or fragment only
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
	multi   bool           // a parameter that can hold several segments of a path
}

func newTemplate(path string, place plumb.Source) *template {
	t := &template{path: path, place: place}
	_, path = splitURL(path) // some append a query or a fragment to tell operations apart
	t.selector = newSelector(t.path[len(path):])
	t.slash = endsWithSlash(path)
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

// decode undoes percent-encoding; what is not well encoded stays as it is.
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

// openness is 0 for a literal, and rises with what a segment can match.
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

// markAlone finds out which templates differ from no other in query or fragment
// only.
func markAlone(templates []*template) {
	count := map[string]int{}
	for _, t := range templates {
		count[t.withoutSelector()]++
	}
	for _, t := range templates {
		t.alone = count[t.withoutSelector()] == 1
	}
}

// withoutSelector is the path without query and fragment, and with one name for
// all parameters.
func (t *template) withoutSelector() string {
	_, path := splitURL(t.path)
	return variable.ReplaceAllString(path, "{}")
}

// matchEnd matches the template against the end of a path. It returns how many
// segments precede the match, in each way that there is: one, unless a
// parameter can hold several segments.
func (t *template) matchEnd(path []string) []int {
	start := len(path) - len(t.segments)
	if start < 0 {
		return nil
	}
	if !t.isMulti() {
		for i := len(t.segments) - 1; i >= 0; i-- { // literals at the end tell most paths apart
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
// matches, so that all are matched; nil where that cannot be. Of several
// parameters that can hold more than one, the last takes most.
func (t *template) widths(path []string) []int {
	widths := make([]int, len(t.segments))
	i, at := 0, 0         // in the template and in the path
	last, lastAt := -1, 0 // the parameter that can take more, and where it begins
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

// isOpen reports whether the template begins with a parameter, or has nothing:
// it would match the end of every path.
func (t *template) isOpen() bool {
	return len(t.segments) == 0 || len(t.segments[0].params) > 0 && strings.HasPrefix(strings.TrimLeft(t.path, "/"), "{")
}
