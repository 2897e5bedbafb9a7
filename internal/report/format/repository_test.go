package format

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

// GitHub finds files by their names from the root of the repository.
func TestRepositoryFile(t *testing.T) {
	root := t.TempDir()
	in := Repository{Root: root, Folder: filepath.Join(root, "services", "shop")}
	for name, want := range map[string]string{
		"session.har":                         "services/shop/session.har",
		"./recordings/a.har":                  "services/shop/recordings/a.har",
		"../../api/shop.yaml":                 "api/shop.yaml",
		filepath.Join(root, "api/shop.yaml"):  "api/shop.yaml",
		"../../../elsewhere.har":              "../../../elsewhere.har",
		filepath.Join(root, "../elsewhere.h"): filepath.Join(root, "../elsewhere.h"),
		"":                                    "",
	} {
		assert.Equal(t, want, in.file(name), name)
		assert.Equal(t, name, Repository{}.file(name))
	}
}

func TestFormatsForGitHubNameFilesFromTheRoot(t *testing.T) {
	r := build(5, enumFinding())
	r.Findings[0].Occurrences[0].File = "a.har"
	r.Findings[0].Description.File = "../api.yaml"
	root := t.TempDir()
	view := View{Repository: Repository{Root: root, Folder: filepath.Join(root, "shop")}}
	assert.Contains(t, render(t, "github", r, view), "::error file=shop/a.har,")
	sarif := render(t, "sarif", r, view)
	assert.Contains(t, sarif, `"uri": "shop/a.har"`)
	assert.Contains(t, sarif, `"uri": "api.yaml"`)
	assert.Contains(t, render(t, "text", r, view), "--> a.har")
}
