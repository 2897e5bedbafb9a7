package schema

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/internal/ecmaregexp"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/spec"
)

// undecided is the value of a panic if a pattern is not decided within its
// limits, because then nothing that depends on it is decided.
type undecided struct{ pattern string }

func mustMatch(re *ecmaregexp.Regexp, text string) bool {
	matched, decided := re.Match(text)
	if !decided {
		panic(undecided{re.String()})
	}
	return matched
}

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

func (p ecmaPattern) Validate(ctx jsonschema.ValidationContext, v any) error {
	if text, ok := v.(string); ok && !mustMatch(p.re, text) {
		return ctx.Error(spec.PatternKeyword, "does not match pattern %q", p.re.String())
	}
	return nil
}

// ecmaProperties is the keyword patternProperties with a regular expression
// that the compiler cannot express, and the additionalProperties beside it.
type ecmaProperties struct {
	described  map[string]any // the schema's properties
	patterned  []ecmaProperty
	additional *jsonschema.Schema // nil if there is none
}

type ecmaProperty struct {
	re     *ecmaregexp.Regexp
	path   string
	schema *jsonschema.Schema
}

func (ecmaProperties) Compile(ctx jsonschema.CompilerContext, m map[string]any) (jsonschema.ExtSchema, error) {
	patterns, ok := m[spec.PatternPropertiesKeyword].(map[string]any)
	if !ok {
		return nil, nil
	}
	all := ecmaProperties{}
	all.described, _ = m["properties"].(map[string]any)
	for _, pattern := range slices.Sorted(maps.Keys(patterns)) {
		p := ecmaProperty{path: spec.PatternPropertiesKeyword + "/" + escapeToken(pattern)}
		var err error
		if p.re, err = ecmaregexp.Compile(pattern); err != nil {
			return nil, err
		}
		if p.schema, err = ctx.Compile(p.path, false); err != nil {
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

func (p ecmaProperties) Validate(ctx jsonschema.ValidationContext, v any) error {
	object, ok := v.(map[string]any)
	if !ok {
		return nil
	}
	var errs []error
	validate := func(s *jsonschema.Schema, path, name string) {
		ctx.EvaluatedProp(name)
		if err := ctx.Validate(s, path, object[name], escapeToken(name)); err != nil {
			errs = append(errs, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		_, known := p.described[name]
		for _, pattern := range p.patterned {
			if mustMatch(pattern.re, name) {
				known = true
				validate(pattern.schema, pattern.path, name)
			}
		}
		if !known && p.additional != nil {
			validate(p.additional, spec.AdditionalPropertiesKeyword, name)
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return jsonschema.ValidationError{}.Group(ctx.Error(spec.PatternPropertiesKeyword, ""), errs...)
}

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

// reasonOf says why nothing was decided.
func (u undecided) reasonOf() string {
	return "the pattern " + strings.TrimSpace(JSONText(u.pattern)) + " takes too many steps"
}
