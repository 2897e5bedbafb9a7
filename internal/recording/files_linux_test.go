package recording

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asNobody calls f without the rights of root, which may read everything.
func asNobody(t *testing.T, f func()) {
	if os.Getuid() == 0 {
		runtime.LockOSThread() // whose rights they are
		defer runtime.UnlockOSThread()
		const nobody = 65534
		require.NoError(t, syscall.Setfsuid(nobody))
		defer func() { require.NoError(t, syscall.Setfsuid(0)) }()
	}
	f()
}

// A folder that may not be read is like a file that may not: it is among the
// files, and to open it fails. It hides none of the others.
func TestUnreadableFolders(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, dir := range []string{"dir/a", "dir/locked", "dir/z"} {
		require.NoError(t, os.MkdirAll(dir, 0o755))
		require.NoError(t, os.WriteFile(dir+"/x.har", nil, 0o644))
	}
	require.NoError(t, os.Chmod("dir/locked", 0))
	t.Cleanup(func() { _ = os.Chmod("dir/locked", 0o755) })
	for name, tt := range map[string]struct {
		path string
		want []File
	}{
		"below a folder that is named": {"dir", []File{{"dir/a/x.har", false}, {"dir/locked", false}, {"dir/z/x.har", false}}},
		"below a glob":                 {"dir/**/*.har", []File{{"dir/a/x.har", true}, {"dir/locked", false}, {"dir/z/x.har", true}}},
		"named itself":                 {"dir/locked", []File{{"dir/locked/", true}}},
	} {
		t.Run(name, func(t *testing.T) {
			asNobody(t, func() {
				got, err := Files([]string{tt.path})
				require.NoError(t, err)
				assert.Equal(t, tt.want, got)
				for _, f := range got {
					file, err := os.Open(f.Path)
					if err == nil {
						require.NoError(t, file.Close())
					}
					assert.Equal(t, f.Path == "dir/locked" || f.Path == "dir/locked/", errors.Is(err, fs.ErrPermission), f.Path)
				}
			})
		})
	}
}
