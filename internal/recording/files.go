package recording

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/plumbapi/plumb/internal/wholefile"
)

// File is a file to read.
type File struct {
	Path string // "-" is standard input

	// Named reports whether the user named the file itself, or a glob that it
	// matches. A file that was found in a folder need not be a recording: for
	// such a file, [ErrUnknownFormat] and [ErrEmpty] are not faults.
	Named bool
}

// PathError is an error about one of the paths that are given to [Files].
type PathError struct {
	Path string // as it was given
	Err  error
}

func (e *PathError) Error() string { return e.Err.Error() }
func (e *PathError) Unwrap() error { return e.Err }

// Files returns the files that paths stand for, each once, in the order of
// their names, whatever the order of the paths: a file, "-" for standard input,
// a glob (with ** for any folders), or a folder, which stands for the files in
// and below it, without those whose name begins with a dot; DIR/... is the
// same, as for the go command. A folder that cannot be read stands for itself: to
// open it fails, as it does for a file that cannot be read. A path that does not
// exist, a folder or glob without files, and a device are errors, each a [PathError].
func Files(paths []string) ([]File, error) {
	var found []File
	for _, path := range paths {
		files, err := filesOf(path)
		if err != nil {
			return nil, &PathError{path, err}
		}
		found = append(found, files...)
	}
	slices.SortStableFunc(found, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	var all []File
	known := map[string]int{} // by the path that symbolic links lead to
	for _, f := range found {
		real, err := filepath.EvalSymlinks(f.Path)
		if err != nil {
			real = f.Path // "-", or removed in the meantime, which opening it will report
		}
		if abs, err := filepath.Abs(real); err == nil && f.Path != "-" {
			real = abs
		}
		if i, ok := known[real]; ok {
			all[i].Named = all[i].Named || f.Named
			continue
		}
		known[real] = len(all)
		all = append(all, f)
	}
	return all, nil
}

// filesOf returns the files that one path stands for.
func filesOf(path string) ([]File, error) {
	if path == "-" {
		return []File{{Path: path, Named: true}}, nil
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return folder(path)
	case err == nil && wholefile.IsDevice(info):
		return nil, deviceError(path)
	case err == nil:
		return []File{{Path: path, Named: true}}, nil
	case errors.Is(err, fs.ErrNotExist) && strings.HasSuffix(path, "/..."):
		return filesOf(strings.TrimSuffix(path, "..."))
	case strings.HasPrefix(path, "https://") || strings.HasPrefix(path, "http://"):
		return nil, fmt.Errorf("%s: a recording is not fetched; save it and name the file, or read it from standard input: curl -si URL | plumb check -", path)
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(path, "*?[{"):
		return glob(path)
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: there is no such file or folder; name a recording, a folder with recordings, or - for standard input", path)
	}
	return nil, fmt.Errorf("%s: cannot be read: %w", path, wholefile.Cause(err))
}

func deviceError(path string) error {
	return fmt.Errorf("%s: this is a device or a socket, which is not read; name a file, or - for standard input", path)
}

// glob returns the files that match. Folders that match are left out: dir/**
// matches the files in them, too.
func glob(pattern string) ([]File, error) {
	options := []doublestar.GlobOption{doublestar.WithNoFollow(), doublestar.WithNoHidden()}
	matches, err := doublestar.FilepathGlob(pattern, append(options, doublestar.WithFailOnIOErrors())...)
	var files []File
	if unreadable := (*fs.PathError)(nil); errors.As(err, &unreadable) {
		base, _ := doublestar.SplitPattern(filepath.ToSlash(pattern)) // what the path is relative to
		files = append(files, File{Path: filepath.Join(filepath.FromSlash(base), unreadable.Path)})
		matches, err = doublestar.FilepathGlob(pattern, options...)
	}
	switch {
	case errors.Is(err, doublestar.ErrBadPattern):
		return nil, fmt.Errorf("%s: this is neither a file nor a glob, since a bracket is not closed; close it, or write a backslash before it", pattern)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", pattern, err)
	}
	matches = slices.DeleteFunc(matches, func(m string) bool {
		info, err := os.Stat(m)
		return err == nil && info.IsDir() || errors.Is(err, fs.ErrNotExist) // a link that leads nowhere
	})
	if len(matches) == 0 && len(files) == 0 {
		return nil, fmt.Errorf("%s: no file matches; quote the pattern if the shell must not expand it", pattern)
	}
	slices.Sort(matches)
	for _, m := range matches {
		if info, err := os.Stat(m); err == nil && wholefile.IsDevice(info) {
			return nil, deviceError(m)
		}
		files = append(files, File{Path: m, Named: true})
	}
	return files, nil
}

// folder returns the files in and below a folder. It follows links to files but
// not to folders, so that it cannot loop.
func folder(root string) ([]File, error) {
	var files []File
	top := root + string(filepath.Separator) // which enters a folder that is named by a link
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			files = append(files, File{Path: path, Named: path == top})
			return nil
		}
		if path != top && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		info, err := os.Stat(path)
		if err == nil && info.Mode().IsRegular() {
			files = append(files, File{Path: path})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: there are no files in this folder; see 'plumb help formats' for what is read", root)
	}
	return files, nil
}
