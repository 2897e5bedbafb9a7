package docschema

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// document decodes YAML as a document is decoded: its numbers are json.Numbers.
func document(t *testing.T, text string) any {
	t.Helper()
	var v any
	require.NoError(t, yaml.Unmarshal([]byte(text), &v))
	return v
}

func TestFaults(t *testing.T) {
	const overlay = "overlay: 1.1.0\ninfo: {title: a, version: '1'}\n"
	const head = "arazzo: 1.0.1\ninfo: {title: a, version: '1'}\nsourceDescriptions: [{name: a, url: a.yaml}]\n"
	const step = head + "workflows: [{workflowId: w, steps: [{stepId: s, operationId: o, "
	for name, tt := range map[string]struct {
		schema                 *Schema
		text, pointer, message string
	}{
		"valid":            {Overlay11, overlay + "actions: [{target: $, copy: $.a}]", "", ""},
		"an extension":     {Overlay11, overlay + "x-a: 1\nactions: [{target: $, x-b: 1}]", "", ""},
		"a type":           {Overlay11, overlay + "actions: [{target: 1}]", "/actions/0/target", `"target" must be text, not a number; put it in quotes`},
		"a boolean":        {Overlay11, overlay + "actions: [{target: $, remove: 'yes'}]", "/actions/0/remove", `"remove" must be true or false, not a string`},
		"an item":          {Overlay11, overlay + "actions: [a]", "/actions/0", "the action must be an object, not a string"},
		"not an object":    {Overlay11, "a", "", "the overlay must be an object, not a string"},
		"equal items":      {Overlay10, "overlay: 1.0.0\ninfo: {title: a, version: '1'}\nactions: [{target: $}, {target: $.a}, {target: $}]", "/actions/2", "this is equal to item 1 of the list; remove one of them"},
		"another version":  {Overlay10, overlay + "actions: [{target: $}]", "/overlay", `"overlay" is "1.1.0"; it must be text that matches ^1\.0\.\d+$`},
		"an unknown value": {Arazzo10, step + "parameters: [{name: a, in: body, value: 1}]}]}]", "/workflows/0/steps/0/parameters/0/in", `"in" must be one of path, query, header, cookie, not "body"`},
		"in is missing":    {Arazzo10, step + "parameters: [{name: a, value: 1}]}]}]", "/workflows/0/steps/0/parameters/0", `the parameter has no member "in"`},
		"a misspelt member hides that another is missing": {Arazzo10, step + "successCriteria: [{conditon: a}]}]}]", "/workflows/0/steps/0/successCriteria/0/conditon",
			`a criterion (Arazzo 1.0) has no member "conditon"; it may have condition, context; did you mean "condition"?`},
		"no operation":  {Arazzo10, head + "workflows: [{workflowId: w, steps: [{stepId: s}]}]", "/workflows/0/steps/0", "the step must have exactly one of the members operationId, operationPath, workflowId"},
		"two":           {Arazzo10, step + "workflowId: v}]}]", "/workflows/0/steps/0", "the step must have exactly one of the members operationId, operationPath, workflowId"},
		"no context":    {Arazzo10, step + "successCriteria: [{condition: a, type: regex}]}]}]", "/workflows/0/steps/0/successCriteria/0", `the criterion has the member "type" but no member "context"`},
		"no workflows":  {Arazzo10, head, "", `the Arazzo document has no member "workflows"`},
		"no steps":      {Arazzo10, head + "workflows: [{workflowId: w, steps: []}]", "/workflows/0/steps", `"steps" must have at least one item`},
		"a retry":       {Arazzo10, step + "onFailure: [{name: again, type: retry, retryAfter: 1, retryLimit: 3}]}]}]", "", ""},
		"a goto":        {Arazzo10, step + "onFailure: [{name: on, type: goto}]}]}]", "/workflows/0/steps/0/onFailure/0", "the failure action must have exactly one of the members workflowId, stepId"},
		"a name":        {Arazzo10, "arazzo: 1.0.1\ninfo: {title: a, version: '1'}\nsourceDescriptions: [{name: a b, url: a.yaml}]\nworkflows: [{workflowId: w, steps: [{stepId: s, operationId: o}]}]", "/sourceDescriptions/0/name", `"name" is "a b"; it must be a name of letters, digits, hyphens and underscores`},
		"a reference":   {Arazzo10, step + "onSuccess: [{reference: $components.successActions.a}], parameters: [{reference: $components.parameters.a, value: 1}]}]}]", "", ""},
		"inputs":        {Arazzo10, head + "workflows: [{workflowId: w, inputs: {type: objekt}, steps: [{stepId: s, operationId: o}]}]", "/workflows/0/inputs/type", ""},
		"a wrong retry": {Arazzo10, step + "onFailure: [{name: again, type: retry, retryAfter: -1}]}]}]", "/workflows/0/steps/0/onFailure/0/retryAfter", `"retryAfter": must be >= 0 but found -1`},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := tt.schema.Check(document(t, tt.text))
			require.NoError(t, err)
			if tt.pointer == "" && tt.message == "" {
				assert.Nil(t, f)
				return
			}
			require.NotNil(t, f)
			assert.Equal(t, tt.pointer, f.Pointer)
			if tt.message != "" {
				assert.Equal(t, tt.message, f.Message)
			}
		})
	}
}

// TestSchemasAreTheOfficialOnes compares the schemas of overlays with those of
// the Overlay Specification.
func TestSchemasAreTheOfficialOnes(t *testing.T) {
	const suite = "../../../shared/data/overlay-suite"
	if _, err := os.Stat(suite); err != nil {
		t.Skip("the Overlay Specification is not beside the project: " + suite)
	}
	for _, version := range []string{"1.0", "1.1"} {
		official, err := os.ReadFile(filepath.Join(suite, "schema-"+version+".yaml"))
		require.NoError(t, err)
		own, err := files.ReadFile("overlay-" + version + ".json")
		require.NoError(t, err)
		want, err := json.Marshal(document(t, string(official)))
		require.NoError(t, err)
		assert.JSONEq(t, string(want), string(own))
	}
}
