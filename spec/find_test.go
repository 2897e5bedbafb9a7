package spec_test

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/spec"
)

// found returns a match as one line: the site, the operation or else the path,
// and parameters.
func found(m spec.Match) string {
	text := map[spec.Site]string{spec.Own: "own", spec.Foreign: "foreign", spec.Behind: "behind", spec.Outside: "outside", spec.NotHTTP: "no HTTP"}[m.Site]
	switch {
	case m.Operation != nil:
		text += " " + m.Operation.ID
	case m.Path != "":
		text += " " + m.Path
	case m.Undescribed != "":
		text += " undescribed " + m.Undescribed
	case m.Site == spec.Foreign:
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(m.Params)) {
		text += " " + name + "=" + m.Params[name]
	}
	return text
}

func router(t require.TestingT, d *spec.Description, s spec.Servers) *spec.Router {
	r, err := d.Router(s)
	require.NoError(t, err)
	return r
}

func TestFindBatches(t *testing.T) {
	d := builtin(t)
	for _, test := range []struct{ method, url, want string }{
		{"POST", "https://api.openai.com/v1/batches/batch_1/cancel", "own cancelBatch batch_id=batch_1"},
		{"post", "https://api.openai.com/v1/batches/batch_1/cancel", "own cancelBatch batch_id=batch_1"},
		{"POST", "HTTPS://user:secret@API.OpenAI.com:443/v1/batches/batch_1/cancel/?x=1#y", "own cancelBatch batch_id=batch_1"},
		{"GET", "https://api.openai.com/v1/batches", "own listBatches"},
		{"GET", "https://api.openai.com/v1/batches/?limit=2", "own listBatches"},
		{"POST", "https://api.openai.com/v1/batches", "own createBatch"},
		{"GET", "https://api.openai.com/v1/batches/a%2Fb%20c", "own retrieveBatch batch_id=a/b c"},
		{"GET", "https://api.openai.com/v1/batches/100%", "own retrieveBatch batch_id=100%"},
		{"GET", "https://api.openai.com/v1/b%61tches", "own listBatches"},
		{"DELETE", "https://api.openai.com/v1/batches/x", "own /batches/{batch_id} batch_id=x"},
		{"", "https://api.openai.com/v1/batches/x", "own /batches/{batch_id} batch_id=x"},

		// Base paths without a host do not belong to hosts that are named.
		{"GET", "https://api.openai.com/batches", "outside"},
		{"GET", "https://api.openai.com/v2/batches", "outside"},
		{"GET", "https://api.openai.com/openai/batches", "outside"},
		{"GET", "https://api.openai.com/v1/openai/batches", "own undescribed /openai/batches"},
		{"GET", "https://api.openai.com/v1/other/batches", "own undescribed /other/batches"},
		{"GET", "https://api.openai.com/v1/files/file-1/content", "own undescribed /files/*/content"},
		{"GET", "https://api.openai.com/v1/batches/b/requests", "own undescribed /batches/*/requests"},
		{"GET", "https://api.openai.com/v1", "own undescribed /"},

		// On other hosts: the root and the base paths, then any other prefix.
		{"POST", "http://127.0.0.1:8080/openai/batches/batch_1/cancel?api-version=2024-10-21", "foreign cancelBatch batch_id=batch_1"},
		{"POST", "https://name.openai.azure.com/openai/v1/batches/batch_1/cancel", "foreign cancelBatch batch_id=batch_1"},
		{"GET", "https://api.openai.com.evil.example/v1/batches", "foreign listBatches"},
		{"POST", "/v1/batches/x/cancel", "foreign cancelBatch batch_id=x"},
		{"POST", "/batches/x/cancel", "foreign cancelBatch batch_id=x"},
		{"POST", "//batches/x/cancel", "foreign cancelBatch batch_id=x"},
		{"DELETE", "/v1/batches/x", "foreign /batches/{batch_id} batch_id=x"},
		{"POST", "https://gateway.example/v1/acct/gw/openai/batches/x/cancel", "behind cancelBatch batch_id=x"},
		{"POST", "https://api.anthropic.com/v1/messages/batches/x/cancel", "behind cancelBatch batch_id=x"},
		{"GET", "/proxy/https://api.openai.com/v1/batches", "behind listBatches"},
		{"DELETE", "https://api.anthropic.com/v1/messages/batches/x", ""},
		{"GET", "https://other.example/v1/batches//cancel", ""},
		{"GET", "https://other.example/v1/batches/x/y", ""},
		{"GET", "https://other.example", ""},
		{"GET", "", ""},
		{"OPTIONS", "*", ""},
		{"GET", "https://other.example/Batches", ""},

		{"GET", "chrome-extension://abcdef/v1/batches", "no HTTP"},
		{"GET", "blob:https://api.openai.com/v1/batches", "no HTTP"},
		{"GET", "file:///v1/batches", "no HTTP"},
		{"GET", "wss://api.openai.com/v1/batches", "no HTTP"},
		{"GET", "data:application/json,{}", "no HTTP"},
		{"GET", "about:blank", "no HTTP"},
		{"GET", "/v1/batches/a:b", "foreign retrieveBatch batch_id=a:b"},
		{"GET", "localhost:8080/v1/batches", "behind listBatches"},
	} {
		t.Run(test.method+" "+test.url, func(t *testing.T) {
			assert.Equal(t, test.want, found(d.Find(test.method, test.url)))
		})
	}
}

