package probe

import (
	"net/http"
	"net/url"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/arazzo"
	"github.com/plumbapi/plumb/spec"
)

// The table of styles of the OpenAPI Specification, and what it leaves open. Members of
// objects are sorted.
func TestParameterStyles(t *testing.T) {
	const (
		empty  = `''`
		text   = `blue`
		list   = `[blue, black, 'a,b c']`
		object = `{R: 100, G: 'x=&;|/é'}`
	)
	for _, tt := range []struct{ in, keywords, value, want string }{
		{"path", `style: matrix`, empty, ";color"},
		{"path", `style: matrix`, text, ";color=blue"},
		{"path", `style: matrix`, list, ";color=blue,black,a%2Cb%20c"},
		{"path", `style: matrix`, object, ";color=G,x%3D%26%3B%7C%2F%C3%A9,R,100"},
		{"path", `style: matrix, explode: true`, empty, ";color"},
		{"path", `style: matrix, explode: true`, text, ";color=blue"},
		{"path", `style: matrix, explode: true`, list, ";color=blue;color=black;color=a%2Cb%20c"},
		{"path", `style: matrix, explode: true`, object, ";G=x%3D%26%3B%7C%2F%C3%A9;R=100"},
		{"path", `style: label`, text, ".blue"},
		{"path", `style: label`, list, ".blue,black,a%2Cb%20c"},
		{"path", `style: label`, object, ".G,x%3D%26%3B%7C%2F%C3%A9,R,100"},
		{"path", `style: label, explode: true`, text, ".blue"},
		{"path", `style: label, explode: true`, list, ".blue.black.a%2Cb%20c"},
		{"path", `style: label, explode: true`, object, ".G=x%3D%26%3B%7C%2F%C3%A9.R=100"},
		{"path", `style: simple`, text, "blue"},
		{"path", ``, list, "blue,black,a%2Cb%20c"},
		{"path", ``, object, "G,x%3D%26%3B%7C%2F%C3%A9,R,100"},
		{"path", `explode: true`, text, "blue"},
		{"path", `explode: true`, list, "blue,black,a%2Cb%20c"},
		{"path", `explode: true`, object, "G=x%3D%26%3B%7C%2F%C3%A9,R=100"},
		{"query", ``, empty, "color="},
		{"query", `style: form`, text, "color=blue"},
		{"query", ``, list, "color=blue&color=black&color=a%2Cb%20c"},
		{"query", ``, object, "G=x%3D%26%3B%7C%2F%C3%A9&R=100"},
		{"query", ``, `[]`, ""},
		{"query", ``, `{}`, ""},
		{"query", `explode: false`, empty, "color="},
		{"query", `explode: false`, text, "color=blue"},
		{"query", `explode: false`, list, "color=blue,black,a%2Cb%20c"},
		{"query", `explode: false`, object, "color=G,x%3D%26%3B%7C%2F%C3%A9,R,100"},
		{"query", `style: spaceDelimited`, text, "color=blue"},
		{"query", `style: spaceDelimited`, list, "color=blue%20black%20a%2Cb%20c"},
		{"query", `style: spaceDelimited`, object, "color=G%20x%3D%26%3B%7C%2F%C3%A9%20R%20100"},
		{"query", `style: spaceDelimited, explode: true`, list, "color=blue&color=black&color=a%2Cb%20c"},
		{"query", `style: pipeDelimited`, text, "color=blue"},
		{"query", `style: pipeDelimited`, list, "color=blue%7Cblack%7Ca%2Cb%20c"},
		{"query", `style: pipeDelimited`, object, "color=G%7Cx%3D%26%3B%7C%2F%C3%A9%7CR%7C100"},
		{"query", `style: pipeDelimited, explode: true`, list, "color=blue&color=black&color=a%2Cb%20c"},
		{"query", `style: deepObject, explode: true`, object, "color%5BG%5D=x%3D%26%3B%7C%2F%C3%A9&color%5BR%5D=100"},
		{"query", `style: deepObject`, object, "color%5BG%5D=x%3D%26%3B%7C%2F%C3%A9&color%5BR%5D=100"},
		{"query", `style: deepObject`, text, "color=blue"},
		{"query", `style: deepObject`, list, "color=blue&color=black&color=a%2Cb%20c"},
		{"query", `allowReserved: true`, `"a/b:c?d,e;f='g'@(h)!*$1"`, "color=a/b:c?d,e;f='g'@(h)!*$1"},
		{"query", `allowReserved: true`, `'a#b&c+d [e]|"é'`, "color=a%23b%26c%2Bd%20%5Be%5D%7C%22%C3%A9"},
		{"query", `allowReserved: true`, `'a%2Fb%2fc%d%'`, "color=a%2Fb%2fc%25d%25"},
		{"query", `allowReserved: true`, list, "color=blue&color=black&color=a,b%20c"},
		{"query", `allowReserved: true, explode: false`, list, "color=blue,black,a,b%20c"},
		{"query", `allowReserved: true`, `{'a/=&b': 'c/d&e'}`, "a%2F%3D%26b=c/d%26e"},
		{"query", `allowReserved: true, style: deepObject`, object, "color%5BG%5D=x=%26;%7C/%C3%A9&color%5BR%5D=100"},
		{"query", `allowReserved: false`, `'a/b'`, "color=a%2Fb"},
		{"path", `allowReserved: true`, `'a/b'`, "a%2Fb"},
		{"header", ``, text, "blue"},
		{"header", `style: simple`, list, "blue,black,a,b c"},
		{"header", ``, object, "G,x=&;|/é,R,100"},
		{"header", `explode: true`, text, "blue"},
		{"header", `explode: true`, list, "blue,black,a,b c"},
		{"header", `explode: true`, object, "G=x=&;|/é,R=100"},
		{"cookie", ``, text, "color=blue"},
		{"cookie", `style: form`, list, "color=blue&color=black&color=a%2Cb%20c"},
		{"cookie", ``, object, "G=x=%26%3B|/%C3%A9&R=100"},
		{"cookie", `explode: false`, text, "color=blue"},
		{"cookie", `explode: false`, list, "color=blue,black,a%2Cb%20c"},
		{"cookie", `explode: false`, object, "color=G,x=%26%3B|/%C3%A9,R,100"},
		{"cookie", ``, empty, "color="},
		{"cookie", ``, `[]`, ""},
		{"cookie", ``, `{}`, ""},
		{"cookie", `explode: false`, `[]`, ""},
		{"cookie", ``, `"a\nb"`, "color=a%0Ab"},
		{"cookie", `style: cookie`, list, "color=blue; color=black; color=a,b c"},
		{"cookie", `style: cookie`, object, "G=x=&;|/é; R=100"},
		{"cookie", `style: cookie`, `'a%20b&c="x"'`, `color=a%20b&c="x"`},
		{"cookie", `style: cookie, explode: false`, list, "color=blue,black,a,b c"},
		{"cookie", `style: cookie`, `[]`, ""},
		{"query", `content: {application/json: {}}`, text, "color=%22blue%22"},
		{"query", `content: {application/json: {}}`, `{R: 100, a: [1]}`, "color=%7B%22R%22%3A100%2C%22a%22%3A%5B1%5D%7D"},
		{"header", `content: {text/plain: {}}`, text, "blue"},
		{"path", `content: {application/json: {}}`, list, "%5B%22blue%22%2C%22black%22%2C%22a%2Cb%20c%22%5D"},
	} {
		req := smokeRequest(t, "{name: color, in: "+tt.in+", required: true, "+parameterKeywords(tt.keywords, tt.value)+"}", tt.in == "path")
		var got string
		switch tt.in {
		case "path":
			got = req.URL.EscapedPath()[len("/v1/items/"):]
		case "query":
			got = req.URL.RawQuery
		case "header":
			got = req.Header.Get("color")
		case "cookie":
			got = req.Header.Get("Cookie")
		}
		assert.Equal(t, tt.want, got, "%s {%s} %s", tt.in, tt.keywords, tt.value)
	}
}

