package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/spec"
)

const fixtures = "../../fixtures"

// reportSchema is the schema that every JSON report is checked against. It is
// compiled on first use, because this program also runs as plumb, in the
// folders of scripts.
var reportSchema = sync.OnceValue(func() *jsonschema.Schema { return jsonschema.MustCompile(reportSchemaFile) })

var reportSchemaFile, _ = filepath.Abs("../../docs/report.schema.json")

// command runs plumb as a user would, in a folder.
func command(t *testing.T, dir string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	t.Chdir(dir)
	var out, errs bytes.Buffer
	status = Run(t.Context(), args, strings.NewReader(""), &out, &errs, func(string) string { return "" })
	return status, out.String(), errs.String()
}

// findings runs plumb check and returns the findings of its JSON report.
func findings(t *testing.T, dir string, args ...string) *report.Report {
	t.Helper()
	status, stdout, stderr := command(t, dir, append([]string{"check", "--format", "json"}, args...)...)
	require.NotEqual(t, statusFailed, status, stderr)
	var document any
	require.NoError(t, json.Unmarshal([]byte(stdout), &document))
	require.NoError(t, reportSchema().Validate(document))
	var r report.Report
	require.NoError(t, json.Unmarshal([]byte(stdout), &r))
	return &r
}

// golden compares the text report with the file beside the recording.
func golden(t *testing.T, dir, recording string, args ...string) {
	t.Helper()
	want, err := filepath.Abs(filepath.Join(dir, strings.TrimSuffix(recording, filepath.Ext(recording))+".txt"))
	require.NoError(t, err)
	_, stdout, stderr := command(t, dir, append([]string{"check", "--color", "never", filepath.ToSlash(recording)}, args...)...)
	require.Empty(t, stderr)
	if *update {
		require.NoError(t, os.WriteFile(want, []byte(stdout), 0o644))
	}
	text, err := os.ReadFile(want)
	require.NoError(t, err)
	assert.Equal(t, string(text), stdout, "run: go test ./internal/cli -run Fixtures -update, and look at what changed")
}

// recordingsIn returns the names of the recordings in a folder. Those of several files
// are folders.
func recordingsIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		if entry.IsDir() || filepath.Ext(entry.Name()) == ".ndjson" {
			names = append(names, entry.Name())
		}
	}
	require.NotEmpty(t, names, "%s has no recordings", dir)
	return names
}

// ruleFolders returns the folders of recordings that must give no findings, and
// of those that must give some, with the arguments to check them with.
func ruleFolders(t *testing.T) map[string][]string {
	t.Helper()
	dirs, err := filepath.Glob(fixtures + "/rules/*")
	require.NoError(t, err)
	folders := map[string][]string{}
	for _, dir := range append(dirs, fixtures+"/payment") {
		folders[dir] = nil
		if _, err := os.Stat(filepath.Join(dir, "openapi.yaml")); err == nil {
			folders[dir] = []string{"--spec", "openapi.yaml"}
		}
	}
	return folders
}

// Recordings under silent give no finding; those under reported give exactly
// the report beside them, which in fixtures/rules has a finding of the folder's
// rule.
func TestFixtures(t *testing.T) {
	for dir, args := range ruleFolders(t) {
		rule := filepath.Base(dir)
		for _, name := range recordingsIn(t, filepath.Join(dir, "silent")) {
			t.Run(rule+"/silent/"+name, func(t *testing.T) {
				r := findings(t, dir, append(args, "silent/"+name)...)
				assert.Empty(t, r.Findings)
				assert.NotZero(t, r.Summary.Checked)
			})
		}
		for _, name := range recordingsIn(t, filepath.Join(dir, "reported")) {
			t.Run(rule+"/reported/"+name, func(t *testing.T) {
				golden(t, dir, filepath.Join("reported", name), args...)
			})
			if rule == "payment" {
				continue
			}
			t.Run(rule+"/rule/"+name, func(t *testing.T) {
				r := findings(t, dir, append(args, "reported/"+name)...)
				assert.True(t, slices.ContainsFunc(r.Findings, func(f report.Finding) bool { return f.Rule == rule }), "%s is not among the findings", rule)
			})
		}
	}
}

// The recordings of cancel responses and of vendors, and the recording that the
// README shows, give exactly the reports beside them.
func TestFixturesOfAnswers(t *testing.T) {
	golden(t, fixtures+"/recordings", "cancel.har")
	for _, dir := range []string{fixtures + "/answers", fixtures + "/vendors"} {
		for _, name := range recordingsIn(t, dir) {
			t.Run(filepath.Base(dir)+"/"+name, func(t *testing.T) { golden(t, dir, name) })
		}
	}
}

