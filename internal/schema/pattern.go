package schema

import (
	"maps"
	"net/url"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/internal/ecmaregexp"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// ecmaPattern is the keyword pattern with a regular expression that the
// compiler cannot express.
type ecmaPattern struct{ re *ecmaregexp.Regexp }

func (ecmaPattern) Compile(_ jsonschema.CompilerContext, m map[string]any) (jsonschema.ExtSchema, error) {
	pattern, ok := m[spec.PatternKeyword].(string)
	if !ok {
		return nil, nil
	}
	re, err := ecmaregexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	return ecmaPattern{re}, nil
}

// Validate accepts everything: the compiler is not asked to validate.
func (ecmaPattern) Validate(jsonschema.ValidationContext, any) error { return nil }

// ecmaProperties is the keyword patternProperties with a regular expression
// that the compiler cannot express, and the additionalProperties beside it.
type ecmaProperties struct {
	patterned  []ecmaProperty
	additional *jsonschema.Schema // nil if there is none
}

type ecmaProperty struct {
	re     *ecmaregexp.Regexp
	schema *jsonschema.Schema
}

func (ecmaProperties) Compile(ctx jsonschema.CompilerContext, m map[string]any) (jsonschema.ExtSchema, error) {
	patterns, ok := m[spec.PatternPropertiesKeyword].(map[string]any)
	if !ok {
		return nil, nil
	}
	all := ecmaProperties{}
	for _, pattern := range slices.Sorted(maps.Keys(patterns)) {
		var p ecmaProperty
		var err error
		if p.re, err = ecmaregexp.Compile(pattern); err != nil {
			return nil, err
		}
		if p.schema, err = ctx.Compile(spec.PatternPropertiesKeyword+"/"+escapeToken(pattern), false); err != nil {
			return nil, err
		}
		all.patterned = append(all.patterned, p)
	}
	if _, ok := m[spec.AdditionalPropertiesKeyword]; ok {
		var err error
		if all.additional, err = ctx.Compile(spec.AdditionalPropertiesKeyword, false); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Validate accepts everything, as that of ecmaPattern does.
func (ecmaProperties) Validate(jsonschema.ValidationContext, any) error { return nil }

// schemas returns the schemas that apply to members.
func (p ecmaProperties) schemas() []*jsonschema.Schema {
	var all []*jsonschema.Schema
	for _, pattern := range p.patterned {
		all = append(all, pattern.schema)
	}
	if p.additional != nil {
		all = append(all, p.additional)
	}
	return all
}

// escapeToken returns a token of a JSON pointer as the compiler has it in URLs.
func escapeToken(token string) string { return url.PathEscape(jsonvalue.EscapePointer(token)) }
