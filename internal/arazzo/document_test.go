package arazzo

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const head = "arazzo: 1.0.1\ninfo: {title: T, version: '1'}\nsourceDescriptions: [{name: a, url: a.yaml}]\n"

// TestErrors checks that what is wrong with a document is named with its place.
func TestErrors(t *testing.T) {
	step := func(rest string) string {
		return head + "workflows:\n- workflowId: w\n  steps:\n  - {stepId: s, operationId: o, " + rest + "}\n"
	}
	for text, want := range map[string]string{
		"":                                    "s.yaml: the file is empty",
		"[]":                                  "s.yaml:1:1: this is not an Arazzo document",
		"openapi: 3.1.0":                      `s.yaml:1:1: this is not an Arazzo document: it has no member "arazzo" that names the version, such as 1.0.1`,
		"arazzo: 1.1.0":                       "s.yaml:1:1: Arazzo version 1.1.0 is not supported; use 1.0.1",
		"a: 1\narazzo: 1.0":                   "s.yaml:2:1: Arazzo version 1.0 is not supported; use 1.0.1",
		head + "workflows: [{workflowId: w}]": `s.yaml:4:13: the workflow has no member "steps"`,
		head + "workflow: []":                 `s.yaml:4:1: an Arazzo document (Arazzo 1.0) has no member "workflow"; it may have arazzo, components, info, sourceDescriptions, workflows; did you mean "workflows"?`,
		step("successCriteria: [{condition: $status == 200}]"):                                                                                                                           `s.yaml:7:51: "$status" is not a runtime expression; it begins with one of $url, $method, $statusCode, `,
		step("successCriteria: [{context: $response.body, type: regex, condition: '('}]"):                                                                                                `the condition "(" is not a regular expression`,
		step("successCriteria: [{context: $response.body, type: jsonpath, condition: 'pets'}]"):                                                                                          `the condition "pets" is not a JSONPath`,
		step("successCriteria: [{context: $response.body, type: xpath, condition: //a}]"):                                                                                                "a condition of the type xpath cannot be evaluated; use simple, regex or jsonpath",
		step("successCriteria: [{context: $response, type: jsonpath, condition: $}]"):                                                                                                    `"$response" is not a runtime expression; did you mean "$response."?`,
		step("outputs: {id: response.body}"):                                                                                                                                             `s.yaml:7:43: the output id: "response.body" is not a runtime expression`,
		step("onFailure: [{name: g, type: goto, stepId: x}]"):                                                                                                                            `s.yaml:7:5: the action "g" leads to the step "x", which the workflow does not have`,
		step("onFailure: [{name: g, type: goto, workflowId: W}]"):                                                                                                                        `s.yaml:7:5: there is no workflow "W"`,
		step("onFailure: [{reference: $components.failureActions.a}]"):                                                                                                                   `"$components.failureActions.a" is not in components/failureActions`,
		step("requestBody: {replacements: [{target: //a, value: x}, {target: a, value: x}]}"):                                                                                            `the target "a" is not a JSON pointer, which begins with /`,
		head + "workflows: [{workflowId: w, steps: [{stepId: s, workflowId: v}]}]":                                                                                                       `s.yaml:4:37: there is no workflow "v"`,
		head + "workflows: [{workflowId: w, steps: [{stepId: s, workflowId: w}]}]":                                                                                                       "s.yaml:4:13: the workflow w runs itself as a part of itself",
		head + "workflows: [{workflowId: w, dependsOn: [v], steps: [{stepId: s, operationId: o}]}]":                                                                                      `there is no workflow "v"`,
		head + "workflows: [{workflowId: w, steps: [{stepId: s, operationId: o}, {stepId: s, operationId: p}]}]":                                                                         `another step of the workflow has the id "s", too; rename one`,
		head + "workflows: [{workflowId: w, steps: [{stepId: s, operationId: o}]}, {workflowId: w, steps: [{stepId: s, operationId: p}]}]":                                               `another workflow has the id "w", too; rename one`,
		head + "workflows: [{workflowId: w, parameters: [{name: p, value: 1}], steps: [{stepId: s, operationId: o}]}]":                                                                   `the parameter "p" does not say where it is sent; add in: path, query, header or cookie`,
		head + "workflows: [{workflowId: w, inputs: {$ref: '#/components/inputs/x'}, steps: [{stepId: s, operationId: o}]}]":                                                             `the $ref "#/components/inputs/x" leads to nothing in this document`,
		head + "workflows: [{workflowId: w, inputs: {$ref: '#/components/inputs/x'}, steps: [{stepId: s, operationId: o}]}]\ncomponents: {inputs: {x: {$ref: '#/components/inputs/x'}}}": "the $ref leads back to itself",
	} {
		_, err := Parse("s.yaml", []byte(text), nil)
		assert.ErrorContains(t, err, want, text)
	}
}