func TestFindAmongTemplates(t *testing.T) {
	d := load(t, `
openapi: 3.1.0
servers:
  - url: https://{region}.example.com:{port}/{base}
    variables:
      region: {enum: [eu, us], default: eu}
      port: {default: '443'}
      base: {default: api/v1, enum: [api/v1, api/v2]}
  - url: https://{tenant}.example.net/
    variables:
      tenant: {default: demo}
paths:
  /{bucket}: {get: {operationId: bucket}}
  /{bucket}/{key}: {get: {operationId: key}, put: {operationId: putKey}}
  /users/{id}: {get: {operationId: user}, delete: {operationId: deleteUser}}
  /users/me: {get: {operationId: me}}
  /users/{id}.json: {get: {operationId: userJSON}}
  /users/{a}:{b}: {get: {operationId: pair}}
  /users/{id}/files/{name}: {get: {operationId: file}}
  /users/me/files/{name}: {get: {operationId: myFile}}
  /users/{id}/files/all: {get: {operationId: allFiles}}
  /a%20b/{x}: {get: {operationId: encoded}}
  /upload:
    servers: [{url: 'https://upload.example.org/up'}]
    post: {operationId: upload}
    put:
      operationId: putUpload
      servers: [{url: /put}]
  /files/{name}/users/me: {delete: {operationId: deleteMe}}
  /: {get: {operationId: root}}
`)
	for _, test := range []struct{ method, url, want string }{
		{"GET", "http://h/users/me", "foreign me"},
		{"GET", "http://h/users/you", "foreign user id=you"},
		{"DELETE", "http://h/users/me", "foreign deleteUser id=me"},
		{"GET", "http://h/users/you.json", "foreign userJSON id=you"},
		{"GET", "http://h/users/a:b:c", "foreign pair a=a b=b:c"},
		{"GET", "http://h/users/a%3Ab", "foreign pair a=a b=b"},
		{"GET", "http://h/users/.json", "foreign user id=.json"},
		{"GET", "http://h/users/me/files/x", "foreign myFile name=x"},
		{"GET", "http://h/users/you/files/all", "foreign allFiles id=you"},
		{"GET", "http://h/users/me/files/all", "foreign myFile name=all"},
		{"GET", "http://h/a%20b/c", "foreign encoded x=c"},
		{"GET", "http://h/x/users/me", "behind me"},
		{"PATCH", "http://h/x/users/me", ""},
		{"PATCH", "http://h/users/me", "foreign /users/me"},
		{"GET", "http://h/files/x/users/me", "foreign /files/{name}/users/me name=x"},
		{"DELETE", "http://h/files/x/users/me", "foreign deleteMe name=x"},

		// What begins with a parameter matches at the root and below the base
		// paths.
		{"GET", "http://h/b", "foreign bucket bucket=b"},
		{"GET", "http://h/b/k", "foreign key bucket=b key=k"},
		{"GET", "http://h/x/b/k", ""},
		{"GET", "http://h/api/v2/b/k", "foreign key bucket=b key=k"},
		{"GET", "http://h/", "foreign root"},
		{"GET", "http://h/api/v2", "foreign key bucket=api key=v2"},
		{"PUT", "/b/k", "foreign putKey bucket=b key=k"},

		// On hosts of the description, only below its base paths.
		{"GET", "https://us.example.com/api/v2/users/me", "own me"},
		{"GET", "https://us.example.com/api/v3/users/me", "outside"},
		{"GET", "https://us.example.com/api/v2/users/me/likes/17", "own undescribed /users/me/likes/*"},
		{"GET", "https://us.example.com:8443/api/v1/b", "own bucket bucket=b"},
		{"GET", "https://asia.example.com/api/v1/users/me", "foreign me"},
		{"GET", "https://acme.example.net/users/me", "own me"},
		{"GET", "https://acme.example.net/x/users/me", "own undescribed /*/*/me"},
		{"GET", "https://acme.example.net/", "own root"},
		{"POST", "https://upload.example.org/up/upload", "own upload"},
		{"POST", "https://upload.example.org/upload", "outside"},
		{"POST", "https://acme.example.net/upload", "own /{bucket} bucket=upload"},

		// Servers of an operation that have no host apply to all hosts.
		{"PUT", "https://acme.example.net/put/upload", "own putKey bucket=put key=upload"},
		{"PUT", "https://us.example.com/put/upload", "own putUpload"},
		{"PUT", "http://h/x/y/upload", "behind putUpload"},
	} {
		t.Run(test.method+" "+test.url, func(t *testing.T) {
			assert.Equal(t, test.want, found(d.Find(test.method, test.url)))
		})
	}
}

