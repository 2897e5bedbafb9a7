package format

import (
	"encoding/json"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// validSARIF checks a log against the official schema, which the library has.
// That the library's types lose no member of it is part of the proof.
func validSARIF(t require.TestingT, text string) *sarif.Report {
	log, err := sarif.FromString(text, sarif.WithStrictValidation())
	require.NoError(t, err)
	require.NoError(t, log.Validate())
	again, err := json.Marshal(log)
	require.NoError(t, err)
	require.JSONEq(t, text, string(again))
	return log
}

func TestSARIFIsValid(t *testing.T) {
	validSARIF(t, render(t, "sarif", build(1), View{}))
	rapid.Check(t, func(t *rapid.T) {
		r := nastyReport(t)
		r.Suppress(&r.Findings[0], &report.Acceptance{Reason: r.Findings[0].Message, Owner: "ann", Expires: "2030-12-31"})
		run := validSARIF(t, render(t, "sarif", r, View{})).Runs[0]
		require.Len(t, run.Results[0].Suppressions, 1)
		assert.Contains(t, *run.Results[0].Suppressions[0].Justification, textfmt.Printable(r.Findings[0].Message))
	})
}

func TestSARIF(t *testing.T) {
	second := enumFinding()
	second.r.Findings[0].Line = 240
	r := build(5, enumFinding(), second)
	r.Rules = []report.Rule{{ID: "json-syntax", Severity: "error", Title: "no JSON"}, {ID: "schema-enum", Severity: "error", Title: "t", Text: "What it is.", Fix: "Do this."}}
	run := validSARIF(t, render(t, "sarif", r, View{})).Runs[0]
	require.Len(t, run.Results, 1)
	result := run.Results[0]
	assert.Equal(t, "schema-enum", *result.RuleID)
	rule := run.Tool.Driver.Rules[result.RuleIndex]
	assert.Equal(t, "schema-enum", *rule.ID)
	assert.Equal(t, "What it is.\n\nDo this.", *rule.Help.Text)
	assert.Equal(t, []string{"schema"}, rule.Properties.Tags)
	assert.Equal(t, map[string]string{"plumb/v2": r.Findings[0].Fingerprint}, result.PartialFingerprints)
	at := result.Locations[0].PhysicalLocation
	assert.Equal(t, "a.har", *at.ArtifactLocation.URI)
	assert.Equal(t, []int{120, 15, 23}, []int{*at.Region.StartLine, *at.Region.StartColumn, *at.Region.EndColumn})
	assert.Equal(t, `"paused"`, *at.Region.Snippet.Text)
	require.Len(t, result.RelatedLocations, 2)
	assert.Equal(t, 240, *result.RelatedLocations[0].PhysicalLocation.Region.StartLine)
	described := result.RelatedLocations[1].PhysicalLocation
	assert.Equal(t, "schemas/batch.json", *described.ArtifactLocation.URI)
	assert.Equal(t, 40, *described.Region.StartLine)
}

func TestFileURI(t *testing.T) {
	for name, want := range map[string]string{
		"a/b.har": "a/b.har", "/a/b c.har": "file:///a/b%20c.har", `a\b.har`: "a/b.har", "a%20#?.har": "a%2520%23%3F.har", "c:d.har": "./c:d.har", "é": "%C3%A9",
	} {
		assert.Equal(t, want, fileURI(name))
	}
}
