package drift

import "github.com/plumbapi/plumb/internal/report"

// Accept marks the differences whose findings the baseline has marked in a report
// on the same outcome.
func (r *Report) Accept(marked *report.Report) {
	known := map[string]*report.Finding{}
	for i := range marked.Findings {
		known[marked.Findings[i].Fingerprint] = &marked.Findings[i]
	}
	for i := range r.Drift {
		if f := known[r.Drift[i].Fingerprint]; f != nil {
			r.Drift[i].Suppressed, r.Drift[i].Expired = f.Suppressed, f.Expired
		}
	}
}

// Limit leaves out all differences but the first n, and of each all examples but
// the first few; 0 means all differences.
func (r *Report) Limit(n, examples int) {
	if n > 0 && n < len(r.Drift) {
		r.Summary.Omitted += len(r.Drift) - n
		r.Drift = r.Drift[:n]
	}
	for i := range r.Drift {
		all := r.Drift[i].Examples
		r.Drift[i].Examples = all[:min(examples, len(all))]
	}
}
