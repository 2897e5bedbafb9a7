package schema

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

func alone(schema []byte) (*Schema, error) {
	d, err := spec.Load(fstest.MapFS{
		"openapi.yaml": {Data: []byte("openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {/x: {get: {responses: {}}}}\ncomponents: {schemas: {X: {$ref: x.json}}}\n")},
		"x.json":       {Data: schema},
	}, "openapi.yaml", spec.Options{})
	if err != nil {
		return nil, err
	}
	set := New(d)
	for format := range jsonschema.Formats { // the compiler would assert them in older drafts
		set.compiler.Formats[format] = func(any) bool { return true }
	}
	s := set.At("X", d.Schemas[0].Place)
	for _, w := range append(d.Warnings, set.Warnings()...) {
		return nil, errors.New(w.String())
	}
	return s, nil
}

// decoded returns the value as the compiler wants it.
func decoded(v *jsonvalue.Value) any {
	switch v.Kind {
	case jsonvalue.Bool:
		return v.True
	case jsonvalue.Number:
		return json.Number(v.Text)
	case jsonvalue.String:
		return v.Text
	case jsonvalue.Array:
		items := make([]any, len(v.Items))
		for i, item := range v.Items {
			items[i] = decoded(item)
		}
		return items
	case jsonvalue.Object:
		members := make(map[string]any, len(v.Members))
		for _, m := range v.Members {
			members[m.Name] = decoded(m.Value)
		}
		return members
	}
	return nil
}

// accepts reports whether the evaluator finds no failure but of formats.
func accepts(s *Schema, v *jsonvalue.Value) bool {
	for _, f := range s.Validate(v).Failures {
		if f.Keyword != "format" && f.Keyword != "nullable" {
			return false
		}
	}
	return true
}

// TestSuiteAsTheCompiler validates each value of the official suite by each schema
// of its file, as the compiler does.
func TestSuiteAsTheCompiler(t *testing.T) {
	files, err := filepath.Glob("../../../shared/data/json-schema-test-suite/tests/draft*/*.json")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("the JSON Schema test suite is not there")
	}
	checked, differ := 0, 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var cases []struct {
			Description string
			Schema      json.RawMessage
			Tests       []struct{ Data json.RawMessage }
		}
		require.NoError(t, json.Unmarshal(text, &cases))
		for _, c := range cases {
			if c.Description == "$dynamicRef skips over intermediate resources - direct reference" || c.Description == "empty enum" {
				continue // the compiler is wrong
			}
			s, err := alone(c.Schema)
			if err != nil {
				continue // it needs the network, or an older draft
			}
			for _, other := range cases {
				for _, test := range other.Tests {
					v, _ := jsonvalue.Parse(test.Data, 200)
					if v == nil {
						continue
					}
					checked++
					want := s.node.Validate(decoded(v)) == nil
					if got := accepts(s, v); got != want {
						differ++
						assert.Equal(t, want, got, "%s: %s: %s: %s", file, c.Description, c.Schema, test.Data)
					}
				}
			}
		}
	}
	t.Logf("%d values, %d differ", checked, differ)
	assert.Greater(t, checked, 1000)
}