// Paths that are equal except for a slash at the end, a query or a fragment.
func TestFindAmongEqualPaths(t *testing.T) {
	d := load(t, `
openapi: 3.1.0
servers: [{url: 'https://h.example'}]
paths:
  /x/: {get: {operationId: slash}, put: {operationId: putSlash}}
  /x: {get: {operationId: bare}}
  /y/: {get: {operationId: onlySlash}}
  /q?action=a: {get: {operationId: a}}
  /q?action=b: {get: {operationId: b}}
  /q?action=b&kind={kind}: {get: {operationId: bKind}}
  /r#Action=ListUsers: {post: {operationId: list}}
  /r#Action=DropUsers: {post: {operationId: drop}}
  /s#only: {get: {operationId: fragment}}
  /t?version=1: {get: {operationId: query}}
  /u: {get: {operationId: plain}}
  /u?long: {get: {operationId: long}}
  /{id}?action=c: {get: {operationId: c}}
  /{name}?action=d: {get: {operationId: d}}
`)
	for _, test := range []struct{ method, url, want string }{
		{"GET", "/x", "foreign bare"},
		{"GET", "/x/", "foreign slash"},
		{"GET", "/x/?a#b", "foreign slash"},
		{"PUT", "/x", "foreign putSlash"},
		{"GET", "/y", "foreign onlySlash"},
		{"GET", "/q?action=a", "foreign a"},
		{"GET", "/q?x=1&action=b", "foreign b"},
		{"GET", "/q?kind=k&action=b", "foreign bKind"},
		{"GET", "/q?kind=&action=b", "foreign b"},
		{"GET", "https://h.example/q?action=z", "own undescribed /q"},
		{"GET", "/q", ""},
		{"POST", "/r?Action=ListUsers", "foreign list"},
		{"POST", "/r#Action=DropUsers", "foreign drop"},
		{"POST", "/r?Version=1&Action=Drop%55sers", "foreign drop"},
		{"POST", "/r", ""},
		{"GET", "/s", "foreign fragment"},
		{"GET", "/t", "foreign query"},
		{"GET", "/t?version=2", ""},
		{"GET", "/u", "foreign plain"},
		{"GET", "/u?long=yes", "foreign long"},
		{"GET", "/z?action=c", "foreign c id=z"},
		{"GET", "/z?action=d", "foreign d name=z"},
	} {
		t.Run(test.method+" "+test.url, func(t *testing.T) {
			assert.Equal(t, test.want, found(d.Find(test.method, test.url)))
		})
	}
}

