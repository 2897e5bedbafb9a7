package engine

import (
	"maps"
	"slices"
)

// identifying returns the names of the members that tell of which schema a body is. A
// bare body can be of any schema that has a name.
func (v *Validator) identifying(bare bool) map[string]bool {
	schemas := slices.Collect(maps.Values(v.bodies))
	if bare {
		schemas = append(schemas, v.named()...)
	}
	names := map[string]bool{}
	for _, s := range schemas {
		for _, c := range s.constants {
			names[c.name] = true
		}
	}
	return names
}
