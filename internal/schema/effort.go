package schema

import (
	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Undecided is the keyword of a failure which says that it could not be
// decided, within the limits, whether the value satisfies its schema.
const Undecided = "undecided"

// mostSteps bounds how often schemas may be applied to the values in a value.
// The compiler's schemas try nested alternatives again for each combination,
// which for recursive schemas takes time exponential in the depth.
func mostSteps(v *jsonvalue.Value) int { return 1<<17 + 200*count(v) }

// effort counts how often the compiled schemas would be applied to values. It
// visits each pair of schema and value once, so that counting takes linear
// time.
type effort struct {
	most  int
	known map[step]int
}

// excessive reports whether validating a value against a schema would take too
// many steps.
func excessive(s *jsonschema.Schema, v *jsonvalue.Value) bool {
	if v.Members == nil && v.Items == nil {
		return false
	}
	e := effort{mostSteps(v), map[step]int{}}
	return e.of(s, v) >= e.most
}

type step struct {
	schema *jsonschema.Schema
	value  *jsonvalue.Value
}

// of returns the number of steps that a schema takes for a value, at most
// e.most.
func (e *effort) of(s *jsonschema.Schema, v *jsonvalue.Value) int {
	if s == nil {
		return 0
	}
	key := step{s, v}
	if known, ok := e.known[key]; ok {
		return known
	}
	e.known[key] = 0 // for a schema that applies itself
	n := 1
	add := func(s *jsonschema.Schema, v *jsonvalue.Value) { n = min(n+e.of(s, v), e.most) }
	for _, sub := range inPlace(s) {
		add(sub, v)
	}
	for i := range v.Members {
		e.member(s, &v.Members[i], add)
	}
	for i, item := range v.Items {
		e.item(s, i, item, add)
	}
	e.known[key] = n
	return n
}

// inPlace returns the schemas that a schema applies to its own value.
func inPlace(s *jsonschema.Schema) []*jsonschema.Schema {
	all := []*jsonschema.Schema{s.Ref, s.DynamicRef, s.RecursiveRef, s.Not, s.If, s.Then, s.Else}
	for _, list := range [][]*jsonschema.Schema{s.AllOf, s.AnyOf, s.OneOf} {
		all = append(all, list...)
	}
	for _, sub := range s.DependentSchemas {
		all = append(all, sub)
	}
	for _, dependency := range s.Dependencies {
		if sub, ok := dependency.(*jsonschema.Schema); ok {
			all = append(all, sub)
		}
	}
	return all
}

func (e *effort) member(s *jsonschema.Schema, m *jsonvalue.Member, add func(*jsonschema.Schema, *jsonvalue.Value)) {
	add(s.Properties[m.Name], m.Value)
	for re, sub := range s.PatternProperties {
		if re.MatchString(m.Name) {
			add(sub, m.Value)
		}
	}
	additional, _ := s.AdditionalProperties.(*jsonschema.Schema)
	add(additional, m.Value)
	add(s.UnevaluatedProperties, m.Value)
}

func (e *effort) item(s *jsonschema.Schema, i int, item *jsonvalue.Value, add func(*jsonschema.Schema, *jsonvalue.Value)) {
	first := s.PrefixItems
	if older, ok := s.Items.([]*jsonschema.Schema); ok {
		first = older
	}
	if i < len(first) {
		add(first[i], item)
	}
	older, _ := s.Items.(*jsonschema.Schema)
	additional, _ := s.AdditionalItems.(*jsonschema.Schema)
	for _, sub := range []*jsonschema.Schema{s.Items2020, older, additional, s.Contains, s.UnevaluatedItems} {
		add(sub, item)
	}
}