func TestFindMultiSegment(t *testing.T) {
	d := load(t, `
openapi: 3.1.0
servers: [{url: 'https://h.example/v1'}]
paths:
  /refs/{ref}:
    get:
      operationId: ref
      parameters: [{$ref: '#/components/parameters/ref'}]
  /refs/{ref}/status:
    parameters: [{name: ref, in: path, required: true, x-multi-segment: true}]
    get: {operationId: status}
  /compare/{a}/to/{b}/{c}:
    parameters: [{name: a, in: path, required: true, x-multi-segment: true}, {name: b, in: path, required: true, x-multi-segment: true}]
    get: {operationId: compare}
  /tags/{tag}:
    get: {operationId: tag, parameters: [{name: tag, in: path, required: true, x-multi-segment: false}, {name: tag, in: query, x-multi-segment: true}]}
  /heads/main: {get: {operationId: main}}
  /files/{name}.json:
    parameters: [{name: name, in: path, required: true, x-multi-segment: true}]
    get: {operationId: file}
components:
  parameters:
    ref: {name: ref, in: path, required: true, x-multi-segment: true}
`)
	for _, test := range []struct{ url, want string }{
		{"https://h.example/v1/refs/main", "own ref ref=main"},
		{"https://h.example/v1/refs/heads/main", "own ref ref=heads/main"},
		{"https://h.example/v1/refs/heads%2Fa/b%20c", "own ref ref=heads/a/b c"},
		{"https://h.example/v1/refs/heads/main/status", "own status ref=heads/main"},
		{"https://h.example/v1/refs/status", "own ref ref=status"},
		{"https://h.example/v1/refs/status/status/status", "own status ref=status/status"},
		{"https://h.example/v1/refs", "own undescribed /refs"},
		{"https://h.example/v1/compare/x/to/y/z", "own compare a=x b=y c=z"},
		{"https://h.example/v1/compare/x/to/to/y/to/z", "own compare a=x b=to/y/to c=z"},
		{"https://h.example/v1/compare/x/to/y", "own undescribed /compare/*/to/*"},
		{"https://h.example/v1/tags/a/b", "own undescribed /tags/*/b"},
		{"https://h.example/v1/files/a.json", "own file name=a"},
		{"https://h.example/v1/files/a/b.json", "own undescribed /files/a/b.json"}, // only a whole segment can be several
		{"https://h.example/v1/files/a.json/b", "own undescribed /files/*/b"},
		{"http://localhost/v1/refs/heads/main", "foreign ref ref=heads/main"},
		{"http://localhost/refs/heads/main", "foreign ref ref=heads/main"},
		{"http://localhost/gw/refs/heads/main", "behind main"},
		{"http://localhost/gw/heads/main", "behind main"},
	} {
		t.Run(test.url, func(t *testing.T) {
			assert.Equal(t, test.want, found(d.Find("GET", test.url)))
		})
	}
}

func TestExtensionsThatAreNoBooleans(t *testing.T) {
	d := load(t, `
openapi: 3.1.0
x-partial: yes please
paths:
  /refs/{ref}:
    parameters: [{name: ref, in: path, required: true, x-multi-segment: 1}]
    get: {operationId: ref}
    put: {operationId: put}
`)
	assert.False(t, d.Partial)
	var warnings []string
	for _, w := range d.Warnings {
		warnings = append(warnings, w.String())
	}
	slices.Sort(warnings)
	require.Len(t, warnings, 2)
	assert.Contains(t, warnings[0], ":3:1: x-partial is neither true nor false")
	assert.Contains(t, warnings[1], ":6:56: x-multi-segment is neither true nor false")
}

