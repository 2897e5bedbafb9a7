package format

import (
	"bytes"
	"encoding/json"
	"os"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// officialSARIF returns the JSON Schema that OASIS publishes with SARIF 2.1.0.
var officialSARIF = sync.OnceValues(func() (*jsonschema.Schema, error) {
	text, err := os.ReadFile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat = true
	if err := compiler.AddResource(SARIFSchema, bytes.NewReader(text)); err != nil {
		return nil, err
	}
	return compiler.Compile(SARIFSchema)
})

// validSARIF checks a log against the official schema, and that it is made of
// the members of our types.
func validSARIF(t require.TestingT, text string) sarifRun {
	schema, err := officialSARIF()
	require.NoError(t, err)
	decode := json.NewDecoder(bytes.NewReader([]byte(text)))
	decode.UseNumber()
	var value any
	require.NoError(t, decode.Decode(&value))
	require.NoError(t, schema.Validate(value))
	var log sarifLog
	decode = json.NewDecoder(bytes.NewReader([]byte(text)))
	decode.DisallowUnknownFields()
	require.NoError(t, decode.Decode(&log))
	require.Len(t, log.Runs, 1)
	return log.Runs[0]
}

// A log that breaks the official schema is found.
func TestOfficialSARIF(t *testing.T) {
	schema, err := officialSARIF()
	require.NoError(t, err)
	for name, text := range map[string]string{
		"a member too many":     `{"version": "2.1.0", "runs": [], "x": 1}`,
		"a result without text": `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "plumb"}}, "results": [{"ruleId": "a"}]}]}`,
		"a column 0":            `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "plumb"}}, "results": [{"message": {"text": "a"}, "locations": [{"physicalLocation": {"region": {"startLine": 1, "startColumn": 0}}}]}]}]}`,
		"an unknown level":      `{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "plumb"}}, "results": [{"message": {"text": "a"}, "level": "info"}]}]}`,
	} {
		var value any
		require.NoError(t, json.Unmarshal([]byte(text), &value))
		assert.Error(t, schema.Validate(value), name)
	}
}

func TestSARIFIsValid(t *testing.T) {
	validSARIF(t, render(t, "sarif", build(1), View{}))
	rapid.Check(t, func(t *rapid.T) {
		r := nastyReport(t)
		r.Suppress(&r.Findings[0], &report.Acceptance{Reason: r.Findings[0].Message, Owner: "ann", Expires: "2030-12-31"})
		run := validSARIF(t, render(t, "sarif", r, View{}))
		require.Len(t, run.Results[0].Suppressions, 1)
		assert.Contains(t, run.Results[0].Suppressions[0].Justification, textfmt.Printable(r.Findings[0].Message))
	})
}

// A run without findings has an empty list of results: without a list, the tool
// would have failed.
func TestSARIFWithoutFindings(t *testing.T) {
	text := render(t, "sarif", build(1), View{})
	validSARIF(t, text)
	assert.Contains(t, text, `"results": []`)
}

func TestSARIF(t *testing.T) {
	second := enumFinding()
	second.r.Findings[0].Line = 240
	r := build(5, enumFinding(), second)
	r.Rules = []report.Rule{{ID: "json-syntax", Severity: "error", Title: "no JSON"}, {ID: "schema-enum", Severity: "error", Title: "t", Text: "What it is.", Fix: "Do this."}}
	run := validSARIF(t, render(t, "sarif", r, View{}))
	require.Len(t, run.Results, 1)
	result := run.Results[0]
	assert.Equal(t, "schema-enum", result.RuleID)
	rule := run.Tool.Driver.Rules[result.RuleIndex]
	assert.Equal(t, "schema-enum", rule.ID)
	assert.Equal(t, "What it is.\n\nDo this.", rule.Help.Text)
	assert.Equal(t, map[string]any{"tags": []any{"schema"}}, rule.Properties)
	assert.Equal(t, map[string]string{"plumb/v2": r.Findings[0].Fingerprint}, result.PartialFingerprints)
	at := result.Locations[0].PhysicalLocation
	assert.Equal(t, "a.har", at.ArtifactLocation.URI)
	assert.Equal(t, sarifRegion{StartLine: 120, StartColumn: 15, EndColumn: 23, Snippet: &sarifText{Text: `"paused"`}}, *at.Region)
	require.Len(t, result.RelatedLocations, 2)
	assert.Equal(t, 240, result.RelatedLocations[0].PhysicalLocation.Region.StartLine)
	described := result.RelatedLocations[1].PhysicalLocation
	assert.Equal(t, "schemas/batch.json", described.ArtifactLocation.URI)
	assert.Equal(t, 40, described.Region.StartLine)
}

func TestFileURI(t *testing.T) {
	for name, want := range map[string]string{
		"a/b.har": "a/b.har", "/a/b c.har": "file:///a/b%20c.har", `a\b.har`: "a/b.har", "a%20#?.har": "a%2520%23%3F.har", "c:d.har": "./c:d.har", "é": "%C3%A9",
	} {
		assert.Equal(t, want, fileURI(name))
	}
}
