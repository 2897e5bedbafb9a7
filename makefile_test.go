package plumb_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// make test says what it installs, and why, before it does; with SETUP=no it
// installs nothing.
func TestSetup(t *testing.T) {
	tools := t.TempDir() // all programs that there are, as if nothing were installed
	for _, name := range []string{"make", "sh", "mktemp"} {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skip(err)
		}
		require.NoError(t, os.Symlink(path, filepath.Join(tools, name)))
	}
	for name, script := range map[string]string{"id": "echo 0", "apt-get": "echo apt-get was run >&2", "npm": "echo npm was run >&2"} {
		require.NoError(t, os.WriteFile(filepath.Join(tools, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755))
	}
	setUp := func(args ...string) string {
		cmd := exec.Command(filepath.Join(tools, "make"), append([]string{"chromium", "clients", "CLIENTS=" + t.TempDir()}, args...)...)
		cmd.Env = []string{"PATH=" + tools}
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}

	installed := setUp()
	for _, program := range []string{"apt-get", "npm"} {
		said := strings.Index(installed, "with "+program)
		require.Positive(t, said, installed)
		assert.Less(t, said, strings.Index(installed, program+" was run"))
	}
	assert.Contains(t, installed, "for tests that open the HTML report in a browser (SETUP=no skips them)")

	without := setUp("SETUP=no")
	assert.NotContains(t, without, "was run")
	assert.Contains(t, without, "SETUP=no: chromium is not installed; the tests that open the HTML report in a browser skip")
	assert.Contains(t, without, "SETUP=no: OpenAI's client for Node is not installed; TestOpenAINode")
}