// Servers that are given replace those of the description.
func TestFindOnServers(t *testing.T) {
	d := load(t, `
openapi: 3.1.0
servers: [{url: 'https://api.example.com/v1'}]
paths:
  /a: {get: {operationId: a}}
  /b:
    servers: [{url: 'https://b.example.com'}]
    get: {operationId: b}
`)
	given := spec.Servers{URLs: []string{"http://localhost:8080/x/", "https://stage.example.com", "/gw/v2"}}
	target := spec.Servers{Target: "http://127.0.0.1:4010/t/"}
	handler := spec.Servers{Target: "/"}
	anyScheme := spec.Servers{URLs: []string{"//Stage.example.com:443/v2", "//h:8080/"}}
	for _, test := range []struct {
		servers   spec.Servers
		url, want string
	}{
		{spec.Servers{}, "https://api.example.com/v1/a", "own a"},
		{spec.Servers{}, "https://b.example.com/b", "own b"},
		{spec.Servers{}, "https://b.example.com/a", "own undescribed /a"},
		{given, "https://api.example.com/v1/a", "behind a"},
		{given, "http://localhost:8080/x/a", "own a"},
		{given, "http://localhost:8080/x/b", "own b"},
		{given, "http://localhost:8080/x/c", "own undescribed /c"},
		{given, "http://localhost:8080/a", "outside"},
		{given, "http://localhost/x/a", "foreign a"},
		{given, "https://stage.example.com/c/17", "own undescribed /c/*"},
		{given, "https://any.example.com/gw/v2/b", "foreign b"},
		{given, "/gw/v2/a", "foreign a"},
		{anyScheme, "https://stage.example.com/v2/a", "own a"},
		{anyScheme, "http://stage.example.com/v2/c", "own undescribed /c"},
		{anyScheme, "https://stage.example.com/a", "outside"},
		{anyScheme, "http://h:8080/a", "own a"},
		{anyScheme, "https://h/a", "foreign a"},
		{target, "http://127.0.0.1:4010/t/a", "own a"},
		{target, "http://127.0.0.1:4010/t/v1/a", "own a"},
		{target, "http://127.0.0.1:4010/v1/a", "own a"},
		{target, "http://127.0.0.1:4010/t/x/a", "own undescribed /x/a"},
		{target, "http://127.0.0.1:4010/t/v1/c", "own undescribed /v1/c"},
		{handler, "/a", "own a"},
		{handler, "/v1/a", "own a"},
		{handler, "http://example.com/b", "own b"},
		{handler, "/v2/a", "own undescribed /v2/a"},
		{handler, "/v1/c", "own undescribed /c"},
	} {
		assert.Equal(t, test.want, found(router(t, d, test.servers).Find("GET", test.url)), "%v %s", test.servers, test.url)
	}
	for bad, want := range map[string]string{
		"":                    "is not the URL of a server; it begins with http:// or https://, or is a base path, such as /v2",
		"example.com":         "is not the URL of a server",
		"example.com:80":      "is not the URL of a server",
		"ftp://example.com":   "is not the URL of a server",
		"http:/example.com":   "is not the URL of a server",
		"//":                  "names no host",
		"///v1":               "names no host",
		"//h:99999/v1":        "needs a port from 1 to 65535",
		"x/y":                 "is not the URL of a server",
		"https://":            "names no host; give one after the two slashes",
		"http:///v1":          "names no host",
		"http://:80":          "names no host",
		"http://h:":           "needs a port from 1 to 65535 after the colon, or no colon",
		"http://h:/v1":        "needs a port from 1 to 65535",
		"http://h:0":          "needs a port from 1 to 65535",
		"http://h:99999":      "needs a port from 1 to 65535",
		"http://{name}:99999": "needs a port from 1 to 65535",
		"http://h:x":          `is not a URL: invalid port ":x" after host; give one such as http://127.0.0.1:4010/v1`,
		"http://a b":          "is not a URL: invalid character",
		"http://[::1":         "is not a URL: missing ']' in host",
		"http://h/%zz":        "is not a URL: invalid URL escape",
	} {
		_, err := d.Router(spec.Servers{URLs: []string{bad}})
		assert.ErrorContains(t, err, want, bad)
	}
	for _, good := range []string{"/", "/v2", "http://h", "HTTPS://H:65535/v1/", "http://[::1]:8080", "https://{region}.example.com:{port}/{base}", "http://h/?api-version=1", "//h/v2", "//{region}.example.com:8080"} {
		_, err := d.Router(spec.Servers{URLs: []string{good}})
		assert.NoError(t, err, good)
	}
}

