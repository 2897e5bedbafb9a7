package schemas

import (
	"regexp"
	"time"

	"github.com/dlclark/regexp2"
	"github.com/santhosh-tekuri/jsonschema/v5"
)

// JSON Schema's patterns are those of ECMAScript. The compiler knows those of
// Go only, and panics on others, such as (?!x). These are moved to a keyword
// of our own, which a library for ECMAScript's patterns decides.
const ecmaPatternKeyword = "x-ecma-pattern"

// replaceForeignPatterns moves, anywhere in doc, the patterns that are not
// Go's to a keyword of their own. It reports whether there were any.
func replaceForeignPatterns(doc any) bool {
	found := false
	switch d := doc.(type) {
	case map[string]any:
		if pattern, ok := d["pattern"].(string); ok {
			if _, err := regexp.Compile(pattern); err != nil {
				delete(d, "pattern")
				d[ecmaPatternKeyword] = pattern
				found = true
			}
		}
		for _, v := range d {
			found = replaceForeignPatterns(v) || found
		}
	case []any:
		for _, v := range d {
			found = replaceForeignPatterns(v) || found
		}
	}
	return found
}

type ecmaPattern struct{ re *regexp2.Regexp }

func (ecmaPattern) Compile(_ jsonschema.CompilerContext, m map[string]any) (jsonschema.ExtSchema, error) {
	pattern, ok := m[ecmaPatternKeyword].(string)
	if !ok {
		return nil, nil
	}
	re, err := regexp2.Compile(pattern, regexp2.ECMAScript|regexp2.Unicode)
	if err != nil {
		return nil, err
	}
	re.MatchTimeout = time.Second // such patterns can take time exponential in the text
	return ecmaPattern{re}, nil
}

func (p ecmaPattern) Validate(ctx jsonschema.ValidationContext, v any) error {
	text, ok := v.(string)
	if !ok {
		return nil
	}
	if match, err := p.re.MatchString(text); err != nil || !match {
		return ctx.Error("pattern", "does not match pattern %q", p.re.String())
	}
	return nil
}