// found returns the findings of a report without their places, with their
// counts.
func found(r *report.Report) map[string]int {
	all := map[string]int{}
	for _, f := range r.Findings {
		all[f.Severity+" "+f.Rule+" "+fmt.Sprint(f.Operations, f.Pointers)+" "+f.Fingerprint] = f.Count
	}
	return all
}

// The same exchanges give the same findings, in whatever format they were
// recorded.
func TestFormatsGiveTheSameFindings(t *testing.T) {
	dir := fixtures + "/formats"
	same := func(first string, others ...string) {
		want := found(findings(t, dir, first))
		require.NotEmpty(t, want)
		for _, name := range others {
			t.Run(name, func(t *testing.T) { assert.Equal(t, want, found(findings(t, dir, name))) })
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.*"))
	require.NoError(t, err)
	files = slices.DeleteFunc(files, func(f string) bool { // these have bodies without requests, or other exchanges
		_, err := os.Stat(f + ".want")
		return err == nil || regexp.MustCompile(`bodies\.|curl-i|\.want$|generate/`).MatchString(filepath.ToSlash(f))
	})
	for i, f := range files {
		files[i], err = filepath.Rel(dir, f)
		require.NoError(t, err)
	}
	require.Greater(t, len(files), 20)
	same("har-1-2/batches.har", files...)
	same("ndjson/bodies.ndjson", "json/bodies.json")
}

// TestAnswers checks which finding each response to a cancel gives, whatever
// other findings it has.
func TestAnswers(t *testing.T) {
	want := map[string]struct {
		severity string // the highest
		rule     string
		pointer  string
	}{
		"vendors-own-example":                {"warning", "drift-null", "/errors"},
		"metadata-of-the-caller":             {},
		"missing-required":                   {"error", "schema-required", "/endpoint"},
		"unknown-status":                     {"error", "schema-enum", "/status"},
		"string-timestamp":                   {"error", "time-unit", "/created_at"},
		"milliseconds":                       {"error", "time-unit", "/created_at"},
		"cancelling-before-created":          {"error", "time-order", "/cancelling_at"},
		"cancelled-without-cancelled-at":     {"error", "state-timestamp-missing", "/cancelled_at"},
		"counts-over-total":                  {"error", "request-counts-bound", "/request_counts"},
		"undocumented-member":                {"warning", "drift-undocumented-member", "/cancel_reason"},
		"undocumented-status-code":           {"warning", "http-status", ""},
		"html":                               {"error", "http-media-type", ""},
		"empty-body":                         {"error", "http-empty-body", ""},
		"bytes-after-the-value":              {"error", "json-trailing-data", ""},
		"status-twice":                       {"error", "json-duplicate-key", "/status"},
		"answers-that-contradict-each-other": {"error", "history-transition", "/status"},
	}
	dir := fixtures + "/answers"
	files := recordingsIn(t, dir)
	assert.Len(t, want, len(files))
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			tt, ok := want[strings.TrimSuffix(file, ".ndjson")]
			require.True(t, ok)
			r := findings(t, dir, file)
			if tt.rule == "" {
				assert.Empty(t, r.Findings)
				return
			}
			require.NotEmpty(t, r.Findings)
			assert.Equal(t, tt.severity, r.Findings[0].Severity)
			assert.True(t, slices.ContainsFunc(r.Findings, func(f report.Finding) bool {
				return f.Rule == tt.rule && slices.ContainsFunc(f.Pointers, func(p report.PointerCount) bool { return p.Pointer == tt.pointer })
			}))
		})
	}
}

func builtinRules(t *testing.T) []plumb.Rule {
	t.Helper()
	d, err := spec.Builtin()
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	return v.Rules()
}

// Each rule has recordings that break it and recordings that do not, and a text
// that explains it.
func TestEveryRuleHasFixtures(t *testing.T) {
	ids := map[string]bool{}
	for _, r := range builtinRules(t) {
		ids[r.ID] = true
		if r.ID != "scenario-unmet" { // no recording breaks it; the script of plumb probe does
			assert.DirExists(t, filepath.Join(fixtures, "rules", r.ID))
		}
		assert.NotEmpty(t, r.Title, r.ID)
		assert.NotEmpty(t, r.Text, r.ID)
		assert.NotEmpty(t, r.Example, r.ID)
		assert.False(t, strings.HasSuffix(r.Title, "."), r.ID)
	}
	for dir := range ruleFolders(t) {
		if name := filepath.Base(dir); name != "payment" {
			assert.True(t, ids[name], "%s is not a rule", name)
		}
	}
}
