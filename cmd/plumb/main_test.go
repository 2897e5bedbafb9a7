package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestStartupComesBeforeTheLibraries checks the order of initialization: the
// first collection can be delayed only before there is something to collect.
func TestStartupComesBeforeTheLibraries(t *testing.T) {
	program := filepath.Join(t.TempDir(), "plumb")
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	run := exec.Command(program, "version")
	run.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err = run.CombinedOutput()
	require.NoError(t, err, "%s", out)
	startup := strings.Index(string(out), "init github.com/plumbapi/plumb/internal/startup @")
	libraries := strings.Index(string(out), "init github.com/santhosh-tekuri/jsonschema/")
	require.Positive(t, startup)
	assert.Less(t, startup, libraries)
}
