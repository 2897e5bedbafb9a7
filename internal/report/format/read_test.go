package format

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/schema"
)

// What is read back from JSON gives the same bytes in every format.
func TestReadGivesWhatWasWritten(t *testing.T) {
	same := func(t require.TestingT, r *report.Report) {
		read, err := report.Read(strings.NewReader(render(t, "json", r, View{})))
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(r, read))
		for _, format := range Names() {
			require.Equal(t, render(t, format, r, View{}), render(t, format, read, View{}), format)
		}
	}
	same(t, build(1))
	same(t, check(t, livesRecording))
	values := build(1)
	for _, value := range []string{`{"b":[1,"x"],"a":1e400}`, schema.JSONText("\u202e\U000e0001<"), `null`, `1.10`} {
		values.Coverage.Values = append(values.Coverage.Values, report.ValueCoverage{Value: json.RawMessage(value)})
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
	read, err := report.Read(strings.NewReader(text))
	require.NoError(t, err)
	for _, format := range Names() {
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
		r, err := report.Read(bytes.NewReader(data))
		if err != nil {
			require.Nil(t, r)
			return
		}
		for _, format := range Names() {
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
