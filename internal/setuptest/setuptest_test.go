package setuptest

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSkip(t *testing.T) {
	list := t.TempDir() + "/skipped"
	t.Setenv("PLUMB_SKIPPED", list)
	for _, name := range []string{"one", "two"} {
		t.Run(name, func(t *testing.T) {
			defer func() { assert.True(t, t.Skipped()) }()
			Skip(t, "there is no browser")
		})
	}
	text, err := os.ReadFile(list)
	require.NoError(t, err)
	assert.Equal(t, "  TestSkip/one: there is no browser\n  TestSkip/two: there is no browser\n", string(text))
}
