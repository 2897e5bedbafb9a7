package format

import (
	"path/filepath"
)

// Repository says where a run is in a repository. GitHub finds a file only by its
// name from the root of the repository; people open it by that from the working
// folder.
type Repository struct {
	Root   string // empty where there is no repository
	Folder string // the working folder, in Root
}

// file returns the name of a file as seen from the root of the repository. A file
// outside it keeps its name.
func (r Repository) file(name string) string {
	if r.Root == "" || name == "" {
		return name
	}
	whole := name
	if !filepath.IsAbs(whole) {
		whole = filepath.Join(r.Folder, whole)
	}
	rel, err := filepath.Rel(r.Root, whole)
	if err != nil || !filepath.IsLocal(rel) {
		return name
	}
	return filepath.ToSlash(rel)
}
