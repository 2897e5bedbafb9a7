package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/spec"
)

// TestDialects checks what the recording of each vendor gives with the overlay
// of its dialect: nothing, except where the vendor's responses contradict
// themselves.
func TestDialects(t *testing.T) {
	dir, err := filepath.Abs(fixtures + "/vendors")
	require.NoError(t, err)
	for _, name := range recordingsIn(t, dir) {
		vendor := strings.TrimSuffix(name, ".ndjson")
		t.Run(vendor, func(t *testing.T) {
			assert.NotEmpty(t, findings(t, dir, name).Findings, "without the dialect")
			r := findings(t, dir, "--overlay", vendor, name)
			assert.Empty(t, r.Findings)
			assert.Equal(t, []string{vendor}, r.Description.Overlays)
			assert.Zero(t, r.Summary.Skipped)
		})
	}
	for _, name := range spec.Overlays() {
		if name != "observed" {
			assert.FileExists(t, filepath.Join(dir, name+".ndjson"))
		}
	}
}

// A dialect does not hide other faults: what it does not mention is reported as
// before.
func TestDialectsStillReport(t *testing.T) {
	for vendor, broken := range map[string]struct{ old, new, rule string }{
		"azure":          {`"status": "cancelled"`, `"status": "gone"`, "schema-enum"},
		"cerebras":       {`"status": "calling"`, `"status": "Calling"`, "schema-enum"},
		"litellm-vertex": {`"object": "batch"`, `"object": "batches"`, "schema-const"},
		"together":       {`"IN_PROGRESS"`, `"in_progress"`, "schema-enum"},
		"voyage":         {`"expected_completion_at": "2025-03-15T`, `"expected_completion_at": "2025-03-13T`, "time-order"},
		"zhipu":          {`1741967579000`, `1741967579`, "time-unit"},
	} {
		t.Run(vendor, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(fixtures, "vendors", vendor+".ndjson"))
			require.NoError(t, err)
			require.Contains(t, string(text), broken.old)
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, "a.ndjson"), []byte(strings.Replace(string(text), broken.old, broken.new, 1)), 0o644))
			r := findings(t, dir, "--overlay", vendor, "a.ndjson")
			rules := map[string]bool{}
			for _, f := range r.Findings {
				rules[f.Rule] = true
			}
			assert.True(t, rules[broken.rule], "%v", rules)
		})
	}
}

func TestObservedOverlayOnRealRecordings(t *testing.T) {
	if _, err := os.Stat(recorded); err != nil {
		t.Skip("no real recordings beside the project: " + recorded)
	}
	dir, err := filepath.Abs(recorded)
	require.NoError(t, err)
	r := findings(t, ".", "--overlay", "observed", dir)
	assert.Empty(t, r.Findings)
	assert.Equal(t, report.Summary{Exchanges: 36, Checked: 53, Skipped: 11}, r.Summary)
}

// A combination of dialects gives the same findings in any order.
func TestDialectsCombine(t *testing.T) {
	dir, err := filepath.Abs(fixtures + "/vendors")
	require.NoError(t, err)
	verdict := func(args ...string) []string {
		var all []string
		for _, f := range findings(t, dir, args...).Findings {
			all = append(all, fmt.Sprintf("%s %s %s %d", f.Severity, f.Rule, f.Pointer, f.Count))
		}
		slices.Sort(all)
		return all
	}
	names := spec.Overlays()
	for i, a := range names {
		for _, b := range names[i:] {
			one := verdict("--overlay", a, "--overlay", b, ".")
			assert.Equal(t, one, verdict("--overlay", b, "--overlay", a, "--overlay", a, "."), "%s and %s", a, b)
		}
	}
	for _, name := range names {
		if name == "observed" {
			continue // it is not a vendor's
		}
		assert.Empty(t, verdict("--overlay", "observed", "--overlay", name, name+".ndjson"), "%s allows what it allows alone", name)
	}
}

// The example of docs/overlays.md can be combined with the built-in overlays
// whose timestamps are numbers, too.
func TestExampleOverlayCombines(t *testing.T) {
	page, err := os.ReadFile("../../docs/overlays.md")
	require.NoError(t, err)
	_, example, _ := strings.Cut(string(page), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	dir := t.TempDir()
	file := filepath.Join(dir, "ours.yaml")
	require.NoError(t, os.WriteFile(file, []byte(example), 0o644))
	batch := `{"id": "batch_1", "object": "batch", "endpoint": "/v1/responses", "input_file_id": "file-1", "completion_window": "24h", "status": "queued", "created_at": 1714508499000, "errors": null}`
	require.NoError(t, os.WriteFile(filepath.Join(dir, "batch.json"), []byte(batch), 0o644))
	assert.Empty(t, findings(t, dir, "--overlay", file, "batch.json").Findings)
	for _, name := range spec.Overlays() {
		if name == "together" || name == "voyage" {
			continue
		}
		for _, order := range [][]string{{name, file}, {file, name}} {
			r := findings(t, dir, "--overlay", order[0], "--overlay", order[1], "batch.json")
			assert.Empty(t, r.Findings, order)
			assert.Equal(t, 1, r.Summary.Checked)
		}
	}
}