// TestServerOfAMatch checks which server an uncertain match names.
func TestServerOfAMatch(t *testing.T) {
	d := builtin(t)
	for url, want := range map[string]string{
		"https://API.x.ai/v1/batches/b?x=1":                      "https://api.x.ai/v1",
		"http://localhost:8080/batches":                          "http://localhost:8080",
		"https://u:p@gw.example/v1/acme/gw/openai/batches":       "https://gw.example/v1/acme/gw/openai",
		"https://gw.example/v1/5f2c9/gw/openai/batches":          "",
		"/gw/openai/batches":                                     "/gw/openai",
		"/batches":                                               "",
		"https://api.anthropic.com/v1/messages/batches/x/cancel": "https://api.anthropic.com/v1/messages",
	} {
		method := "GET"
		if strings.HasSuffix(url, "cancel") {
			method = "POST"
		}
		m := d.Find(method, url)
		require.NotNil(t, m.Operation, url)
		assert.Equal(t, want, m.Server(url), url)
	}
}

func TestServerThatBeginsWithAVariable(t *testing.T) {
	d := load(t, `
openapi: 3.1.0
servers:
  - url: '{server}/v1'
    variables:
      server: {default: 'https://api.example.com', enum: ['https://api.example.com', 'http://localhost:9/x', '{server}://loop']}
  - url: '{scheme}://{host}/v2'
    variables:
      scheme: {default: https}
      host: {default: any.example.com}
  - url: https://fixed.example.org:{port}/v5
    variables:
      port: {default: '443', enum: ['443', '8443']}
  - url: ./v3
paths:
  /a: {get: {operationId: a}}
`)
	for url, want := range map[string]string{
		"https://api.example.com/v1/a":        "own a",
		"http://localhost:9/x/v1/a":           "own a",
		"http://localhost:9/y/v1/a":           "outside",
		"https://fixed.example.org/v5/a":      "own a",
		"https://fixed.example.org:8443/v5/a": "own a",
		"https://fixed.example.org/v6/a":      "outside",
		"https://fixed.example.org:9/v6/a":    "behind a",
		"https://other.example.com/v2/a":      "foreign a",
		"https://other.example.com/v3/a":      "foreign a",
		"https://other.example.com/v4/a":      "behind a",
	} {
		assert.Equal(t, want, found(d.Find("GET", url)), url)
	}
}

// A path that was made from a template is found again, with its parameters, on
// any host and behind any prefix. Very long paths are not looked up, and the
// match says so.
func TestLongPaths(t *testing.T) {
	d := load(t, "openapi: 3.1.0\npaths: {/x: {get: {operationId: x}}}\n")
	for segments, want := range map[int]string{499: "behind x", 500: "behind x", 501: "too long"} {
		m := d.Find("GET", "https://h.example"+strings.Repeat("/a", segments-1)+"/x")
		if want == "too long" {
			assert.Equal(t, spec.TooLong, m.Site)
			assert.Nil(t, m.Operation)
			continue
		}
		assert.Equal(t, want, found(m), segments)
	}
}

