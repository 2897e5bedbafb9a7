package format

import (
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// acceptanceNotes say what the baseline has on a finding.
func acceptanceNotes(f *report.Finding) []string {
	switch {
	case f.Suppressed != nil:
		a := f.Suppressed
		return []string{"accepted until " + textfmt.Printable(a.Expires) + " (" + textfmt.Printable(a.Owner) + "): " + textfmt.Printable(a.Reason)}
	case f.Expired != nil:
		a := f.Expired
		return []string{"the acceptance by " + textfmt.Printable(a.Owner) + " has expired (" + textfmt.Printable(a.Expires) + "): " + textfmt.Printable(a.Reason)}
	}
	return nil
}

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
