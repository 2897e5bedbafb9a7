package recording

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"b.har", "a.json", "dir/z.yml", "dir/.hidden", "dir/.git/x", "dir/sub/y.har", "dir/README.md", "[1].har"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
		require.NoError(t, os.WriteFile(name, nil, 0o666))
	}
	require.NoError(t, os.Mkdir("none", 0o777))
	require.NoError(t, os.Symlink("../b.har", "dir/link.har"))
	require.NoError(t, os.Symlink("..", "dir/sub/loop"))
	require.NoError(t, os.Symlink("nowhere", "dir/dangling"))
	require.NoError(t, os.Symlink("dir/sub", "linked"))

	inDir := []File{{Path: "dir/README.md"}, {Path: "dir/link.har"}, {Path: "dir/sub/y.har"}, {Path: "dir/z.yml"}}
	tests := map[string]struct {
		paths []string
		want  []File
		err   string
	}{
		"files in any order":       {[]string{"b.har", "-", "a.json"}, []File{{"-", true}, {"a.json", true}, {"b.har", true}}, ""},
		"a folder":                 {[]string{"dir"}, inDir, ""},
		"a folder with a slash":    {[]string{"dir/"}, inDir, ""},
		"a folder and all below":   {[]string{"dir/..."}, inDir, ""},
		"nothing there to go into": {[]string{"c/..."}, nil, "c/: there is no such file or folder; name a recording, a folder with recordings, or - for standard input"},
		"a link to a folder":       {[]string{"linked"}, []File{{Path: "linked/y.har"}}, ""},
		"each once":                {[]string{"b.har", "./b.har", "dir"}, []File{{"./b.har", true}, inDir[0], inDir[2], inDir[3]}, ""},
		"found, and then named":    {[]string{"dir", "dir/README.md"}, []File{{"dir/README.md", true}, inDir[1], inDir[2], inDir[3]}, ""},
		"a glob":                   {[]string{"*.har"}, []File{{"[1].har", true}, {"b.har", true}}, ""},
		"a glob for any folders":   {[]string{"**/*.yml"}, []File{{"dir/z.yml", true}}, ""},
		"a glob and a link":        {[]string{"dir/**/*.har"}, []File{{"dir/link.har", true}, {"dir/sub/y.har", true}}, ""},
		"a glob for everything":    {[]string{"dir/**"}, []File{{"dir/README.md", true}, {"dir/link.har", true}, {"dir/sub/y.har", true}, {"dir/z.yml", true}}, ""},
		"a name with brackets":     {[]string{"[1].har"}, []File{{"[1].har", true}}, ""},
		"nothing there":            {[]string{"c.har"}, nil, "c.har: there is no such file or folder; name a recording, a folder with recordings, or - for standard input"},
		"no match":                 {[]string{"*.xml"}, nil, "*.xml: no file matches; quote the pattern if the shell must not expand it"},
		"an empty folder":          {[]string{"none"}, nil, "none: there are no files in this folder; see 'plumb help formats' for what is read"},
		"a bad pattern":            {[]string{"[a"}, nil, "[a: this is neither a file nor a glob, since a bracket is not closed; close it, or write a backslash before it"},
		"below a file":             {[]string{"b.har/x"}, nil, "b.har/x: cannot be read: a part of the path is a file, not a folder; correct the path"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Files(tt.paths)
			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}
