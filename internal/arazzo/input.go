package arazzo

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Input is an input of a workflow.
type Input struct {
	Name     string
	Required bool
	Default  any // nil if there is none

	types []string // by its schema; empty if that does not say
}

// maxReferences is how many $refs may lead from one to another.
const maxReferences = 100

// inputs reads the inputs of a workflow, which are the properties of a JSON
// Schema.
func (r *reader) inputs(v value) ([]Input, error) {
	v, err := r.schema(v)
	if err != nil {
		return nil, err
	}
	required := map[string]bool{}
	for _, name := range v.get("required").items() {
		required[textOf(name.content)] = true
	}
	byName := map[string]Input{}
	for _, name := range v.get("properties").names() {
		property, err := r.schema(v.get("properties").get(name))
		if err != nil {
			return nil, err
		}
		byName[name] = Input{Name: name, Required: required[name], Default: property.get("default").content, types: typesOf(property)}
	}
	for name := range required {
		if _, ok := byName[name]; !ok {
			byName[name] = Input{Name: name, Required: true}
		}
	}
	return slices.SortedFunc(maps.Values(byName), func(a, b Input) int { return strings.Compare(a.Name, b.Name) }), nil
}

// schema returns the schema that a $ref leads to, or else the schema itself.
func (r *reader) schema(v value) (value, error) {
	for range maxReferences {
		if !v.has("$ref") {
			return v, nil
		}
		pointer, isLocal := strings.CutPrefix(v.text("$ref"), "#")
		content, ok := pointed(r.root.content, pointer)
		if !isLocal || !ok {
			return v, v.errorf("the $ref %q leads to nothing in this document", v.text("$ref"))
		}
		v = value{content, pointer, v.tree}
	}
	return v, v.errorf("the $ref leads back to itself")
}

// typesOf returns the types that a schema allows, by its own keyword or by those
// of its alternatives. If it does not say, there are none.
func typesOf(schema value) []string {
	t := schema.get("type")
	if text, ok := t.content.(string); ok {
		return []string{text}
	}
	var types []string
	for _, item := range t.items() {
		types = append(types, textOf(item.content))
	}
	for _, branch := range slices.Concat(schema.get("oneOf").items(), schema.get("anyOf").items()) {
		name := branch.text("type")
		if name == "" {
			return nil
		}
		types = append(types, name)
	}
	return types
}

// Parse returns the value of an input that is given as text: the text itself,
// or what it is as JSON if the schema does not allow text.
func (i Input) Parse(text string) (any, error) {
	if len(i.types) == 0 || slices.Contains(i.types, "string") {
		return text, nil
	}
	value, err := decodeJSON(text)
	if err != nil || !slices.ContainsFunc(i.types, func(name string) bool { return isOfType(value, name) }) {
		return nil, fmt.Errorf("the input %s must be of the type %s, in JSON", i.Name, strings.Join(i.types, " or "))
	}
	return value, nil
}

// isOfType reports whether a value is of a type of JSON Schema.
func isOfType(value any, name string) bool {
	switch value.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	case string:
		return name == "string"
	}
	return name == "number" || name == "integer" && !strings.ContainsAny(textOf(value), ".eE")
}
