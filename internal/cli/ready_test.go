package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A ready file replaces only that of another proxy, and is removed only by the proxy
// that wrote it, whatever links lead to it.
func TestReadyFile(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "url.txt"), filepath.Join(dir, "link")
	require.NoError(t, os.Symlink("url.txt", link))
	text := func() string {
		data, _ := os.ReadFile(file)
		return string(data)
	}

	require.NoError(t, os.WriteFile(file, []byte("my notes\n"), 0o600))
	assert.EqualError(t, readyFile{link, "http://127.0.0.1:1\n"}.create(), "--ready: "+link+" has something else than the URL of a proxy; name another file")
	assert.Equal(t, "my notes\n", text())

	require.NoError(t, os.WriteFile(file, []byte("http://127.0.0.1:2\n"), 0o600)) // of a proxy that was killed
	first, second := readyFile{link, "http://127.0.0.1:1\n"}, readyFile{file, "http://127.0.0.1:3\n"}
	require.NoError(t, first.create())
	assert.Equal(t, "http://127.0.0.1:1\n", text())
	require.NoError(t, second.create())
	first.remove()
	assert.Equal(t, "http://127.0.0.1:3\n", text())
	second.remove()
	assert.NoFileExists(t, file)
}
