package outcome

import "github.com/plumbapi/plumb"

// Clean returns findings of an exchange as they may be written: without its
// credentials, and as valid UTF-8.
func Clean(x *plumb.Exchange, findings []plumb.Finding) []plumb.Finding {
	clean := cleaner{x: x}
	var all []plumb.Finding
	for i := range findings {
		all = append(all, cleaned(&findings[i], &clean))
	}
	return all
}
