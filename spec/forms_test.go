package spec_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// One API, in one file of YAML, in one of JSON, and in several files.
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

// clinicOutline writes all that a description says, places aside.
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

// expanded returns the translated schema at a place with every $ref in it
// replaced by what it leads to, without definitions.
func expanded(t *testing.T, d *spec.Description, at spec.Place) string {
	t.Helper()
	var expand func(file string, v any) any
	resolve := func(file, pointer string) any {
		text, err := d.JSONSchema(file)
		require.NoError(t, err)
		var v any
		require.NoError(t, json.Unmarshal(text, &v))
		for _, token := range jsonvalue.SplitPointer(pointer) {
			switch parent := v.(type) {
			case map[string]any:
				v = parent[token]
			case []any:
				v = parent[int(token[0]-'0')]
			}
			require.NotNil(t, v, "%s#%s", file, pointer)
		}
		return expand(file, v)
	}
	expand = func(file string, v any) any {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok && !strings.Contains(ref, " ") {
				u, err := url.Parse(ref)
				require.NoError(t, err)
				target := file
				if u.Path != "" {
					target = path.Join(path.Dir(file), u.Path)
				}
				return resolve(target, u.Fragment)
			}
			delete(v, "definitions")
			for name := range v {
				v[name] = expand(file, v[name])
			}
		case []any:
			for i := range v {
				v[i] = expand(file, v[i])
			}
		}
		return v
	}
	text, err := json.Marshal(resolve(at.File, at.Pointer))
	require.NoError(t, err)
	return string(text)
}
