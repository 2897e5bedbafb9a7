//go:build unix

package wholefile

import (
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A FIFO that was named is read to its end, one in a folder is not opened, and
// none is written.
func TestFIFO(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, syscall.Mkfifo("pipe", 0o600))
	go func() { _ = os.WriteFile("pipe", []byte("text"), 0o600) }()
	data, err := Read("pipe")
	require.NoError(t, err)
	assert.Equal(t, "text", string(data))

	_, err = ReadFS(os.DirFS("."), "pipe")
	assert.ErrorContains(t, err, "not a regular file")
	_, err = Target("pipe")
	assert.ErrorContains(t, err, "pipe is a device or a pipe")
}
