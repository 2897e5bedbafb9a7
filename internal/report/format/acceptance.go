package format

import (
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// acceptanceNotes say what the baseline has on a finding.
func acceptanceNotes(f *report.Finding) []string { return report.Notes(f.Suppressed, f.Expired) }

// shownFindings returns the findings that text shows: the accepted ones only
// where everything is.
func shownFindings(r *report.Report, view View) []*report.Finding {
	var shown []*report.Finding
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Suppressed == nil || view.Verbose {
			shown = append(shown, f)
		}
	}
	return shown
}

// suppressed says how many findings the baseline accepts.
func (t *text) suppressed(s report.Summary) {
	if s.Suppressed > 0 {
		t.line(textfmt.Number(s.Suppressed) + " accepted by the baseline")
	}
}
