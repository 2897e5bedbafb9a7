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