// The template of a path that is not described keeps words, has * for other
// segments, and is of limited length.
func TestTemplatesOfUndescribedPaths(t *testing.T) {
	d := load(t, "openapi: 3.1.0\nservers: [{url: 'https://h.example'}]\npaths: {/x: {get: {operationId: x}}}\n")
	word := strings.Repeat("a", 40)
	for path, want := range map[string]string{
		"/" + word:                     "/" + word,
		"/" + word + "a":               "/*",
		strings.Repeat("/a", 12):       strings.Repeat("/a", 12),
		strings.Repeat("/a", 13):       strings.Repeat("/a", 12) + "/**",
		strings.Repeat("/a", 30):       strings.Repeat("/a", 12) + "/**",
		"/things/17/v2/b-c/" + "x%20y": "/things/*/v2/b-c/*",
		"/":                            "/",
	} {
		assert.Equal(t, want, d.Find("GET", "https://h.example"+path).Undescribed, path)
	}
}

// If paths differ only in the names of their parameters, the first counts.
func TestFindAmongTheSame(t *testing.T) {
	d := load(t, `
openapi: 3.1.0
paths:
  /things/{b}: {get: {operationId: one}}
  /things/{a}: {get: {operationId: two}}
  /other/{a}/: {get: {operationId: three}}
  /other/{b}/: {get: {operationId: four}}
`)
	assert.Equal(t, "foreign one b=1", found(d.Find("GET", "/things/1")))
	assert.Equal(t, "foreign three a=1", found(d.Find("GET", "/other/1/")))
}

// A server URL whose host consists of a variable names no host, unless the
// variable lists its values.
func TestServerWithAVariableHost(t *testing.T) {
	for server, want := range map[string]map[string]spec.Site{
		"{url: 'https://{host}/v1', variables: {host: {default: a.example, enum: [a.example, b.example]}}}":              {"a.example": spec.Own, "b.example": spec.Own, "c.example": spec.Foreign},
		"{url: 'https://{host}/v1', variables: {host: {default: a.example}}}":                                            {"a.example": spec.Foreign, "c.example": spec.Foreign},
		"{url: 'https://{a}.{b}:{port}/v1', variables: {a: {default: a}, b: {default: example}, port: {default: '80'}}}": {"a.example:80": spec.Foreign, "c.example": spec.Foreign},
		"{url: 'https://{a}.{b}/v1', variables: {a: {default: a}, b: {default: example, enum: [example]}}}":              {"a.example": spec.Own, "c.example": spec.Own, "c.other": spec.Foreign},
		"{url: 'https://{a}.example/v1', variables: {a: {default: a}}}":                                                  {"a.example": spec.Own, "c.example": spec.Own, "example": spec.Foreign},
	} {
		d := load(t, "openapi: 3.1.0\nservers: ["+server+"]\npaths: {/x: {get: {operationId: x}}}\n")
		for host, site := range want {
			m := d.Find("GET", "https://"+host+"/v1/x")
			assert.Equal(t, site, m.Site, "%s: %s", server, host)
			assert.NotNil(t, m.Operation, "%s: %s", server, host)
		}
	}
}

