package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/report"
)

// recorded is a folder of recordings of the real API that others made.
const recorded = "../../../shared/data/recorded"

// What the real API sends is not an error; the nulls that it sends are one
// finding for each member.
func TestRealRecordings(t *testing.T) {
	dir, err := filepath.Abs(recorded)
	require.NoError(t, err)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real recordings: %v", err)
	}
	t.Chdir(t.TempDir()) // a folder with no configuration above it
	var out, errs bytes.Buffer
	status := Run(t.Context(), []string{"check", "--format", "json", dir}, nil, &out, &errs, func(string) string { return "" })
	assert.Equal(t, statusOK, status)
	assert.Empty(t, errs.String())

	var r report.Report
	require.NoError(t, json.Unmarshal(out.Bytes(), &r))
	assert.Equal(t, 53, r.Summary.Checked)
	assert.Zero(t, r.Summary.Errors)
	assert.NotZero(t, r.Summary.Skipped, "the exchanges of other APIs")
	assert.False(t, slices.ContainsFunc(r.Findings, func(f report.Finding) bool { return f.Rule == "http-path" }), "the description is partial")
	nulls := map[string]int{}
	for _, f := range r.Findings {
		if f.Rule == "drift-null" {
			nulls[f.Pointer]++
		}
	}
	assert.Len(t, nulls, 11)
	for pointer, findings := range nulls {
		assert.Equal(t, 1, findings, pointer)
	}
	for _, m := range r.Coverage.Members {
		assert.LessOrEqual(t, m.Count, 53, m.Pointer)
	}
	states := map[string]int{}
	for _, v := range r.Coverage.Values {
		if v.Pointer == "/status" && v.Count > 0 {
			states[string(v.Value)] += v.Count
		}
	}
	assert.Equal(t, map[string]int{`"completed"`: 23, `"validating"`: 12, `"in_progress"`: 7, `"cancelled"`: 6, `"cancelling"`: 3, `"finalizing"`: 2}, states)
}

// With the built-in overlay "observed" the real API gives no finding, nor does
// it with the overlay that plumb suggests.
func TestRealRecordingsWithOverlays(t *testing.T) {
	dir, err := filepath.Abs(recorded)
	require.NoError(t, err)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real recordings: %v", err)
	}
	t.Chdir(t.TempDir())
	run := func(args ...string) (int, string) {
		var out, errs bytes.Buffer
		status := Run(t.Context(), args, nil, &out, &errs, func(string) string { return "" })
		return status, out.String() + errs.String()
	}
	status, text := run("drift", "--suggest", "suggested.yaml", dir)
	require.Equal(t, statusOK, status, text)
	for _, overlay := range []string{"observed", "suggested.yaml"} {
		status, text = run("check", "--fail-on", "info", "--overlay", overlay, dir)
		assert.Equal(t, statusOK, status, text)
		assert.Contains(t, text, "no findings")
	}
	status, text = run("check", "--fail-on", "info", dir)
	assert.Equal(t, statusFindings, status, text)
}

// formats is a folder of recordings of other APIs.
const formats = "../../../shared/data/formats"

// A check gives no findings about the responses of other APIs.
func TestRecordingsOfOtherAPIs(t *testing.T) {
	dir, err := filepath.Abs(formats)
	require.NoError(t, err)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no recordings of other APIs: %v", err)
	}
	t.Chdir(t.TempDir())
	var out, errs bytes.Buffer
	Run(t.Context(), []string{"check", "--format", "json", dir}, nil, &out, &errs, func(string) string { return "" })
	var r report.Report
	require.NoError(t, json.Unmarshal(out.Bytes(), &r))
	assert.NotZero(t, r.Summary.Exchanges)
	for _, f := range r.Findings {
		assert.True(t, strings.HasPrefix(f.Rule, "capture-"), "%s: %s", f.Rule, f.Message)
	}
}
