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

var update = flag.Bool("update", false, "rewrite the .want files of fixtures/formats")

// golden compares text with the contents of a file, or writes it to the file.
func golden(t *testing.T, file, text string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), text, "%s is stale; check the difference, and run go test ./internal/recording -update", file)
}

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// folderOf returns the name of the folder of a format in fixtures/formats.
func folderOf(f Format) string {
	return strings.Trim(notInName.ReplaceAllString(strings.ToLower(f.Name), "-"), "-")
}

// TestFormatsAreComplete checks that each format describes itself, and has
// recordings in its own folder that it recognises, and no format before it.
func TestFormatsAreComplete(t *testing.T) {
	folders := map[string]bool{"generate": true}
	for _, f := range Formats() {
		folder := filepath.Join(fixtures, folderOf(f))
		folders[folderOf(f)] = true
		assert.NotEmpty(t, f.Name)
		assert.NotEmpty(t, f.Of, f.Name)
		assert.NotEmpty(t, f.Sign, f.Name)
		assert.NotEmpty(t, f.Record, f.Name)
		assert.Equal(t, f.recognises == nil, f.read == nil, "%s: a format has both functions, or neither if another format of the list reads it", f.Name)
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
