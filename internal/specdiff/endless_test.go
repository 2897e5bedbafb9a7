package specdiff

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Arrays whose elements are arrays of the same kind are compared like all
// others.
func TestCompareArraysThatHoldThemselves(t *testing.T) {
	describe := func(schemas string) string {
		return `
openapi: 3.1.0
info: {title: Trees, version: '1'}
paths:
  /value:
    get:
      operationId: getValue
      responses:
        '200': {description: One., content: {application/json: {schema: {$ref: '#/components/schemas/Value'}}}}
components:
  schemas:
` + schemas
	}
	for name, c := range map[string]struct{ before, after, want string }{
		"itself": {
			"    Value: {type: [integer, object, array], items: {$ref: '#/components/schemas/Value'}}",
			"    Value: {type: [object, array], items: {$ref: '#/components/schemas/Value'}}",
			"the response's body `type` was narrowed from `integer, object, array<integer, object, array>` to `object, array<object, array>` for status `200`",
		},
		"by way of another": {
			"    Row: {type: array, items: {$ref: '#/components/schemas/Value'}}\n    Value: {type: [array, string], items: {$ref: '#/components/schemas/Row'}}",
			"    Row: {type: array, items: {$ref: '#/components/schemas/Value'}}\n    Value: {type: [array], items: {$ref: '#/components/schemas/Row'}}",
			"the response's body `type` was narrowed from `array<array>, string` to `array<array>` for status `200`",
		},
		"only the new one": {
			"    Value: {type: string}",
			"    Value: {type: [string, array], items: {$ref: '#/components/schemas/Value'}}",
			"the response's body `type` was widened from `string` to `string, array<string, array>` for status `200`",
		},
		"below a member": {
			"    Value: {type: object, properties: {of: {$ref: '#/components/schemas/Row'}}}\n    Row: {type: [array, string], items: {$ref: '#/components/schemas/Row'}}",
			"    Value: {type: object, properties: {of: {$ref: '#/components/schemas/Row'}}}\n    Row: {type: [array], items: {$ref: '#/components/schemas/Row'}}",
			"the `of` response's property `type` was narrowed from `array<array, string>, string` to `array<array>` for status `200`",
		},
	} {
		t.Run(name, func(t *testing.T) {
			changes, err := Compare(described(t, describe(c.before)), described(t, describe(c.after)))
			require.NoError(t, err)
			var texts []string
			for _, c := range changes {
				texts = append(texts, c.Text)
			}
			assert.Contains(t, texts, c.want)
			changes, err = Compare(described(t, describe(c.after)), described(t, describe(c.after)))
			require.NoError(t, err)
			assert.Empty(t, changes)
		})
	}
}
