package report

// Acceptance says that somebody lets a finding pass until a date.
type Acceptance struct {
	Reason  string `json:"reason"`
	Owner   string `json:"owner"`
	Expires string `json:"expires"` // the last day, such as 2030-12-31
}

// Suppress marks a finding of the report as accepted: it is counted apart.
func (r *Report) Suppress(f *Finding, a *Acceptance) {
	if f.Suppressed != nil {
		return
	}
	f.Suppressed = a
	r.Summary.Suppressed++
	switch f.Severity {
	case "error":
		r.Summary.Errors--
	case "warning":
		r.Summary.Warnings--
	case "info":
		r.Summary.Infos--
	}
}

// acceptanceNotes say what the baseline has on a finding.
func acceptanceNotes(f *Finding) []string {
	switch {
	case f.Suppressed != nil:
		a := f.Suppressed
		return []string{"accepted until " + Printable(a.Expires) + " (" + Printable(a.Owner) + "): " + Printable(a.Reason)}
	case f.Expired != nil:
		a := f.Expired
		return []string{"was accepted until " + Printable(a.Expires) + " (" + Printable(a.Owner) + "), which is over: " + Printable(a.Reason)}
	}
	return nil
}

// shownFindings returns the findings that text shows: the accepted ones only
// where everything is.
func shownFindings(r *Report, view View) []*Finding {
	var shown []*Finding
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Suppressed == nil || view.Verbose {
			shown = append(shown, f)
		}
	}
	return shown
}

// suppressed says how many findings the baseline accepts.
func (t *text) suppressed(s Summary) {
	if s.Suppressed > 0 {
		t.line(Number(s.Suppressed) + " accepted by the baseline")
	}
}
