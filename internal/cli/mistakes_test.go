package cli

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What plumb says to those who mistype something names the place, what is wrong, and
// what to do. The answers are read by people before they are committed.
func TestMistakes(t *testing.T) {
	const folder, golden = "testdata/mistakes/", "testdata/mistakes/answers.txt"
	commands, err := os.ReadFile(folder + "commands.txt")
	require.NoError(t, err)
	files, err := txtar.ParseFile(folder + "files.txtar")
	require.NoError(t, err)
	answers, err := filepath.Abs(golden)
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "nothing"), 0o755))
	require.NoError(t, txtar.Write(files, dir))
	used, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer used.Close()

	t.Chdir(dir)
	t.Setenv("CI", "true")
	var got strings.Builder
	for line := range strings.Lines(string(commands)) {
		args := strings.Fields(strings.ReplaceAll(line, "USED", used.Addr().String()))[1:]
		var out bytes.Buffer
		status := Run(t.Context(), args, strings.NewReader(""), &out, &out, func(string) string { return "" })
		said := strings.ReplaceAll(strings.TrimRight(out.String(), "\n"), used.Addr().String(), "USED")
		assert.True(t, status != statusOK || strings.Contains(said, "warning:"), "%s\n%s", line, said)
		fmt.Fprintf(&got, "$ %s%s\n[%d]\n\n", line, said, status)
	}
	if *update {
		require.NoError(t, os.WriteFile(answers, []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile(answers)
	require.NoError(t, err)
	assert.Equal(t, string(want), got.String(), "run: go test ./internal/cli -run Mistakes -update")
}
