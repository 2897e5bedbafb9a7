package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/report/format"
)

// tellGitHub gives the GitHub job in which plumb runs the counts, as outputs of
// the step, and the report, as the summary of the step, if the environment
// names the files for them.
func (a *app) tellGitHub(r *report.Report) error {
	var summary strings.Builder
	if err := format.Write(&summary, "markdown", r, format.View{}); err != nil {
		return err
	}
	return errors.Join(
		a.appendTo("GITHUB_OUTPUT", format.Outputs(r)),
		a.appendTo("GITHUB_STEP_SUMMARY", summary.String()),
	)
}

// appendTo appends a text to the file that an environment variable names.
func (a *app) appendTo(variable, text string) error {
	name := a.getenv(variable)
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return fmt.Errorf("%s: %w", variable, err)
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("%s: %w", variable, err)
	}
	return nil
}

// repository says where a run is in a repository.
type repository struct {
	root   string // empty where there is no repository
	folder string // the working folder, in root
}

// file returns the name of a file as seen from the root of the repository. A file
// outside it keeps its name.
func (r repository) file(name string) string {
	if r.root == "" || name == "" {
		return name
	}
	whole := name
	if !filepath.IsAbs(whole) {
		whole = filepath.Join(r.folder, whole)
	}
	rel, err := filepath.Rel(r.root, whole)
	if err != nil || !filepath.IsLocal(rel) {
		return name
	}
	return filepath.ToSlash(rel)
}

// repository returns where the working folder is in a repository: in the workspace
// of the GitHub job, or else in the checkout of Git.
func (a *app) repository() repository {
	folder, err := os.Getwd()
	if err != nil {
		return repository{}
	}
	checkout := ""
	workspace, noWorkspace := os.Stat(a.getenv("GITHUB_WORKSPACE"))
	for root := folder; ; root = filepath.Dir(root) {
		if info, err := os.Stat(root); err == nil && noWorkspace == nil && os.SameFile(info, workspace) {
			return repository{root, folder}
		}
		if _, err := os.Lstat(filepath.Join(root, ".git")); err == nil && checkout == "" {
			checkout = root
		}
		if root == filepath.Dir(root) {
			return repository{checkout, folder}
		}
	}
}
