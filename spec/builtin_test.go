package spec_test

import (
	"encoding/json"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/spec"
)

func builtin(t testing.TB) *spec.Description {
	t.Helper()
	d, err := spec.Builtin()
	require.NoError(t, err)
	return d
}

func TestBuiltinOperations(t *testing.T) {
	d := builtin(t)
	assert.Equal(t, "OpenAI Batch API", d.Title)
	assert.Equal(t, "3.1.0", d.OpenAPI)
	assert.Regexp(t, "^sha256:[0-9a-f]{64}$", d.Digest)

	var operations []string
	for _, o := range d.Operations {
		require.Len(t, o.Responses, 1, "nothing but 200 is documented")
		r := o.Responses[0]
		require.Len(t, r.Media, 1)
		assert.Equal(t, "spec/openapi.yaml", o.Place.File)
		operations = append(operations, strings.Join([]string{o.ID, o.Method, o.Path, r.Status, r.Media[0].Type, r.Media[0].Schema.File + "#" + r.Media[0].Schema.Pointer}, " "))
	}
	assert.Equal(t, []string{
		"createBatch POST /batches 200 application/json schemas/batch.json#",
		"listBatches GET /batches 200 application/json schemas/batch_list.json#",
		"retrieveBatch GET /batches/{batch_id} 200 application/json schemas/batch.json#",
		"cancelBatch POST /batches/{batch_id}/cancel 200 application/json schemas/batch.json#",
	}, operations)

	var schemas []string
	for _, s := range d.Schemas {
		schemas = append(schemas, s.Name+" "+s.Place.File+"#"+s.Place.Pointer)
	}
	assert.Equal(t, []string{
		"Batch schemas/batch.json#",
		"BatchList schemas/batch_list.json#",
		"BatchCreateRequest schemas/batch_create.json#",
		"Error schemas/error.json#",
	}, schemas)
}

// schema is the part of a JSON Schema that the documentation can say.
type schema struct {
	Description          string            `json:"description"`
	Type                 any               `json:"type"`
	Format               string            `json:"format"`
	Const                any               `json:"const"`
	Enum                 []string          `json:"enum"`
	Required             []string          `json:"required"`
	Properties           map[string]schema `json:"properties"`
	PropertyNames        *schema           `json:"propertyNames"`
	AdditionalProperties *schema           `json:"additionalProperties"`
	Items                *schema           `json:"items"`
	MaxProperties        int               `json:"maxProperties"`
	MaxLength            int               `json:"maxLength"`
	Ref                  string            `json:"$ref"`
}

func readSchema(t *testing.T, name string) schema {
	t.Helper()
	var s schema
	require.NoError(t, json.Unmarshal(builtin(t).Written(plumb.Source{File: name}), &s))
	return s
}

// outline returns a schema with one line for each member, "?" after optional
// ones.
func outline(s schema, prefix string) []string {
	var lines []string
	for name, p := range s.Properties {
		line := prefix + name
		if !slices.Contains(s.Required, name) {
			line += "?"
		}
		line += ": " + types(p)
		lines = append(lines, line)
		lines = append(lines, outline(p, prefix+name+".")...)
		if p.Items != nil {
			lines = append(lines, outline(*p.Items, prefix+name+"[].")...)
		}
	}
	slices.Sort(lines)
	return lines
}

func types(s schema) string {
	var text string
	switch t := s.Type.(type) {
	case string:
		text = t
	case []any:
		for i, each := range t {
			if i > 0 {
				text += " or "
			}
			text += each.(string)
		}
	}
	if s.Const != nil {
		text += " " + s.Const.(string)
	}
	if s.Format != "" {
		text += " " + s.Format
	}
	return text + s.Ref
}