// parameterKeywords returns the keywords of a parameter with an example, which is in the
// media type if there is one.
func parameterKeywords(keywords, value string) string {
	if i := len(keywords) - len(": {}}"); i > 0 && keywords[i:] == ": {}}" {
		return keywords[:i] + ": {example: " + value + "}}"
	}
	if keywords != "" {
		keywords += ", "
	}
	return keywords + "example: " + value + ", schema: {}"
}

// smokeRequest returns the request that a smoke run makes of an operation with a
// parameter.
func smokeRequest(t *testing.T, parameter string, inPath bool) *http.Request {
	t.Helper()
	path := "/items"
	if inPath {
		path += "/{color}"
	}
	d, err := spec.Load(fstest.MapFS{"api.yaml": {Data: []byte("openapi: 3.1.0\ninfo: {title: items, version: '1'}\npaths: {'" + path + "': {get: {parameters: [" + parameter + "], responses: {'200': {description: ok}}}}}\n")}}, "api.yaml", spec.Options{})
	require.NoError(t, err, parameter)
	scenarios, skipped := Smoke(d, false)
	require.Empty(t, skipped, parameter)
	base := url.URL{Scheme: "http", Host: "host.example", Path: "/v1"}
	e := executor{prober: &Prober{Base: &base, Header: http.Header{}}}
	req, err := e.request(scenarios[0].smoke)
	require.NoError(t, err, parameter)
	return req
}

