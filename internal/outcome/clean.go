package outcome

import "github.com/plumbapi/plumb"

// Clean returns findings of an exchange as they may be written, without its
// credentials and as valid UTF-8, and likewise its request.
func (o *Outcome) Clean(x *plumb.Exchange, findings []plumb.Finding) (all []plumb.Finding, asked Request) {
	if len(findings) == 0 {
		return nil, Request{}
	}
	clean := cleaner{x: x}
	for i := range findings {
		all = append(all, cleaned(&findings[i], &clean))
	}
	return all, o.request(&clean)
}
