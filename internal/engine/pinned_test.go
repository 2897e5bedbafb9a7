package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What keywords compare as a whole, or choose by, is not taken for something that may
// vary in known bodies.
func TestEnginesAgreeOnPinnedValues(t *testing.T) {
	for name, tt := range map[string]struct {
		schema string
		edges  []edge
	}{
		"uniqueItems, of an array with a finding": {
			`{type: object, properties: {all: {type: array, uniqueItems: true, items: {type: object, properties: {x: {type: integer}}}}}}`,
			[]edge{
				{`{"all": [{"x": "p"}, {"x": "q"}]}`, []string{"error schema-type /all/*/x", "error schema-type /all/*/x"}},
				{`{"all": [{"x": "p"}, {"x": "p"}]}`, []string{"error schema-limit /all", "error schema-type /all/*/x", "error schema-type /all/*/x"}},
			},
		},
		"a discriminator": {
			`{type: object, properties: {kind: {type: string}}, oneOf: [{$ref: '#/components/schemas/B'}, {$ref: '#/components/schemas/C'}], discriminator: {propertyName: kind}}
    B: {type: object, required: [b], properties: {kind: {type: string}, b: {type: integer}, c: {type: integer}}}
    C: {type: object, required: [c], properties: {kind: {type: string}, b: {type: integer}, c: {type: integer}}}`,
			[]edge{
				{`{"kind": "B", "b": 1}`, nil},
				{`{"kind": "C", "b": 1}`, []string{"error schema-required /c"}},
				{`{"kind": "D", "b": 1}`, []string{"warning schema-discriminator /kind"}},
			},
		},
		"enum of arrays": {
			`{type: object, properties: {pair: {enum: [[1, 2], [3, 4]]}}}`,
			[]edge{
				{`{"pair": [1, 2]}`, nil},
				{`{"pair": [3, 4]}`, nil},
				{`{"pair": [1, 4]}`, []string{"error schema-enum /pair"}},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := answeringWith(t, tt.schema)
			e := newEngines(v, v.Documented())
			for range 2 { // in the second round, it is known what others were like
				for _, edge := range tt.edges {
					x := exchangeAt([]byte(edge.body))
					assert.Empty(t, e.differ(x), edge.body)
					assert.ElementsMatch(t, edge.want, summary(v.Check(x)), edge.body)
				}
			}
		})
	}
}
