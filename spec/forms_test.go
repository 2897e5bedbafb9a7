package spec_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/spec"
)

// The same API in one YAML file, in one JSON file, and in several files has the
// same description.
func TestFormsOfOneDescription(t *testing.T) {
	var outlines []string
	for _, name := range []string{"clinic.yaml", "clinic.json", "clinic/openapi.yaml"} {
		d, err := spec.LoadFile(filepath.Join(descriptions, name), "")
		require.NoError(t, err)
		outlines = append(outlines, clinicOutline(t, d))
	}
	require.Contains(t, outlines[0], "DELETE /pets/{pet}")
	require.Contains(t, outlines[0], `"exclusiveMinimum":0`)
	assert.Empty(t, cmp.Diff(outlines[0], outlines[1]), "JSON")
	assert.Empty(t, cmp.Diff(outlines[0], outlines[2]), "several files")
}

// clinicOutline returns everything that a description says, except places.
func clinicOutline(t *testing.T, d *spec.Description) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintln(&b, d.Title, d.Version, d.OpenAPI)
	for _, o := range d.Operations {
		fmt.Fprintln(&b, o.ID, o.Method, o.Path)
		for _, r := range o.Responses {
			fmt.Fprintln(&b, "  ", r.Status)
			for _, m := range r.Media {
				fmt.Fprintln(&b, "    ", m.Type, expanded(t, d, m.Schema))
			}
		}
	}
	for _, s := range d.Schemas {
		fmt.Fprintln(&b, s.Name, expanded(t, d, s.Place))
	}
	return b.String()
}

// expanded returns the translated schema at a place, without definitions, with
// every $ref in it replaced by what it refers to.
func expanded(t *testing.T, d *spec.Description, at plumb.Source) string {
	t.Helper()
	var expand func(v any) any
	resolve := func(at plumb.Source) any {
		var v any
		require.NoError(t, json.Unmarshal(d.SchemaText(at), &v))
		return expand(v)
	}
	expand = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				at, ok := spec.SchemaAt(ref)
				require.True(t, ok, ref)
				return resolve(at)
			}
			if d, ok := v[spec.DiscriminatorKeyword].(map[string]any); ok {
				d["names"] = slices.Sorted(maps.Keys(d["names"].(map[string]any))) // the URLs differ
			}
			for name := range v {
				v[name] = expand(v[name])
			}
		case []any:
			for i := range v {
				v[i] = expand(v[i])
			}
		}
		return v
	}
	text, err := json.Marshal(resolve(at))
	require.NoError(t, err)
	return string(text)
}
