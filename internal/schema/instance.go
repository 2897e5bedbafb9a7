package schema

import (
	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// instance returns the path of the value that an error is about, and whether it
// is about the name of the member there rather than its value.
//
// The compiler omits members with an empty name from its pointers. So the path
// is derived from the keywords that led to the value: each that descends takes
// a name or an index.
func (e *explainer) instance(err *jsonschema.ValidationError) (path []string, ofName bool) {
	path = jsonvalue.SplitPointer(unescapeFragment(err.InstanceLocation))
	steps := descents(jsonvalue.SplitPointer(unescapeFragment(err.KeywordLocation)))
	ofName = len(steps) > 0 && steps[len(steps)-1] == "propertyNames"
	if len(steps) > len(path) {
		path = restored(e.root, path, len(steps))
	}
	return path, ofName
}

// descents returns the keywords on the way through a schema that descend from a
// value to one of its members, their names or its elements.
func descents(tokens []string) []string {
	var steps []string
	for i := 0; i < len(tokens); i++ {
		switch keyword := tokens[i]; keyword {
		case "properties", "patternProperties", spec.PatternPropertiesKeyword:
			if i++; i < len(tokens) {
				steps = append(steps, keyword)
			}
		case "additionalProperties", "items", "additionalItems", "unevaluatedItems", "contains":
			if i+1 < len(tokens) { // otherwise it is about the object or array itself
				steps = append(steps, keyword)
			}
		case "prefixItems", "propertyNames", "unevaluatedProperties", spec.AdditionalPropertiesKeyword:
			steps = append(steps, keyword)
		case "dependentSchemas", "dependencies":
			i++ // the name of a member of the value
		}
		// The other keywords, and the indexes of their alternatives, do not
		// descend.
	}
	return steps
}

// restored returns a path of the given length that exists in v, made by
// inserting empty names into the given path; it returns the path unchanged if
// there is none.
func restored(v *jsonvalue.Value, path []string, length int) []string {
	var full []string
	var find func(v *jsonvalue.Value, rest []string, missing int) bool
	find = func(v *jsonvalue.Value, rest []string, missing int) bool {
		switch {
		case v == nil:
			return false
		case missing == 0:
			full = append(full, rest...)
			return v.At(rest...) != nil
		case v.Kind == jsonvalue.Object && v.Find("") >= 0:
			full = append(full, "")
			if find(v.Member(""), rest, missing-1) {
				return true
			}
			full = full[:len(full)-1]
		}
		if len(rest) == 0 {
			return false
		}
		mark := len(full)
		full = append(full, rest[0])
		if find(v.At(rest[0]), rest[1:], missing) {
			return true
		}
		full = full[:mark]
		return false
	}
	if find(v, path, length-len(path)) {
		return full
	}
	return path
}
