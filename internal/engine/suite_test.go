package engine_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

const suite = "../../../shared/data/json-schema-test-suite"

type suiteCase struct {
	Description string
	Schema      json.RawMessage
	Tests       []struct {
		Description string
		Data        json.RawMessage
		Valid       bool
	}
}

// drafts are the drafts of the suite. Descriptions cannot express its cases with
// references to other files by URL, since a description is read from files and
// never from the network, nor those with metaschemas of their own. These are the
// only differences from jsonschema/v5 by itself.
var drafts = []struct {
	folder, dialect string
	draft           *jsonschema.Draft
	notAsked        int
}{
	{"draft4", "http://json-schema.org/draft-04/schema#", jsonschema.Draft4, 8},
	{"draft6", "http://json-schema.org/draft-06/schema#", jsonschema.Draft6, 11},
	{"draft7", "http://json-schema.org/draft-07/schema#", jsonschema.Draft7, 11},
	{"draft2019-09", "https://json-schema.org/draft/2019-09/schema", jsonschema.Draft2019, 17},
	{"draft2020-12", "https://json-schema.org/draft/2020-12/schema", jsonschema.Draft2020, 22},
}

// notExpressible are the cases, by file and description, that descriptions cannot
// express, in files with others that they can.
var notExpressible = []string{
	"dynamicRef.json: $ref and $dynamicAnchor are independent of order - $defs first",
	"dynamicRef.json: $ref and $dynamicAnchor are independent of order - $ref first",
	"dynamicRef.json: $ref to $dynamicRef finds detached $dynamicAnchor",
	"dynamicRef.json: strict-tree schema, guards against misspelled properties",
	"dynamicRef.json: tests for implementation dynamic anchor and reference link",
}

func isExpressible(name string) bool {
	file, _, _ := strings.Cut(name, ":")
	return file != "refRemote.json" && file != "vocabulary.json" && !slices.Contains(notExpressible, name)
}

// The official suite, through the whole check: a description whose response
// refers to the schema, an exchange, findings.
func TestJSONSchemaSuite(t *testing.T) {
	for _, d := range drafts {
		t.Run(d.folder, func(t *testing.T) {
			files, err := filepath.Glob(suite + "/tests/" + d.folder + "/*.json")
			require.NoError(t, err)
			if len(files) == 0 {
				t.Skip("the JSON Schema test suite is not there")
			}
			var instances, right, notAsked int
			for _, file := range files {
				text, err := os.ReadFile(file)
				require.NoError(t, err)
				var cases []suiteCase
				require.NoError(t, json.Unmarshal(text, &cases))
				for _, c := range cases {
					name := filepath.Base(file) + ": " + c.Description
					reference, err := compileAlone(c.Schema, d.draft)
					require.NoError(t, err, name)
					v, err := describedBy(c.Schema, d.dialect)
					if err != nil {
						assert.False(t, isExpressible(name), "%s: %v", name, err)
						notAsked++
						continue
					}
					for _, test := range c.Tests {
						instances++
						alone, own := validates(reference, test.Data), findsNothing(v, test.Data)
						assert.Equal(t, test.Valid, own, "%s: %s: %s (jsonschema/v5 says %v)", name, test.Description, test.Data, alone)
						if own == test.Valid {
							right++
						}
					}
				}
			}
			t.Logf("%d instances as jsonschema/v5 has them, %d right; %d cases not asked", instances, right, notAsked)
			assert.Equal(t, d.notAsked, notAsked)
			assert.Greater(t, instances, 500)
		})
	}
}

func compileAlone(schema []byte, draft *jsonschema.Draft) (compiled *jsonschema.Schema, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	c := jsonschema.NewCompiler()
	c.Draft = draft
	for format := range jsonschema.Formats {
		c.Formats[format] = func(any) bool { return true } // a format is an annotation
	}
	c.LoadURL = func(u string) (io.ReadCloser, error) {
		if path, ok := strings.CutPrefix(u, "http://localhost:1234/"); ok {
			return os.Open(filepath.Join(suite, "remotes", path))
		}
		return nil, errors.New("not there: " + u)
	}
	if err := c.AddResource("http://example.test/schema.json", bytes.NewReader(schema)); err != nil {
		return nil, err
	}
	return c.Compile("http://example.test/schema.json")
}

func validates(s *jsonschema.Schema, data []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var value any
	if dec.Decode(&value) != nil {
		return false
	}
	return s.Validate(value) == nil
}

const suiteDescription = `
openapi: 3.1.0
info: {title: suite, version: "1"}
jsonSchemaDialect: DIALECT
paths:
  /x:
    get:
      responses:
        "200":
          description: the value
          content:
            application/json:
              schema:
                $ref: schema.json
`

func describedBy(schema []byte, dialect string) (*engine.Validator, error) {
	d, err := spec.Load(fstest.MapFS{
		"openapi.yaml": {Data: []byte(strings.Replace(suiteDescription, "DIALECT", dialect, 1))},
		"schema.json":  {Data: schema},
	}, "openapi.yaml", spec.Options{})
	if err != nil {
		return nil, err
	}
	v, err := engine.New(d, engine.WithTarget("/"))
	if err == nil && len(v.Warnings()) > 0 {
		err = errors.New(v.Warnings()[0].String())
	}
	return v, err
}

func findsNothing(v *engine.Validator, data []byte) bool {
	return !finds(v, data, func(rule string) bool { return rule != "drift-undocumented-member" && rule != "schema-format" })
}

func finds(v *engine.Validator, data []byte, counts func(rule string) bool) bool {
	x := &plumb.Exchange{
		Request:  plumb.Request{Method: "GET", URL: "/x"},
		Response: plumb.Response{Status: 200, Body: plumb.Body{Bytes: data}},
	}
	for _, f := range v.Check(x).Findings {
		if counts(f.Rule) {
			return true
		}
	}
	return false
}

// annotations are the formats of the suite that are not checked.
var annotations = []string{"idn-email", "idn-hostname", "iri", "iri-reference", "uri-template", "unknown"}

// The formats that are checked are so as the official suite has them.
func TestFormatSuite(t *testing.T) {
	files, err := filepath.Glob(suite + "/tests/draft2020-12/optional/format/*.json")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("the JSON Schema test suite is not there")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var cases []suiteCase
		require.NoError(t, json.Unmarshal(text, &cases))
		isChecked := !slices.Contains(annotations, strings.TrimSuffix(filepath.Base(file), ".json"))
		for _, c := range cases {
			if c.Description == "validation of A-label (punycode) host names" {
				continue // what they stand for is not looked at
			}
			v, err := describedBy(c.Schema, drafts[4].dialect)
			require.NoError(t, err)
			for _, test := range c.Tests {
				valid := !finds(v, test.Data, func(rule string) bool { return rule == "schema-format" })
				assert.Equal(t, test.Valid || !isChecked, valid, "%s: %s: %s: %s", filepath.Base(file), c.Description, test.Description, test.Data)
			}
		}
	}
}

// A format that is not satisfied is a warning, also of a known body.
func TestFormatIsAWarning(t *testing.T) {
	v, err := describedBy([]byte(`{"properties": {"at": {"type": "string", "format": "date-time"}}}`), drafts[4].dialect)
	require.NoError(t, err)
	e := newEngines(v, v.Documented())
	x := exchangeOf([]byte(`{"at": "yesterday"}`))
	assert.Empty(t, e.differ(x))
	findings := v.Check(x).Findings
	require.Len(t, findings, 1)
	assert.Equal(t, "schema-format", findings[0].Rule)
	assert.Equal(t, plumb.Warning, findings[0].Severity)
}
