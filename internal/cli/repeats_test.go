package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/spec"
)

// gathered is a sink that collects what a report is made of.
type gathered struct {
	history *engine.History
	outcome *outcome.Outcome
	counted int
}

func (g *gathered) checked(x *plumb.Exchange, r engine.Result) {
	if r.Counted {
		g.counted++
	}
	g.history.Add(&r)
	g.outcome.Add(x, r)
}

func (g *gathered) ended(recording.File, error) {}

// The report does not depend on how many goroutines check, nor on whether
// findings that were explained often enough are only counted.
func TestReportsAreTheSame(t *testing.T) {
	lines := linesOfFixtures(t)
	desc, err := spec.Builtin()
	require.NoError(t, err)
	v, err := engine.New(desc)
	require.NoError(t, err)
	reportOf := func(text string, jobs int, repeats bool) (string, int) {
		to := &gathered{history: v.NewHistory(), outcome: outcome.New(v, 2)}
		to.outcome.Follow(to.history)
		p := pipeline{validator: v, limits: recording.DefaultLimits, jobs: jobs, budget: 32 << 20, open: func(string) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(text)), nil
		}}
		if repeats {
			p.repeats, p.seen = v.NewStream(), to.outcome.Batch
			p.repeats.KeepOccurrences(2)
		}
		p.run(context.Background(), []recording.File{{Path: "a.ndjson"}, {Path: "b.ndjson"}}, to)
		out, err := json.Marshal(report.New(report.Run{Description: desc, Documented: v.Documented(), Version: "test", Occurrences: 2}, to.outcome))
		require.NoError(t, err)
		return string(out), to.counted
	}
	counted := 0
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.SliceOfN(rapid.SampledFrom(lines), 1, 8).Draw(t, "lines")
		var text strings.Builder
		for i := range rapid.IntRange(1, 200).Draw(t, "length") {
			fmt.Fprintln(&text, few[i%len(few)])
		}
		want, _ := reportOf(text.String(), 1, false)
		for _, jobs := range []int{1, 4} {
			got, n := reportOf(text.String(), jobs, true)
			require.Equal(t, want, got, "%d jobs", jobs)
			counted += n
		}
	})
	assert.NotZero(t, counted)
}

// linesOfFixtures returns the lines of recordings, most of them with findings.
func linesOfFixtures(t *testing.T) []string {
	t.Helper()
	var lines []string
	for _, pattern := range []string{"/answers/*.ndjson", "/vendors/*.ndjson", "/rules/*/*/*.ndjson"} {
		files, err := filepath.Glob(fixtures + pattern)
		require.NoError(t, err)
		for _, name := range files {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			for line := range bytes.Lines(text) {
				if line = bytes.TrimSpace(line); len(line) > 0 {
					lines = append(lines, string(line))
				}
			}
		}
	}
	require.Greater(t, len(lines), 100)
	return lines
}