func TestFindUndoesEncoding(t *testing.T) {
	d := load(t, `
openapi: 3.1.0
servers: [{url: https://api.example.com/v1}]
paths:
  /batches: {get: {}}
  /batches/{a}: {get: {}}
  /batches/{a}/cancel: {get: {}}
  /batches/{a}/items/{b}: {get: {}}
  /batches/{a}/items/{b}.json: {get: {}}
  /things/{a}:{b}/x: {get: {}}
`)
	params := regexp.MustCompile(`\{\w+\}`)
	rapid.Check(t, func(t *rapid.T) {
		o := rapid.SampledFrom(d.Operations).Draw(t, "operation")
		want := map[string]string{}
		path := params.ReplaceAllStringFunc(o.Path, func(name string) string {
			value := rapid.StringN(1, 20, -1).Filter(func(s string) bool {
				// such a mixed segment could be split in more than one way
				return !strings.Contains(s, ":") && !strings.HasSuffix(s, ".json") && s != "." && s != ".."
			}).Draw(t, name)
			want[name[1:len(name)-1]] = value
			if rapid.Bool().Draw(t, "encode all") {
				return percentEncode(value)
			}
			return url.PathEscape(value)
		})
		prefix := rapid.SampledFrom([]string{
			"https://api.example.com/v1", "https://other.example/a/batches/b", "http://[::1]:8080", "/openai", "", "https://x.example/a%2Fb//c",
		}).Draw(t, "prefix")
		suffix := rapid.SampledFrom([]string{"", "/", "?a=/batches", "#/batches", "/?x#y"}).Draw(t, "suffix")

		m := d.Find("get", prefix+path+suffix)
		require.NotNil(t, m.Operation, prefix+path+suffix)
		assert.Equal(t, o.Path, m.Operation.Path)
		assert.Equal(t, o.Path, m.Path)
		assert.Equal(t, want, m.Params)
	})
}

// percentEncode encodes every byte.
func percentEncode(s string) string {
	const hex = "0123456789abcdef"
	var b strings.Builder
	for i := range len(s) {
		b.Write([]byte{'%', hex[s[i]>>4], hex[s[i]&15]})
	}
	return b.String()
}

func FuzzFind(f *testing.F) {
	for _, u := range []string{"https://api.openai.com/v1/batches/x/cancel", "/batches/%zz", "//", "http://", "://", "?#", "a://b@c:443/d?e#f", "*", "/batches/\xff/cancel"} {
		f.Add("POST", u)
	}
	d, err := spec.LoadFile(descriptions+"/clinic.yaml", "")
	require.NoError(f, err)
	batches := builtin(f)
	f.Fuzz(func(t *testing.T, method, u string) {
		for _, d := range []*spec.Description{d, batches} {
			m := d.Find(method, u)
			if m.Operation != nil && (m.Operation.Method != strings.ToUpper(method) || m.Path != m.Operation.Path) {
				t.Errorf("%s %s is not %s", method, u, m.Operation.ID)
			}
			if m.Undescribed != "" && (m.Site != spec.Own || !strings.HasPrefix(m.Undescribed, "/")) {
				t.Errorf("%s: %q is not described", u, m.Undescribed)
			}
			m.Server(u)
			router(t, d, spec.Servers{Target: "/"}).Find(method, u)
			for name, value := range m.Params {
				if value == "" {
					t.Errorf("parameter %s is empty", name)
				}
			}
		}
	})
}

func BenchmarkFind(b *testing.B) {
	d := builtin(b)
	for b.Loop() {
		d.Find("POST", "https://gateway.example/v1/acct/gw/openai/batches/batch_1/cancel?x=1")
	}
}

// FindAt treats the target of a request as the target of the Router, for that
// request.
func TestFindAt(t *testing.T) {
	d, err := spec.Builtin()
	require.NoError(t, err)
	for _, own := range []string{"", "https://other.example/v2"} {
		var s spec.Servers
		if own != "" {
			s.URLs = []string{own}
		}
		r, err := d.Router(s)
		require.NoError(t, err)
		s.Target = "http://127.0.0.1:1/gate"
		targeted, err := d.Router(s)
		require.NoError(t, err)
		for _, url := range []string{"http://127.0.0.1:1/gate/batches/b", "http://127.0.0.1:1/gate/v1/batches/b", "http://127.0.0.1:1/batches/b", "http://127.0.0.1:1/gate/x"} {
			assert.Equal(t, targeted.Find("GET", url), r.FindAt(s.Target, "GET", url), url)
			assert.Equal(t, r.Find("GET", url), r.FindAt("", "GET", url), url)
			assert.Equal(t, targeted.Find("GET", url), targeted.FindAt("http://x/y", "GET", url), url)
		}
		assert.Equal(t, spec.Own, r.FindAt(s.Target, "GET", "http://127.0.0.1:1/gate/batches/b").Site)
	}
}
