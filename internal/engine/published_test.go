package engine_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// published holds descriptions as their vendors publish them.
const published = "../../../shared/data/descriptions"

// example is an example in a published description, as an exchange.
type example struct {
	Request  struct{ Method, URL string }
	Response struct {
		Status  int
		Headers map[string]string
		Body    json.RawMessage
	}
	X struct{ Path, Src string }
}

// An example in a published description has a finding if and only if
// jsonschema/v5 does not accept it.
func TestPublishedExamples(t *testing.T) {
	bodies, broken, undescribed := 0, 0, 0
	for name, file := range map[string]string{"digitalocean": "do", "github": "gh", "openai": "oa2", "stripe": "stripe"} {
		examples := gunzipped(t, file+".examples.ndjson.gz")
		d, err := spec.Load(fstest.MapFS{"api.json": {Data: gunzipped(t, name+".json.gz")}}, "api.json", spec.Options{})
		require.NoError(t, err, name)
		v, err := engine.New(d)
		require.NoError(t, err, name)
		reference := newReference(d)
		lines := bufio.NewScanner(bytes.NewReader(examples))
		lines.Buffer(nil, 64<<20)
		for n := 1; lines.Scan(); n++ {
			var e example
			require.NoError(t, json.Unmarshal(lines.Bytes(), &e))
			bodies++
			schema, ok := described(d, &e)
			if !ok {
				undescribed++
				continue
			}
			valid, err := reference.accepts(schema, e.Response.Body)
			if !assert.NoError(t, err, "%s line %d", file, n) {
				continue
			}
			if !valid {
				broken++
			}
			if own := acceptsExample(t, v, &e); own != valid {
				t.Errorf("%s line %d, %s: jsonschema/v5 accepts it: %t, plumb: %t", file, n, e.X.Path, valid, own)
			}
		}
		require.NoError(t, lines.Err())
	}
	t.Logf("%d examples, %d of them do not match their schema", bodies, broken)
	assert.Equal(t, 4943, bodies)
	assert.Greater(t, broken, 100)
	assert.Equal(t, 3, undescribed, "three of Stripe's are of other versions of it")
}

func gunzipped(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join(published, name))
	if err != nil {
		t.Skipf("no published descriptions: %v", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	data, err := io.ReadAll(z)
	require.NoError(t, err)
	return data
}

func acceptsExample(t *testing.T, v *engine.Validator, e *example) bool {
	x := &plumb.Exchange{Request: plumb.Request{Method: e.Request.Method, URL: e.Request.URL}}
	x.Response.Status, x.Response.Body.Bytes = e.Response.Status, e.Response.Body
	x.Response.Header = http.Header{"Content-Type": {e.Response.Headers["Content-Type"]}}
	r := v.Check(x)
	assert.NotZero(t, r.Bodies, "%s: %s", e.X.Path, r.Skipped)
	return !slices.ContainsFunc(r.Findings, func(f plumb.Finding) bool {
		return f.Rule == "drift-null" || f.Severity == plumb.Error && strings.HasPrefix(f.Rule, "schema-")
	})
}

// reference is jsonschema/v5 by itself.
type reference struct {
	desc     *spec.Description
	compiler *jsonschema.Compiler
}

func newReference(d *spec.Description) *reference {
	r := &reference{d, jsonschema.NewCompiler()}
	r.compiler.Draft = jsonschema.Draft2020
	for format := range jsonschema.Formats {
		r.compiler.Formats[format] = func(any) bool { return true } // annotations, in 2020-12
	}
	r.compiler.LoadURL = func(u string) (io.ReadCloser, error) {
		at, ok := spec.SchemaAt(u)
		if !ok {
			return nil, fmt.Errorf("%s is not in the description", u)
		}
		return io.NopCloser(bytes.NewReader(d.SchemaText(at))), nil
	}
	return r
}

// described returns the place of the schema of an example.
func described(d *spec.Description, e *example) (schema plumb.Source, ok bool) {
	for _, op := range d.Operations {
		if op.Path == e.X.Path && op.Method == e.Request.Method {
			return op.Response(e.Response.Status).MediaFor(e.Response.Headers["Content-Type"]).Schema, true
		}
	}
	return plumb.Source{}, false
}

// accepts reports whether a schema accepts a body.
func (r *reference) accepts(schema plumb.Source, body []byte) (bool, error) {
	compiled, err := r.compiler.Compile(r.desc.SchemaURL(schema))
	if err != nil {
		return false, err
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return false, err
	}
	return compiled.Validate(value) == nil, nil
}
