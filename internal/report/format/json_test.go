package format

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/report"
)

func compileSchema(t testing.TB) *jsonschema.Schema {
	schema, err := jsonschema.Compile("../../../docs/report.schema.json")
	require.NoError(t, err)
	return schema
}

func TestJSONIsAsItsSchemaSays(t *testing.T) {
	schema := compileSchema(t)
	valid := func(t require.TestingT, r *report.Report) {
		var buf bytes.Buffer
		require.NoError(t, Write(&buf, "json", r, View{}))
		var v any
		require.NoError(t, json.Unmarshal(buf.Bytes(), &v))
		require.NoError(t, schema.Validate(v))
	}
	valid(t, build(5))
	full := enumFinding()
	valid(t, build(5, full))
	valid(t, check(t, livesRecording))
	valid(t, hostileReport())
	rapid.Check(t, func(t *rapid.T) {
		valid(t, build(2, rapid.SliceOf(rapid.Custom(drawResult)).Draw(t, "results")...))
	})
}

// A member that is not documented would pass a schema that is open.
func TestReportSchemaIsClosed(t *testing.T) {
	var walk func(path string, s *jsonschema.Schema)
	seen := map[*jsonschema.Schema]bool{}
	walk = func(path string, s *jsonschema.Schema) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		if len(s.Properties) > 0 {
			assert.Equal(t, false, s.AdditionalProperties, "%s: additionalProperties must be false", path)
		}
		for name, p := range s.Properties {
			walk(path+"/"+name, p)
		}
		walk(path, s.Ref)
		walk(path+"/*", s.Items2020)
	}
	walk("", compileSchema(t))
	assert.Greater(t, len(seen), 30, "the walk did not reach the schema")
}

func TestNDJSONSaysTheSameAsJSON(t *testing.T) {
	r := build(2, enumFinding(), nullFinding())
	lines := strings.Split(strings.TrimSpace(render(t, "ndjson", r, View{})), "\n")
	require.Len(t, lines, 4)
	var joined report.Report
	for i, line := range lines {
		if i == 0 || i == len(lines)-1 {
			require.NoError(t, json.Unmarshal([]byte(line), &joined))
			continue
		}
		var f report.Finding
		require.NoError(t, json.Unmarshal([]byte(line), &f))
		joined.Findings = append(joined.Findings, f)
	}
	assert.Empty(t, cmp.Diff(r, &joined))
}
