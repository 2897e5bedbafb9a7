package cli

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// A file that is not the URL of a proxy is refused before the other files of the run
// are touched.
func TestReadyRefusedFirst(t *testing.T) {
	target := httptest.NewServer(http.NotFoundHandler())
	defer target.Close()
	for _, text := range []string{"my notes\n", "//comment\n", "ftp://127.0.0.1/\n", "http://\n", "http://127.0.0.1:1\nmore\n", "https://example.com/my page\n", "https://api.example.com/v1\n"} {
		t.Run(text, func(t *testing.T) {
			dir := t.TempDir()
			const event = `{"fingerprint":"0123456789abcdef"}` + "\n"
			write := func(name, text string) string {
				file := filepath.Join(dir, name)
				require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
				return file
			}
			files := map[string]string{write("ready", text): text, write("old.har", "{}"): "{}", write("events", event): event, write("report", "[]"): "[]"}
			at := func(name string) string { return filepath.Join(dir, name) }
			var messages strings.Builder
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			defer stop()
			status := Run(ctx, []string{"proxy", "--target", target.URL, "--addr", "127.0.0.1:0", "--config", "", "--ready", at("ready"), "--har", at("old.har"),
				"--events", at("events"), "--report", "json=" + at("report")}, nil, io.Discard, &messages, func(string) string { return "" })
			assert.Equal(t, statusFailed, status)
			assert.Equal(t, "plumb: --ready: "+at("ready")+" has something else than the URL of a proxy; name another file\n", messages.String())
			for file, want := range files {
				got, err := os.ReadFile(file)
				require.NoError(t, err)
				assert.Equal(t, want, string(got), file)
			}
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Len(t, left, len(files))
		})
	}
}

// The URL of a proxy that was killed is removed before the description is read, also
// through a link, and is left alone where the port is that of a running proxy.
func TestReadyCleared(t *testing.T) {
	t.Chdir(t.TempDir())
	run := func(addr, ready string) {
		assert.Equal(t, statusFailed, Run(t.Context(), []string{"proxy", "--target", "http://127.0.0.1:1", "--addr", addr, "--config", "", "--ready", ready, "--spec", "no-such.yaml"},
			nil, io.Discard, io.Discard, func(string) string { return "" }))
	}
	const stale = "http://127.0.0.1:2\n"
	require.NoError(t, os.WriteFile("url.txt", []byte(stale), 0o600))
	require.NoError(t, os.Symlink("url.txt", "link"))
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	run(taken.Addr().String(), "url.txt")
	text, err := os.ReadFile("url.txt")
	require.NoError(t, err)
	assert.Equal(t, stale, string(text))

	run("127.0.0.1:0", "link")
	text, err = os.ReadFile("url.txt")
	require.NoError(t, err)
	assert.Empty(t, string(text))
	require.NoError(t, os.WriteFile("url.txt", []byte(stale), 0o600))
	run("127.0.0.1:0", "url.txt")
	assert.NoFileExists(t, "url.txt")
}

// The files that the proxy and the other commands write are not named "-".
func TestHyphenIsNoFile(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("a.json", []byte(`{"id": "batch_1", "object": "batch"}`), 0o600))
	for _, args := range [][]string{
		{"proxy", "--target", "http://127.0.0.1:1", "--addr", "127.0.0.1:0", "--events", "-"},
		{"proxy", "--target", "http://127.0.0.1:1", "--addr", "127.0.0.1:0", "--har", "-"},
		{"proxy", "--target", "http://127.0.0.1:1", "--addr", "127.0.0.1:0", "--ready", "-"},
		{"check", "a.json", "--report", "json=-"},
		{"check", "a.json", "--summary", "-"},
		{"baseline", "update", "a.json", "--baseline", "-", "--reason", "r", "--owner", "o"},
	} {
		var messages strings.Builder
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		assert.Equal(t, statusFailed, Run(ctx, append(args, "--config", ""), nil, io.Discard, &messages, func(string) string { return "" }), args)
		stop()
		assert.Contains(t, messages.String(), "- is not the name of a file", args)
		assert.NoFileExists(t, "-", args)
	}
}
