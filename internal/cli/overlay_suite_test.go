package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// overlaySuite are the tests of the Overlay Specification.
const overlaySuite = "../../../shared/data/overlay-suite"

// printed runs plumb spec.
func printed(t *testing.T, args ...string) (status int, out, messages string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = Run(context.Background(), append([]string{"spec", "--config", ""}, args...), nil, &stdout, &stderr, func(string) string { return "" })
	return status, stdout.String(), stderr.String()
}

func TestOverlaySuite(t *testing.T) {
	if _, err := os.Stat(overlaySuite); err != nil {
		t.Skip("the tests of the Overlay Specification are not beside the project: " + overlaySuite)
	}
	sets := matching(t, "compliant-sets/*/overlay.yaml")
	for _, file := range matching(t, "tests/*/pass/*.yaml") {
		for _, set := range sets {
			description := filepath.Join(filepath.Dir(set), "openapi.yaml")
			status, _, messages := printed(t, "--spec", description, "--overlay", file)
			assert.Zero(t, status, "%s on %s: %s", file, description, messages)
		}
		status, _, messages := printed(t, "--overlay", file)
		assert.Zero(t, status, "%s: %s", file, messages)
	}
	for _, file := range matching(t, "tests/*/fail/*.yaml") {
		status, out, messages := printed(t, "--spec", filepath.Join(filepath.Dir(sets[0]), "openapi.yaml"), "--overlay", file)
		assert.Equal(t, statusFailed, status, file)
		assert.Empty(t, out, file)
		assert.Regexp(t, `^plumb: .*/`+filepath.Base(file)+`:\d+:\d+: .`, messages)
	}
	for _, set := range sets {
		folder := filepath.Dir(set)
		status, out, messages := printed(t, "--spec", filepath.Join(folder, "openapi.yaml"), "--overlay", set)
		assert.Zero(t, status, "%s: %s", set, messages)
		assert.Empty(t, messages, set)
		want, err := os.ReadFile(filepath.Join(folder, "output.yaml"))
		require.NoError(t, err)
		assert.Equal(t, yamlValue(t, want), yamlValue(t, []byte(out)), set)
	}
}

func matching(t *testing.T, pattern string) []string {
	files, err := filepath.Glob(filepath.Join(overlaySuite, pattern))
	require.NoError(t, err)
	require.NotEmpty(t, files, pattern)
	return files
}

func yamlValue(t *testing.T, text []byte) any {
	var v any
	require.NoError(t, yaml.Unmarshal(text, &v))
	return v
}
