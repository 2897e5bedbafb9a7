package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/plumbapi/plumb/internal/drift"
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
		return nil, fmt.Errorf("--history: %w", err)
	}
	files, err := filepath.Glob(filepath.Join(globEscape(d.history), "*"+summarySuffix))
	if err != nil {
		return nil, err
	}
	var past []drift.Past
	for _, file := range files {
		s, err := readSummaryFile(file)
		if err != nil {
			return nil, err
		}
		past = append(past, drift.Past{Name: strings.TrimSuffix(filepath.Base(file), summarySuffix), Summary: s})
	}
	return past, nil
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
	name := filepath.Join(d.history, now.Format("2006-01-02T150405Z")+summarySuffix)
	return writeWhole(name, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

// globEscape escapes a path so that it matches only itself as a glob.
func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