// TestBuiltinBatch checks the schema of a batch against what the documentation
// of the Batch API says.
func TestBuiltinBatch(t *testing.T) {
	batch := readSchema(t, "schemas/batch.json")
	assert.Equal(t, []string{
		"cancelled_at?: integer unixtime",
		"cancelling_at?: integer unixtime",
		"completed_at?: integer unixtime",
		"completion_window: string",
		"created_at: integer unixtime",
		"endpoint: string",
		"error_file_id?: string",
		"errors.data?: array",
		"errors.data[].code?: string",
		"errors.data[].line?: integer or null",
		"errors.data[].message?: string",
		"errors.data[].param?: string or null",
		"errors.object?: string", // that it is always "list" is said by a rule
		"errors?: object",
		"expired_at?: integer unixtime",
		"expires_at?: integer unixtime",
		"failed_at?: integer unixtime",
		"finalizing_at?: integer unixtime",
		"id: string",
		"in_progress_at?: integer unixtime",
		"input_file_id: string",
		"metadata?: object or null",
		"model?: string",
		"object: string batch",
		"output_file_id?: string",
		"request_counts.completed: integer",
		"request_counts.failed: integer",
		"request_counts.total: integer",
		"request_counts?: object",
		"status: string",
		"usage.input_tokens: integer",
		"usage.input_tokens_details.cached_tokens: integer",
		"usage.input_tokens_details: object",
		"usage.output_tokens: integer",
		"usage.output_tokens_details.reasoning_tokens: integer",
		"usage.output_tokens_details: object",
		"usage.total_tokens: integer",
		"usage?: object",
	}, outline(batch, ""))
	assert.Equal(t, []string{
		"validating", "failed", "in_progress", "finalizing", "completed", "expired", "cancelling", "cancelled",
	}, batch.Properties["status"].Enum)
	metadata := batch.Properties["metadata"]
	assert.Equal(t, 16, metadata.MaxProperties)
	assert.Equal(t, 64, metadata.PropertyNames.MaxLength)
	assert.Equal(t, "string", metadata.AdditionalProperties.Type)
	assert.Equal(t, 512, metadata.AdditionalProperties.MaxLength)
}

func TestBuiltinOtherSchemas(t *testing.T) {
	assert.Equal(t, []string{
		"data: array", "first_id?: string", "has_more: boolean", "last_id?: string", "object: string list",
	}, outline(readSchema(t, "schemas/batch_list.json"), ""))
	assert.Equal(t, "batch.json", readSchema(t, "schemas/batch_list.json").Properties["data"].Items.Ref)
	assert.Equal(t, []string{
		"completion_window: string", "endpoint: string", "input_file_id: string", "metadata?: batch.json#/properties/metadata",
	}, outline(readSchema(t, "schemas/batch_create.json"), ""))
	assert.Equal(t, []string{
		"error.code: string or null", "error.message: string", "error.param: string or null", "error.type: string", "error: object",
	}, outline(readSchema(t, "schemas/error.json"), ""))
}

func TestBuiltinDescribesEachMember(t *testing.T) {
	var check func(name string, s schema)
	check = func(name string, s schema) {
		if s.Ref == "" {
			assert.NotEmpty(t, s.Description, name)
		}
		for member, p := range s.Properties {
			check(name+"/"+member, p)
		}
		if s.Items != nil {
			check(name+"[]", *s.Items)
		}
	}
	for _, s := range builtin(t).Schemas {
		check(s.Name, readSchema(t, s.Place.File))
	}
}

// We leave out most of the checks of kin-openapi when we load a description, so
// that imperfect ones can be used, too. The built-in description passes all of
// them.
func TestBuiltinIsValid(t *testing.T) {
	loader := openapi3.NewLoader()
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, u *url.URL) ([]byte, error) {
		return fs.ReadFile(spec.Files, u.Path)
	}
	doc, err := loader.LoadFromURI(&url.URL{Path: "spec/openapi.yaml"})
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context()))
	cancel := doc.Paths.Value("/batches/{batch_id}/cancel").Post
	batch := cancel.Responses.Status(200).Value.Content.Get("application/json").Schema.Value
	assert.Contains(t, batch.Properties, "cancelling_at", "the schemas were read")
}

func BenchmarkBuiltin(b *testing.B) {
	for b.Loop() {
		if _, err := spec.Builtin(); err != nil {
			b.Fatal(err)
		}
	}
}