// A cookie without a value leaves nothing in the header.
func TestCookiesWithoutValues(t *testing.T) {
	b := requestBuilder{header: http.Header{}}
	b.add("cookie", parameter{name: "empty", style: "form", explode: true, value: []any{}})
	assert.NotContains(t, b.header, "Cookie")
	b.add("cookie", parameter{name: "token", style: "form", explode: true, value: "abc"})
	b.add("cookie", parameter{name: "empty", style: "form", explode: true, value: map[string]any{}})
	b.add("cookie", parameter{name: "last", style: "form", explode: true, value: "z"})
	assert.Equal(t, []string{"token=abc; last=z"}, b.header["Cookie"])
}

func TestControlCharacters(t *testing.T) {
	base := url.URL{Scheme: "http", Host: "host.example"}
	e := executor{prober: &Prober{Base: &base, Header: http.Header{}}}
	op := &spec.Operation{Method: "GET", Path: "/items"}
	for _, tt := range []struct{ in, style, value, want string }{
		{"cookie", "cookie", "a\nb", "GET /items: the cookie color has the control character U+000A, which cannot be sent; give another value"},
		{"cookie", "cookie", "a\tb", "GET /items: the cookie color has the control character U+0009, which cannot be sent; give another value"},
		{"cookie", "form", "a\nb", ""},
		{"header", "simple", "a\x7fb", "GET /items: the header color has the control character U+007F, which cannot be sent; give another value"},
		{"header", "simple", "a\tb", ""},
	} {
		_, err := e.request(&call{
			operation:  op,
			arguments:  []arazzo.Argument{{Name: "color", In: tt.in, Value: tt.value}},
			parameters: []spec.Parameter{{Name: "color", In: tt.in, Style: tt.style, Explode: true}},
		})
		if tt.want == "" {
			assert.NoError(t, err, "%s %q", tt.in, tt.value)
		} else {
			assert.EqualError(t, err, tt.want)
		}
	}
}

// Pairs of an exploded object take precedence over those in the URL of the API, too.
func TestExplodedTakesPrecedence(t *testing.T) {
	b := requestBuilder{base: url.URL{Host: "h", RawQuery: "R=1&a%5Bb%5D=2&c=3&version=1"}, query: map[string][]string{}}
	b.add("query", parameter{name: "color", style: "form", explode: true, value: map[string]any{"R": "2"}})
	b.add("query", parameter{name: "a", style: "deepObject", explode: true, value: map[string]any{"b": "3"}})
	b.add("query", parameter{name: "c", style: "form", explode: true, value: []any{}})
	address, err := b.address()
	require.NoError(t, err)
	assert.Equal(t, "//h?version=1&a%5Bb%5D=3&R=2", address)
}
