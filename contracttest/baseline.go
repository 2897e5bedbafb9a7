package contracttest

import (
	"fmt"
	"strings"
	"time"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/baseline"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// accepted are the findings that a baseline accepts on a day. A nil *accepted
// accepts nothing.
type accepted struct {
	*baseline.Baseline
	file  string
	today time.Time
}

func readBaseline(cfg config) (*accepted, error) {
	if cfg.baseline == "" {
		return nil, nil
	}
	b, err := baseline.Read(cfg.baseline)
	return &accepted{b, cfg.baseline, cfg.now().UTC()}, err
}

// find returns the entry of a finding, or nil if there is none.
func (a *accepted) find(f *plumb.Finding) *baseline.Entry {
	if a == nil {
		return nil
	}
	return a.Find(f.Fingerprint())
}

// overdue returns the line under a finding whose entry has expired.
func (a *accepted) overdue(e *baseline.Entry) string {
	return fmt.Sprintf("\n    baseline:  %s:%d: %s", a.file, e.Line, textfmt.Printable(e.Overdue()))
}

// settle marks the accepted findings in the report, and returns the lines of
// the summary about entries whose finding did not occur.
func (a *accepted) settle(r *report.Report) string {
	if a == nil {
		return ""
	}
	_, gone := a.Apply(r, a.today)
	var b strings.Builder
	for _, e := range gone {
		fmt.Fprintf(&b, "\n    %s:%d: %s does not occur in this test", a.file, e.Line, textfmt.Printable(e.Rule+" at "+e.Place()))
	}
	return b.String()
}
