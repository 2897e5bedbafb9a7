package report

import "github.com/plumbapi/plumb/internal/textfmt"

// Acceptance says that somebody lets a finding pass until a date.
type Acceptance struct {
	Reason  string `json:"reason"`
	Owner   string `json:"owner"`
	Expires string `json:"expires"` // the last day, such as 2030-12-31
}

// Notes say what the baseline has on a finding: that it is accepted, or that its
// acceptance has expired.
func Notes(accepted, expired *Acceptance) []string {
	switch {
	case accepted != nil:
		a := accepted
		return []string{"accepted until " + textfmt.Printable(a.Expires) + " (" + textfmt.Printable(a.Owner) + "): " + textfmt.Printable(a.Reason)}
	case expired != nil:
		a := expired
		return []string{"the acceptance by " + textfmt.Printable(a.Owner) + " has expired (" + textfmt.Printable(a.Expires) + "): " + textfmt.Printable(a.Reason)}
	}
	return nil
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
