package engine

import (
	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine/plan"
)

// PlannedOnly turns off the rules that plans do not implement, because of which
// no body is read with a plan: for tests of what is.
func PlannedOnly() Option {
	return func(v *Validator) error {
		for _, r := range v.rules {
			if (r.run != nil || r.history != nil) && !plan.Has(r.ID) {
				v.severity[r.ID] = plumb.Off
			}
		}
		return nil
	}
}
