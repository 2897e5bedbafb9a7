package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// What is read back from JSON gives the same bytes in every format.
func TestReadGivesWhatWasWritten(t *testing.T) {
	same := func(t require.TestingT, r *Report) {
		read, err := Read(strings.NewReader(render(t, "json", r, View{})))
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(r, read))
		for _, format := range Formats() {
			require.Equal(t, render(t, format, r, View{}), render(t, format, read, View{}), format)
		}
	}
	same(t, build(1))
	same(t, check(t, livesRecording))
	values := build(1)
	for _, value := range []string{`{"b": [1, "x"], "a": 1e400}`, `"\u202e\udb40\udc01<"`, `null`, `1.10`} {
		var buf bytes.Buffer
		require.NoError(t, json.Compact(&buf, []byte(value)))
		values.Coverage.Values = append(values.Coverage.Values, ValueCoverage{Value: compact(buf.Bytes())})
	}
	same(t, values)
	rapid.Check(t, func(t *rapid.T) {
		same(t, nastyReport(t))
	})
}

// A report of an early version has no rules and no lives.
func TestReadOfAnEarlyReport(t *testing.T) {
	r := build(2, enumFinding())
	r.Rules, r.Resources = nil, nil
	text := strings.Replace(render(t, "json", r, View{}), `,
  "rules": null,
  "resources": null`, "", 1)
	require.NotContains(t, text, "rules")
	read, err := Read(strings.NewReader(text))
	require.NoError(t, err)
	for _, format := range Formats() {
		assert.Equal(t, counts{errors: 1, occurrences: 1}, readers[format](t, render(t, format, read, View{})), format)
	}
	validSARIF(t, render(t, "sarif", read, View{}))
}

// Whatever is read, it is an error or gives every format, and is never more
// than a report in them.
func FuzzRead(f *testing.F) {
	f.Add([]byte(render(f, "json", check(f, livesRecording), View{})))
	f.Add([]byte(render(f, "json", hostileReport(), View{})))
	f.Add([]byte(`{"schemaVersion": 2, "tool": {"name": "plumb"}, "findings": [{"severity": "error", "fingerprint": "0123456789abcdef", "count": -1,
		"occurrences": [{"line": -5, "excerpt": {"text": "é", "column": 1, "width": 9223372036854775807}}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Read(bytes.NewReader(data))
		if err != nil {
			require.Nil(t, r)
			return
		}
		for _, format := range Formats() {
			text := render(t, format, r, View{})
			if format == "html" {
				require.Equal(t, 1, strings.Count(strings.ToLower(text), "<script"))
			}
			if format == "markdown" {
				require.LessOrEqual(t, len(text), 65536)
			}
		}
	})
}

// What is not a report of this version is refused, and said to be what it is.
func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		" \n":                     "nothing is there",
		"{\n\"schemaVersion\" 1}": "line 2: invalid character",
		"[]":                      "line 1: json: cannot unmarshal array",
		"{}":                      "it has no schemaVersion",
		`{"schemaVersion": 1}`:    "a report of schemaVersion 1, which groups findings in another way; check the recordings again",
		`{"schemaVersion": 3}`:    "a report of schemaVersion 3, and this plumb reads 2",
		`{"schemaVersion": 2, "tool": {"name": "plumb"}}` + "\n{}":                                                 "as lines (ndjson)",
		`{"schemaVersion": 2, "tool": {"name": "plumb"}, "findings": []} {}`:                                       "more than one JSON value",
		`{"schemaVersion": 2, "tool": {"name": "prism"}}`:                                                          `of "prism", not of plumb`,
		`{"schemaVersion": 2, "tool": {"name": "plumb"}, "findings": [{"severity": "fatal"}]}`:                     `findings[0]: "fatal" is not a severity`,
		`{"schemaVersion": 2, "tool": {"name": "plumb"}, "findings": [{"severity": "error", "fingerprint": "x"}]}`: `findings[0]: "x" is not a fingerprint`,
	} {
		r, err := Read(strings.NewReader(text))
		assert.Nil(t, r)
		assert.ErrorContains(t, err, want, text)
	}
}
