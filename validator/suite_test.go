package validator_test

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

	"github.com/plumbapi/plumb/spec"
	"github.com/plumbapi/plumb/validator"
)

const suite = "../../shared/data/json-schema-test-suite"

type suiteCase struct {
	Description string
	Schema      json.RawMessage
	Tests       []struct {
		Description string
		Data        json.RawMessage
		Valid       bool
	}
}

// notAsked are the cases, by file and description, that cannot be asked of a
// description, since it is read from files and never from the network. They
// are all the differences to jsonschema/v5 by itself.
var notAsked = []string{
	"dynamicRef.json: $ref and $dynamicAnchor are independent of order - $defs first",
	"dynamicRef.json: $ref and $dynamicAnchor are independent of order - $ref first",
	"dynamicRef.json: $ref to $dynamicRef finds detached $dynamicAnchor",
	"dynamicRef.json: strict-tree schema, guards against misspelled properties",
	"dynamicRef.json: tests for implementation dynamic anchor and reference link",
	"refRemote.json: $ref to $ref finds detached $anchor",
	"refRemote.json: Location-independent identifier in remote ref",
	"refRemote.json: anchor within remote ref",
	"refRemote.json: base URI change",
	"refRemote.json: base URI change - change folder",
	"refRemote.json: base URI change - change folder in subschema",
	"refRemote.json: fragment within remote ref",
	"refRemote.json: ref within remote ref",
	"refRemote.json: remote HTTP ref with different $id",
	"refRemote.json: remote HTTP ref with different URN $id",
	"refRemote.json: remote HTTP ref with nested absolute ref",
	"refRemote.json: remote ref",
	"refRemote.json: remote ref with ref to defs",
	"refRemote.json: retrieved nested refs resolve relative to their URI not $id",
	"refRemote.json: root ref in remote ref",
	"vocabulary.json: ignore unrecognized optional vocabulary",
	"vocabulary.json: schema that uses custom metaschema with with no validation vocabulary",
}

// The official suite, through the whole way: a description whose response
// refers to the schema, an exchange, findings.
func TestJSONSchemaSuite(t *testing.T) {
	files, err := filepath.Glob(suite + "/tests/draft2020-12/*.json")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("the JSON Schema test suite is not there")
	}
	var instances, agree, right, unasked int
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var cases []suiteCase
		require.NoError(t, json.Unmarshal(text, &cases))
		for _, c := range cases {
			name := filepath.Base(file) + ": " + c.Description
			reference, refErr := compileAlone(c.Schema)
			v, err := describedBy(c.Schema)
			require.NoError(t, refErr, name)
			if slices.Contains(notAsked, name) {
				assert.Error(t, err, "%s can be asked now", name)
				unasked++
				continue
			}
			if !assert.NoError(t, err, name) {
				continue
			}
			for _, test := range c.Tests {
				instances++
				alone := validates(reference, test.Data)
				own := findsNothing(v, test.Data)
				assert.Equal(t, alone, own, "%s: %s: %s", name, test.Description, test.Data)
				if alone == own {
					agree++
				}
				if own == test.Valid {
					right++
				}
			}
		}
	}
	t.Logf("%d instances: %d as jsonschema/v5 has it, %d right; %d cases not asked", instances, agree, right, unasked)
	assert.Equal(t, len(notAsked), unasked)
	assert.Greater(t, instances, 1000)
}

func compileAlone(schema []byte) (compiled *jsonschema.Schema, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
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

func describedBy(schema []byte) (*validator.Validator, error) {
	d, err := spec.Load(fstest.MapFS{
		"openapi.yaml": {Data: []byte(suiteDescription)},
		"schema.json":  {Data: schema},
	}, "openapi.yaml", spec.Options{})
	if err != nil {
		return nil, err
	}
	v, err := validator.New(d, validator.WithTarget("/"))
	if err == nil && len(v.Warnings()) > 0 {
		err = errors.New(v.Warnings()[0].String())
	}
	return v, err
}

func findsNothing(v *validator.Validator, data []byte) bool {
	x := &validator.Exchange{
		Request:  validator.Request{Method: "GET", URL: "/x"},
		Response: validator.Response{Status: 200, Body: validator.Body{Bytes: data}},
	}
	for _, f := range v.Check(x).Findings {
		if f.Rule != "drift-undocumented-member" {
			return false
		}
	}
	return true
}

// A format is an annotation, for both engines.
func TestFormatIsNoAssertion(t *testing.T) {
	v, err := describedBy([]byte(`{"properties": {"at": {"type": "string", "format": "date-time"}}}`))
	require.NoError(t, err)
	e := newEngines(v, v.Documented())
	x := exchangeOf([]byte(`{"at": "yesterday"}`))
	assert.Empty(t, e.differ(x))
	assert.Empty(t, v.Check(x).Findings)
}
