package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/plumbapi/plumb/internal/drift"
	"github.com/plumbapi/plumb/internal/wholefile"
)

// summarySuffix is the suffix of the files in a folder of earlier summaries.
// The rest of their names is the time of the run, so that they sort by it.
const summarySuffix = ".summary"

// past reads the summaries of earlier runs, the oldest first.
func (d *driftRun) past() ([]drift.Past, error) {
	if d.history == "" {
		return nil, nil
	}
	if err := os.MkdirAll(d.history, 0o755); err != nil {
		return nil, fmt.Errorf("--history: %w", noFolder(d.history, err))
	}
	files, err := filepath.Glob(filepath.Join(globEscape(d.history), "*"+summarySuffix))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(files, compareRuns)
	var past []drift.Past
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && !info.Mode().IsRegular() {
			continue // opening a FIFO would wait for its other end
		}
		s, err := readSummaryFile(file)
		if err != nil {
			return nil, err
		}
		past = append(past, drift.Past{Name: strings.TrimSuffix(filepath.Base(file), summarySuffix), Summary: s})
	}
	return past, nil
}

// noFolder says why a folder cannot be made.
func noFolder(name string, err error) error {
	if info, failed := os.Stat(name); failed == nil && !info.IsDir() {
		return fmt.Errorf("%s is a file; name a folder, in which the summaries of the runs are kept", name)
	}
	return fmt.Errorf("the folder %s cannot be created: %w", name, wholefile.Cause(err))
}

// keep writes the summary of this run beside the earlier ones, with one value
// on each line, so that git shows what differs. A run that saw nothing new
// writes none.
func (d *driftRun) keep(past []drift.Past) error {
	if d.history == "" || d.outcome.Exchanges == 0 {
		return nil
	}
	text, err := json.MarshalIndent(d.outcome, "", "  ")
	if err != nil {
		return err
	}
	if len(past) > 0 {
		last, err := json.MarshalIndent(past[len(past)-1].Summary, "", "  ")
		if err != nil {
			return err
		}
		if bytes.Equal(last, text) {
			return nil
		}
	}
	now, err := d.now()
	if err != nil {
		return err
	}
	return wholefile.Locked(filepath.Join(d.history, ".plumb"), func() error {
		return wholefile.WriteBytes(d.newSummary(now), append(text, '\n'))
	})
}

// newSummary returns the name of a file for the summary of this run. The second
// run in a second has "-2" after the time, and so on.
func (d *driftRun) newSummary(now time.Time) string {
	began := filepath.Join(d.history, now.Format("2006-01-02T150405Z"))
	for n, number := 1, ""; ; number = fmt.Sprintf("-%d", n) {
		name := began + number + summarySuffix
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return name
		}
		n++
	}
}

// compareRuns compares the names of two summaries by when they were written.
func compareRuns(a, b string) int {
	began, number := cutRun(a)
	otherBegan, otherNumber := cutRun(b)
	return cmp.Or(cmp.Compare(began, otherBegan), cmp.Compare(len(number), len(otherNumber)), cmp.Compare(number, otherNumber))
}

// cutRun returns the time in the name of a summary, and the number after it.
func cutRun(name string) (began, number string) {
	name = strings.TrimSuffix(filepath.Base(name), summarySuffix)
	if i := strings.LastIndex(name, "Z-"); i >= 0 {
		return name[:i+1], name[i+1:]
	}
	return name, ""
}

// globEscape escapes a path so that it matches only itself as a glob.
func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
