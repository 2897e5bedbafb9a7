package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const readme = "../../README.md"

// The report in the README is what its command prints: the first findings and
// the summary.
func TestReadmeShowsTheReport(t *testing.T) {
	const begin, end = "$ go run ./cmd/plumb check fixtures/recordings/cancel.har\n", "```\n"
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(text), begin)
	require.True(t, ok)
	shown, after, ok := strings.Cut(rest, end)
	require.True(t, ok)

	dir, err := os.Getwd()
	require.NoError(t, err)
	_, stdout, _ := command(t, "../..", "check", "--color", "never", "fixtures/recordings/cancel.har")
	t.Chdir(dir)
	blocks := strings.Split(stdout, "\n\n")
	require.Greater(t, len(blocks), 3)
	want := strings.Join(blocks[:2], "\n\n") + "\n\n...\n\n" + blocks[len(blocks)-1]
	if *update {
		require.NoError(t, os.WriteFile(readme, []byte(before+begin+want+end+after), 0o644))
		shown = want
	}
	assert.Equal(t, want, shown, "run: go test ./internal/cli -run Readme -update")
}

// The commands that the README has for a release pass on a healthy server, live
// and with a recording of the run; here the server is the mock.
func TestReadmeGate(t *testing.T) {
	text, err := os.ReadFile(readme)
	require.NoError(t, err)
	_, section, ok := strings.Cut(string(text), "\n## Before a release\n")
	require.True(t, ok)
	_, block, ok := strings.Cut(section, "\n```\n")
	require.True(t, ok)
	block, _, ok = strings.Cut(block, "```\n")
	require.True(t, ok)

	const server = "https://staging.example.com/v1"
	script := []string{"env PLUMB_TOKEN=any", "serve URL mock --addr 127.0.0.1:0 --speed 600"}
	through := map[string]bool{}
	for line := range strings.Lines(block) {
		args := strings.Fields(strings.ReplaceAll(line, server, "$URL"))
		require.Greater(t, len(args), 2, line)
		require.Equal(t, "plumb", args[0])
		through[args[1]] = true
		line = strings.Join(args, " ")
		if args[1] != "proxy" {
			script = append(script, "status 0 "+line)
			continue
		}
		script = append(script,
			"serve PROXY "+strings.TrimPrefix(line, "plumb ")+" --strict --overlay observed --addr 127.0.0.1:0",
			"status 0 plumb probe --base-url $PROXY --create --strict --overlay observed",
			"stop 0")
	}
	assert.Equal(t, map[string]bool{"probe": true, "proxy": true, "check": true}, through)
	file := filepath.Join(t.TempDir(), "gate.txtar")
	require.NoError(t, os.WriteFile(file, []byte(strings.Join(append(script, "stop 0", ""), "\n")), 0o600))
	runScripts(t, testscript.Params{Files: []string{file}})
}
