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

// found is a match in one line: the operation, else the path, and parameters.
func found(m spec.Match) string {
	text := m.Path
	if m.Operation != nil {
		text = m.Operation.ID
	}
	for _, name := range slices.Sorted(maps.Keys(m.Params)) {
		text += " " + name + "=" + m.Params[name]
	}
	return text
}

func TestFindBatches(t *testing.T) {
	d := builtin(t)
	for _, test := range []struct{ method, url, want, strict string }{
		{"POST", "https://api.openai.com/v1/batches/batch_1/cancel", "cancelBatch batch_id=batch_1", "cancelBatch batch_id=batch_1"},
		{"post", "https://api.openai.com/v1/batches/batch_1/cancel", "cancelBatch batch_id=batch_1", "cancelBatch batch_id=batch_1"},
		{"POST", "HTTPS://user:secret@API.OpenAI.com:443/v1/batches/batch_1/cancel/?x=1#y", "cancelBatch batch_id=batch_1", "cancelBatch batch_id=batch_1"},
		{"POST", "http://127.0.0.1:8080/openai/batches/batch_1/cancel?api-version=2024-10-21", "cancelBatch batch_id=batch_1", ""},
		{"POST", "https://name.openai.azure.com/openai/batches/batch_1/cancel?api-version=2024-10-21", "cancelBatch batch_id=batch_1", ""},
		{"POST", "https://gateway.example/v1/acct/gw/openai/batches/x/cancel", "cancelBatch batch_id=x", ""},
		{"POST", "/v1/batches/x/cancel", "cancelBatch batch_id=x", "cancelBatch batch_id=x"},
		{"POST", "/batches/x/cancel", "cancelBatch batch_id=x", ""},
		{"POST", "//batches/x/cancel", "cancelBatch batch_id=x", ""},
		{"GET", "https://api.openai.com/v1/batches", "listBatches", "listBatches"},
		{"GET", "https://api.openai.com/v1/batches/?limit=2", "listBatches", "listBatches"},
		{"POST", "https://api.openai.com/v1/batches", "createBatch", "createBatch"},
		{"GET", "https://api.openai.com/v1/batches/a%2Fb%20c", "retrieveBatch batch_id=a/b c", "retrieveBatch batch_id=a/b c"},
		{"GET", "https://api.openai.com/v1/batches/100%", "retrieveBatch batch_id=100%", "retrieveBatch batch_id=100%"},
		{"GET", "https://api.openai.com/v1/b%61tches", "listBatches", "listBatches"},
		{"DELETE", "https://api.openai.com/v1/batches/x", "/batches/{batch_id} batch_id=x", "/batches/{batch_id} batch_id=x"},
		{"", "https://api.openai.com/v1/batches/x", "/batches/{batch_id} batch_id=x", "/batches/{batch_id} batch_id=x"},
		{"GET", "https://api.openai.com/v1/other/batches", "", ""},
		{"GET", "https://api.openai.com/batches", "", ""},
		{"GET", "https://api.openai.com/v2/batches", "", ""},
		{"GET", "https://api.openai.com.evil.example/v1/batches", "listBatches", ""},
		{"GET", "https://api.openai.com/v1/files", "", ""},
		{"GET", "https://other.example/v1/batches//cancel", "", ""},
		{"GET", "https://other.example/v1/batches/x/y", "", ""},
		{"GET", "https://other.example", "", ""},
		{"GET", "", "", ""},
		{"OPTIONS", "*", "", ""},
		{"GET", "https://other.example/Batches", "", ""},
		{"GET", "/proxy/https://api.openai.com/v1/batches", "listBatches", ""},
	} {
		t.Run(test.method+" "+test.url, func(t *testing.T) {
			assert.Equal(t, test.want, found(d.Find(test.method, test.url, false)))
			assert.Equal(t, test.strict, found(d.Find(test.method, test.url, true)), "strict")
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
	for _, test := range []struct{ method, url, want, strict string }{
		{"GET", "http://h/users/me", "me", "-"},
		{"GET", "http://h/users/you", "user id=you", "-"},
		{"DELETE", "http://h/users/me", "deleteUser id=me", "-"},
		{"GET", "http://h/users/you.json", "userJSON id=you", "-"},
		{"GET", "http://h/users/a:b:c", "pair a=a b=b:c", "-"},
		{"GET", "http://h/users/a%3Ab", "pair a=a b=b", "-"},
		{"GET", "http://h/users/.json", "user id=.json", "-"},
		{"GET", "http://h/users/me/files/x", "myFile name=x", "-"},
		{"GET", "http://h/users/you/files/all", "allFiles id=you", "-"},
		{"GET", "http://h/users/me/files/all", "myFile name=all", "-"},
		{"GET", "http://h/a%20b/c", "encoded x=c", "-"},
		{"PATCH", "http://h/x/users/me", "/users/me", "-"},
		{"GET", "http://h/files/x/users/me", "/files/{name}/users/me name=x", "-"},

		// What begins with a parameter fits the root and the base paths.
		{"GET", "http://h/b", "bucket bucket=b", "-"},
		{"GET", "http://h/b/k", "key bucket=b key=k", "-"},
		{"GET", "http://h/x/b/k", "", ""},
		{"GET", "http://h/api/v2/b/k", "key bucket=b key=k", "-"},
		{"GET", "http://h/", "root", "-"},
		{"GET", "http://h/api/v2", "key bucket=api key=v2", "-"},
		{"PUT", "/b/k", "putKey bucket=b key=k", "putKey bucket=b key=k"},

		// On hosts of the description, nothing but its base paths.
		{"GET", "https://us.example.com/api/v2/users/me", "me", "me"},
		{"GET", "https://us.example.com/api/v3/users/me", "", ""},
		{"GET", "https://us.example.com:8443/api/v1/b", "bucket bucket=b", "bucket bucket=b"},
		{"GET", "https://asia.example.com/api/v1/users/me", "me", "-"},
		{"GET", "https://acme.example.net/users/me", "me", "me"},
		{"GET", "https://acme.example.net/x/users/me", "", ""},
		{"GET", "https://acme.example.net/", "root", "root"},
		{"POST", "https://upload.example.org/up/upload", "upload", "upload"},
		{"POST", "https://upload.example.org/upload", "", ""},
		{"POST", "https://acme.example.net/upload", "bucket", ""},
		{"PUT", "http://h/put/upload", "putKey bucket=put key=upload", "putUpload"},
		{"PUT", "http://h/x/y/upload", "putUpload", "-"},
	} {
		t.Run(test.method+" "+test.url, func(t *testing.T) {
			want := test.want
			if want == "bucket" {
				want = "/{bucket} bucket=upload" // the path that has this host, without its method
			}
			assert.Equal(t, want, found(d.Find(test.method, test.url, false)))
			strict := found(d.Find(test.method, test.url, true))
			switch test.strict {
			case "-":
				assert.NotEqual(t, test.want, strict)
			case "":
				if want == test.want {
					assert.Empty(t, strict)
				}
			default:
				assert.Equal(t, test.strict, strict)
			}
		})
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
	for url, want := range map[string][2]string{
		"https://api.example.com/v1/a":        {"a", "a"},
		"http://localhost:9/x/v1/a":           {"a", "a"},
		"http://localhost:9/y/v1/a":           {"", ""},
		"https://fixed.example.org/v5/a":      {"a", "a"},
		"https://fixed.example.org:8443/v5/a": {"a", "a"},
		"https://fixed.example.org/v6/a":      {"", ""},
		"https://fixed.example.org:9/v6/a":    {"a", ""},
		"https://other.example.com/v2/a":      {"a", "a"},
		"https://other.example.com/v3/a":      {"a", "a"},
		"https://other.example.com/v4/a":      {"a", ""},
	} {
		assert.Equal(t, want[0], found(d.Find("GET", url, false)), url)
		assert.Equal(t, want[1], found(d.Find("GET", url, true)), url)
	}
}

// A path made from a template is found again, with its parameters, under any
// host and prefix.
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
				// What a mixed segment could take apart in more than one way.
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

		m := d.Find("get", prefix+path+suffix, false)
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
			loose, strict := d.Find(method, u, false), d.Find(method, u, true)
			if strict.Operation != nil && loose.Operation == nil {
				t.Errorf("%s is found with strict only", u)
			}
			if m := loose; m.Operation != nil && (m.Operation.Method != strings.ToUpper(method) || m.Path != m.Operation.Path) {
				t.Errorf("%s %s is not %s", method, u, m.Operation.ID)
			}
			for name, value := range loose.Params {
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
		d.Find("POST", "https://gateway.example/v1/acct/gw/openai/batches/batch_1/cancel?x=1", false)
	}
}
