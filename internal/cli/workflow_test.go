package cli

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// The steps of the workflow in docs/ run as they are, except for the
// installation.
func TestWorkflow(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("there is no curl here")
	}
	text, err := os.ReadFile("../../docs/pre-release.yml")
	require.NoError(t, err)
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct{ Name, Run string }
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &workflow))

	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(free.Addr().String())
	require.NoError(t, err)
	require.NoError(t, free.Close())

	dir := t.TempDir()
	self, err := os.Executable() // a link to this program, which runs as plumb under that name
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, filepath.Join(dir, "plumb")))
	var script strings.Builder
	script.WriteString("set -e\ntrap 'kill %1' EXIT\n")
	for _, step := range workflow.Jobs["contract"].Steps {
		if step.Name != "Install plumb" {
			script.WriteString(strings.ReplaceAll(step.Run, "4010", port) + "\n")
		}
	}
	cmd := exec.Command(bash, "-c", script.String())
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+dir+string(filepath.ListSeparator)+os.Getenv("PATH"), "PLUMB_TOKEN=any")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.FileExists(t, filepath.Join(dir, "probe.json"))
	assert.FileExists(t, filepath.Join(dir, "probe.xml"))
}
