package recording

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the .want files of fixtures/formats anew")

// golden compares text with that of a file, or writes it there.
func golden(t *testing.T, file, text string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), text, "%s is stale; look at the difference, and run go test ./internal/recording -update", file)
}

var notOfAName = regexp.MustCompile(`[^a-z0-9]+`)

// folderOf is the name of the folder of a format in fixtures/formats.
func folderOf(f Format) string {
	return strings.Trim(notOfAName.ReplaceAllString(strings.ToLower(f.Name), "-"), "-")
}

// Each format is complete: it says what it is, and has recordings in a folder of
// its own that it, and no format before it, recognises.
func TestFormatsAreComplete(t *testing.T) {
	folders := map[string]bool{"generate": true}
	for _, f := range Formats() {
		folder := filepath.Join(fixtures, folderOf(f))
		folders[folderOf(f)] = true
		assert.NotEmpty(t, f.Name)
		assert.NotEmpty(t, f.Of, f.Name)
		assert.NotEmpty(t, f.Sign, f.Name)
		assert.NotEmpty(t, f.Record, f.Name)
		assert.Equal(t, f.recognises == nil, f.read == nil, "%s: it has either both or, where another format of the list reads it, none", f.Name)
		files, err := filepath.Glob(filepath.Join(folder, "*.*"))
		require.NoError(t, err)
		assert.NotEmpty(t, files, "put a recording into %s", folder)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			if filepath.Ext(file) == ".want" || !isText(text) {
				continue
			}
			got := formatOf(text[:min(len(text), headSize)], len(text) < headSize)
			if assert.NotNil(t, got, "%s is not recognised", file) && f.recognises != nil {
				assert.Equal(t, f.Name, got.Name, file)
			}
		}
	}
	found, err := os.ReadDir(fixtures)
	require.NoError(t, err)
	for _, dir := range found {
		assert.True(t, folders[dir.Name()], "fixtures/formats/%s is not the folder of a format", dir.Name())
	}
}
