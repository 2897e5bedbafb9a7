package cli

import (
	"os"
	"strings"
	"testing"

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
