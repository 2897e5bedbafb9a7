package cli

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress is a progress bar on the terminal. The zero value shows nothing.
type progress struct{ bar *progressbar.ProgressBar }

// progress returns the progress bar of the run: in bytes read, out of the size
// of all files if that is known. With -v there is none, because the messages
// show the progress.
func (c *check) progress() progress {
	if c.options.quiet || c.options.verbose || c.getenv("CI") != "" || !isTerminal(c.err) {
		return progress{}
	}
	total := int64(0)
	for _, f := range c.files {
		info, err := os.Stat(f.Path)
		if err != nil || !info.Mode().IsRegular() {
			total = -1
			break
		}
		total += info.Size()
	}
	return progress{progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(c.err),
		progressbar.OptionSetDescription("checking"),
		progressbar.OptionShowBytes(true),
		progressbar.OptionUseIECUnits(true),
		progressbar.OptionSetPredictTime(total > 0),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)}
}

// A bar that cannot be drawn is not a reason to stop, so its errors are dropped.

func (p progress) add(n int) {
	if p.bar != nil {
		_ = p.bar.Add(n)
	}
}

// finish removes the bar from the terminal.
func (p progress) finish() {
	if p.bar != nil {
		_ = p.bar.Exit()
		_ = p.bar.Clear()
	}
}

// isTerminal reports whether a writer is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
