package wholefile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func put(t *testing.T, name, text string, mode fs.FileMode) {
	t.Helper()
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	require.NoError(t, os.Chmod(name, mode))
}

func text(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(data)
}

func modeOf(t *testing.T, name string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(name)
	require.NoError(t, err)
	return info.Mode().Perm()
}

// A new file has the permissions that any program gives it; one that is replaced
// keeps its own.
func TestWriteKeepsPermissions(t *testing.T) {
	t.Chdir(t.TempDir())
	plain, err := os.Create("plain")
	require.NoError(t, err)
	require.NoError(t, plain.Close())
	require.NoError(t, WriteBytes("new", []byte("a")))
	assert.Equal(t, modeOf(t, "plain"), modeOf(t, "new"))
	if runtime.GOOS == "windows" {
		return
	}
	for _, mode := range []fs.FileMode{0o600, 0o640, 0o666, 0o755} {
		put(t, "old", "before", mode)
		require.NoError(t, WriteBytes("old", []byte("after")))
		assert.Equal(t, mode, modeOf(t, "old"))
		assert.Equal(t, "after", text(t, "old"))
	}
}

// If it cannot be written, the old file is left, and nothing beside it.
func TestWriteAllOrNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	put(t, "old", "before", 0o644)
	err := Write("old", func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return errors.New("no more")
	})
	assert.EqualError(t, err, "old cannot be written: no more")
	assert.Equal(t, "before", text(t, "old"))
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	assert.Len(t, entries, 1)
	// A name can be as long as names are.
	long := strings.Repeat("n", 255)
	require.NoError(t, WriteBytes(long, []byte("a")))
	assert.Equal(t, "a", text(t, long))
}

// Links are followed: what they lead to is written, and they stay.
func TestWriteFollowsLinks(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.Mkdir("folder", 0o777))
	put(t, "folder/file", "before", 0o640)
	if err := os.Symlink(filepath.Join("folder", "file"), "one"); err != nil {
		t.Skip(err)
	}
	require.NoError(t, os.Symlink("one", "two"))
	require.NoError(t, os.Symlink("nowhere", "dangling"))
	require.NoError(t, os.Symlink("folder", "linked"))
	require.NoError(t, WriteBytes("two", []byte("after")))
	assert.Equal(t, "after", text(t, "folder/file"))
	assert.Equal(t, fs.FileMode(0o640), modeOf(t, "folder/file"))
	info, err := os.Lstat("two")
	require.NoError(t, err)
	assert.Equal(t, fs.ModeSymlink, info.Mode().Type())
	require.NoError(t, WriteBytes("linked/new", []byte("new")))
	assert.Equal(t, "new", text(t, "folder/new"))

	for name, want := range map[string]string{
		"dangling":  "dangling is a link that leads nowhere; remove it, or name another file",
		"linked":    "linked is a folder; name a file in it",
		"no/such":   "there is no folder no to write such into; create it first",
		"one/below": "there is no folder one to write below into; create it first",
	} {
		_, err := Target(name)
		assert.EqualError(t, err, want)
		assert.EqualError(t, WriteBytes(name, nil), want)
	}
	if runtime.GOOS == "linux" {
		_, err := Target("/dev/null")
		assert.EqualError(t, err, "/dev/null is a device or a pipe, which cannot be written whole; name a file")
	}
}

func TestRead(t *testing.T) {
	t.Chdir(t.TempDir())
	put(t, "file", "text", 0o644)
	data, err := Read("file")
	require.NoError(t, err)
	assert.Equal(t, "text", string(data))
	_, err = Read("none")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	_, err = Read(".")
	assert.ErrorIs(t, err, errFolder)
	if runtime.GOOS == "linux" {
		require.NoError(t, os.Symlink("/dev/zero", "zero"))
		for _, name := range []string{"/dev/zero", "zero"} {
			_, err = Read(name)
			assert.ErrorIs(t, err, errDevice)
		}
	}
}

func TestReadBounded(t *testing.T) {
	files := fstest.MapFS{"small": {Data: []byte("1234")}, "large": {Data: []byte("12345")}}
	for name, fits := range map[string]bool{"small": true, "large": false} {
		f, err := files.Open(name)
		require.NoError(t, err)
		_, err = readAll(f, 4)
		assert.Equal(t, fits, err == nil, "%v", err)
	}
}

// Changes under a lock are made one after the other, also through a link.
func TestLocked(t *testing.T) {
	t.Chdir(t.TempDir())
	put(t, "log", "", 0o644)
	require.NoError(t, os.Symlink("log", "link"))
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			name := []string{"log", "link"}[i%2]
			assert.NoError(t, Locked(name, func() error {
				data, err := os.ReadFile(name)
				if err != nil {
					return err
				}
				return WriteBytes(name, append(data, '.'))
			}))
		})
	}
	all.Wait()
	assert.Equal(t, strings.Repeat(".", 20), text(t, "log"))
	assert.NoFileExists(t, "log.lock")

	failed := errors.New("failed")
	assert.ErrorIs(t, Locked("log", func() error { return failed }), failed)
	assert.NoFileExists(t, "log.lock")
	assert.Error(t, Locked("no/such", func() error { panic("not locked") }))
}

// A file that has the name of a lock and is none is left alone.
func TestNoLock(t *testing.T) {
	t.Chdir(t.TempDir())
	put(t, "log.lock", "notes", 0o644)
	_, err := Lock("log")
	assert.EqualError(t, err, "log.lock is in the way: it is the name of a lock, and has something else; name another file")
	assert.Equal(t, "notes", text(t, "log.lock"))
}

// A hyphen is not the name of a file; with its folder it is.
func TestHyphen(t *testing.T) {
	t.Chdir(t.TempDir())
	assert.EqualError(t, WriteBytes("-", nil), "- is not the name of a file, and standard output is not written in this way; name a file, such as ./- if that is its name")
	assert.NoFileExists(t, "-")
	for range 2 { // there is none, and there is one
		require.NoError(t, WriteBytes("./-", []byte("text")))
		target, err := Target("./-")
		require.NoError(t, err)
		_, err = Target(target)
		assert.NoError(t, err)
	}
	assert.Equal(t, "text", text(t, "-"))
}