// TestWarnings checks that an expression that cannot lead to anything is a
// warning with its place.
func TestWarnings(t *testing.T) {
	d, err := Parse("s.yaml", []byte(head+`workflows:
- workflowId: w
  inputs: {properties: {id: {type: string}}}
  steps:
  - stepId: s
    operationId: o
    parameters: [{name: p, in: query, value: $inputs.ids}, {name: q, in: query, value: $inputs.id.deep}, {name: r, in: query, value: 'a{$steps.t.outputs.x}'}]
    successCriteria: [{condition: $steps.s.outputs.y == 1}]
    outputs: {x: $response.body}
  - {stepId: t, operationId: o, requestBody: {payload: {a: [$steps.s.outputs.x#/a, $steps.s.x, $workflows.v.outputs.a, $workflows.w.outputs.a]}}}
`), nil)
	require.NoError(t, err)
	var got []string
	for _, w := range d.Warnings {
		got = append(got, w.String())
	}
	assert.ElementsMatch(t, []string{
		`s.yaml:8:5: $inputs.ids leads to nothing: the workflow has no input "ids"`,
		`s.yaml:8:5: $steps.t.outputs.x leads to nothing: the step has no output "x"`,
		`s.yaml:11:23: $steps.s.outputs.y leads to nothing: the step has no output "y"`,
		`s.yaml:13:5: $steps.s.x leads to nothing; write $steps.s.outputs.NAME`,
		`s.yaml:13:5: $workflows.v.outputs.a leads to nothing: there is no workflow "v"`,
		`s.yaml:13:5: $workflows.w.outputs.a leads to nothing: the workflow has no output "a"`,
	}, got)
}

func TestExpectedStatuses(t *testing.T) {
	for criteria, want := range map[string][]int{
		"{condition: $statusCode == 404}":                                   {404},
		"{context: $statusCode, type: regex, condition: '^(200|409)$'}":     {200, 409},
		"{condition: $statusCode >= 598}, {condition: $statusCode != 599}":  {598},
		"{condition: $statusCode == 200}, {condition: $response.body == 1}": {200},
		"{condition: $response.body == 1}":                                  nil,
		"{condition: $statusCode == $inputs.x}":                             nil,
		"{condition: $statusCode == 700}":                                   nil,
	} {
		d, err := Parse("s.yaml", []byte(head+"workflows: [{workflowId: w, steps: [{stepId: s, operationId: o, successCriteria: ["+criteria+"]}]}]"), nil)
		require.NoError(t, err)
		assert.Equal(t, want, d.Workflows[0].Steps[0].ExpectedStatuses(), criteria)
	}
}

func TestInputs(t *testing.T) {
	d, err := Parse("s.yaml", []byte(head+`workflows:
- workflowId: w
  inputs: {$ref: '#/components/inputs/all'}
  steps: [{stepId: s, operationId: o}]
components:
  inputs:
    all:
      required: [text, undeclared]
      properties:
        text: {type: string}
        any: {}
        number: {type: integer, default: 5}
        list: {type: array}
        either: {type: [boolean, "null"]}
        choice: {oneOf: [{type: object}, {$ref: '#/components/inputs/text'}]}
        object: {anyOf: [{type: object}, {type: array}]}
    text: {type: string}
`), nil)
	require.NoError(t, err)
	inputs := map[string]Input{}
	for _, i := range d.Workflows[0].Inputs {
		inputs[i.Name] = i
	}
	require.Len(t, inputs, 8)
	assert.True(t, inputs["text"].Required && inputs["undeclared"].Required && !inputs["any"].Required)
	assert.Equal(t, "5", textOf(inputs["number"].Default))
	for _, tt := range []struct{ name, text, want string }{
		{"text", "5", `"5"`}, {"any", "5", `"5"`}, {"undeclared", "{}", `"{}"`}, {"choice", "{}", `"{}"`},
		{"number", "5", "5"}, {"number", "5.5", ""}, {"number", "five", ""}, {"list", "[1]", "[1]"}, {"list", "{}", ""},
		{"either", "true", "true"}, {"either", "null", "null"}, {"either", "0", ""}, {"object", `{"a":1}`, `{"a":1}`}, {"object", "1 2", ""},
	} {
		got, err := inputs[tt.name].Parse(tt.text)
		if tt.want == "" {
			assert.ErrorContains(t, err, "the input "+tt.name+" must be of the type", tt.text)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, tt.want, string(encoded(got)), tt.name)
	}
}
