package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// farApart writes two recordings of batches that are polled in turns, some of which
// change what never changes, or go back to a state.
func farApart(t *testing.T) []string {
	t.Helper()
	const batches, polls = 200, 4
	var files []string
	folder := t.TempDir()
	for f := range 2 {
		var text strings.Builder
		for poll := range polls {
			for i := range batches {
				status, input := "in_progress", "file-in"
				if f == 0 && poll < 2 || i%40 == 7 && f == 1 && poll == 3 {
					status = "validating"
				}
				if i%50 == 9 && f == 1 && poll > 1 {
					input = "file-out"
				}
				started := ""
				if status != "validating" {
					started = `,"in_progress_at":1741967629`
				}
				fmt.Fprintf(&text, `{"id":"batch_%d","object":"batch","endpoint":"/v1/responses","input_file_id":%q,"completion_window":"24h","status":%q,"created_at":1741967569%s}`+"\n", i, input, status, started)
			}
		}
		name := filepath.Join(folder, fmt.Sprintf("part%d.ndjson", f))
		require.NoError(t, os.WriteFile(name, []byte(text.String()), 0o600))
		files = append(files, name)
	}
	return files
}

// runWith runs a command that keeps so many bytes of histories in memory.
func runWith(t *testing.T, memory int, in []byte, args ...string) (status int, out, messages string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := &app{in: bytes.NewReader(in), out: &stdout, err: &stderr, getenv: func(string) string { return "" }, memoryOfHistory: memory}
	root := a.root()
	root.SetArgs(args)
	require.NoError(t, root.ExecuteContext(context.Background()))
	return a.status, stdout.String(), stderr.String()
}

// However little of the histories is in memory, reports and summaries are the same.
func TestReportsDoNotDependOnMemory(t *testing.T) {
	files := farApart(t)
	for _, jobs := range []string{"1", "2"} {
		args := append([]string{"check", "--config", "", "--format", "json", "--jobs", jobs, "--max-occurrences", "3"}, files...)
		status, want, messages := runWith(t, 8<<20, nil, args...)
		assert.Equal(t, statusFindings, status)
		assert.Empty(t, messages)
		for _, rule := range []string{"history-changed", "history-transition"} {
			assert.Contains(t, want, `"rule": "`+rule+`"`)
		}
		for _, memory := range []int{1, 3000, 50_000} {
			status, got, messages := runWith(t, memory, nil, args...)
			assert.Equal(t, statusFindings, status)
			assert.Empty(t, messages)
			assert.Equal(t, want, got, "%d bytes of memory, %s jobs", memory, jobs)
		}
	}
	summary := func(memory int) string {
		name := filepath.Join(t.TempDir(), "summary")
		runWith(t, memory, nil, append([]string{"check", "--config", "", "--summary", name}, files...)...)
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		return string(text)
	}
	assert.Equal(t, summary(8<<20), summary(1))
}

// What comes from a pipe cannot be read again. Its findings are the same, without
// what only the body tells.
func TestPipeIsNotReadAgain(t *testing.T) {
	text, err := os.ReadFile(farApart(t)[1])
	require.NoError(t, err)
	findings := func(memory int) (lines []string) {
		_, out, _ := runWith(t, memory, text, "check", "--config", "", "--format", "text", "-")
		for line := range strings.Lines(out) {
			if strings.HasPrefix(line, "error[history-") || strings.HasPrefix(line, "  --> ") {
				line, _, _ = strings.Cut(line, " (")
				lines = append(lines, line)
			}
		}
		return lines
	}
	want := findings(8 << 20)
	assert.NotEmpty(t, want)
	assert.Len(t, findings(1), len(want))
}

// A temporary file that cannot be made is an error that names it, beside a report of
// all that was read.
func TestNoRoomForHistories(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "missing")
	files := farApart(t)
	args := append([]string{"check", "--config", "", "--format", "json"}, files...)
	_, want, _ := runWith(t, 8<<20, nil, args...)
	t.Setenv("TMPDIR", folder)
	t.Setenv("TMP", folder)
	status, got, messages := runWith(t, 1, nil, args...)
	assert.Equal(t, statusFailed, status)
	assert.Equal(t, want, got)
	assert.Contains(t, messages, folder)
	assert.Contains(t, messages, "TMPDIR")
}
