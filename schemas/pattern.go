package schemas

import (
	"time"

	"github.com/dlclark/regexp2"
	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/plumbapi/plumb/spec"
)

type ecmaPattern struct{ re *regexp2.Regexp }

func (ecmaPattern) Compile(_ jsonschema.CompilerContext, m map[string]any) (jsonschema.ExtSchema, error) {
	pattern, ok := m[spec.PatternKeyword].(string)
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
