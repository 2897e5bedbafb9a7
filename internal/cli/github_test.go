package cli

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

// GitHub finds files by their names from the root of the repository.
func TestRepositoryFile(t *testing.T) {
	root := t.TempDir()
	in := repository{root, filepath.Join(root, "services", "shop")}
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
		assert.Equal(t, name, repository{}.file(name))
	}
}
