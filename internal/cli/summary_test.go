package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/spec"
)

// A summary does not depend on how many goroutines add to it, and the report
// does not depend on whether there is a summary.
func TestSummaryOfRuns(t *testing.T) {
	var out [3]bytes.Buffer
	var summaries [3]string
	run := func(i int, args ...string) {
		args = append([]string{"check", "--format", "json", "--fail-on", "never", fixtures + "/answers", fixtures + "/vendors", fixtures + "/recordings"}, args...)
		require.Zero(t, Run(t.Context(), args, strings.NewReader(""), &out[i], os.Stderr, func(string) string { return "" }))
	}
	for i, jobs := range []string{"1", "4"} {
		name := filepath.Join(t.TempDir(), "a.summary")
		run(i, "--jobs", jobs, "--summary", name)
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		summaries[i] = string(text)
	}
	run(2)
	assert.Equal(t, summaries[0], summaries[1])
	assert.Equal(t, out[2].String(), out[0].String())
	assert.Equal(t, out[2].String(), out[1].String())
}

// What is checked after the parts were merged, because the run was interrupted,
// is not added to the summary.
func TestPartsThatAreMerged(t *testing.T) {
	desc, err := spec.Builtin()
	require.NoError(t, err)
	v, err := engine.New(desc)
	require.NoError(t, err)
	var parts parts
	observe := parts.add(outcome.NewObserver(v))
	x := &plumb.Exchange{Schema: "Batch"}
	x.Response.Body.Bytes = []byte(`{"id": "batch_1"}`)
	r := v.Check(x)
	observe(x, r)
	whole := outcome.New(v, 3)
	require.NoError(t, parts.mergeInto(whole))
	observe(x, r)
	assert.Equal(t, 1, whole.Places()[0].Count)
}
