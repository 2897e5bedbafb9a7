package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
)

// subjects returns the rule, pointer and subject of each finding.
func subjects(r engine.Result) []string {
	var all []string
	for _, f := range r.Findings {
		text := f.Rule + " " + f.Pointer + " of " + strings.TrimPrefix(f.Subject.Pointer, "/components/schemas")
		if f.Subject.Name != "" {
			text += " " + f.Subject.Name
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

// The subject of a finding is the place of the description that describes the
// value, on whatever path the place is reached.
func TestSubjects(t *testing.T) {
	const money = `{total: {$ref: "#/components/schemas/Money"}, tax: {$ref: "#/components/schemas/Money"}, lines: {type: array, items: {type: object, properties: {price: {$ref: "#/components/schemas/Money"}}}}}`
	for _, tt := range []struct {
		name, schemas, body string
		want                []string
	}{
		{
			"a schema that is used in several places",
			`Thing: {type: object, properties: ` + money + `}
    Money: {type: object, required: [currency], properties: {amount: {type: integer}, currency: {type: string}}}`,
			`{"total": {"amount": "1"}, "tax": {"amount": "2"}, "lines": [{"price": {"amount": "3"}}, {"price": {"amount": "4", "currency": "EUR"}}]}`,
			[]string{
				"schema-required /lines/*/price/currency of /Money/properties/currency",
				"schema-required /tax/currency of /Money/properties/currency",
				"schema-required /total/currency of /Money/properties/currency",
				"schema-type /lines/*/price/amount of /Money/properties/amount",
				"schema-type /lines/*/price/amount of /Money/properties/amount",
				"schema-type /tax/amount of /Money/properties/amount",
				"schema-type /total/amount of /Money/properties/amount",
			},
		},
		{
			"a member whose schema is elsewhere",
			`Thing: {type: object, properties: {a: {$ref: "#/components/schemas/Amount"}, b: {type: array, items: {$ref: "#/components/schemas/Amount"}}}}
    Amount: {type: integer, minimum: 0}`,
			`{"a": -1, "b": [-1, -2]}`,
			[]string{"schema-limit /a of /Thing/properties/a", "schema-limit /b/* of /Thing/properties/b/items", "schema-limit /b/* of /Thing/properties/b/items"},
		},
		{
			"keys of a map",
			`Thing: {type: object, additionalProperties: {type: object, required: [a], properties: {a: {type: integer}}}}`,
			`{"x": {}, "y": {"a": "1"}, "z": 3}`,
			[]string{"schema-required /*/a of /Thing/additionalProperties/properties/a", "schema-type /* of /Thing/additionalProperties", "schema-type /*/a of /Thing/additionalProperties/properties/a"},
		},
		{
			"members by a pattern",
			`Thing: {type: object, patternProperties: {"^u-": {type: object, properties: {a: {type: integer}}}}}`,
			`{"u-1": {"a": null}, "u-2": {"a": "x", "z": 1}}`,
			[]string{
				"drift-null /*/a of /Thing/patternProperties/^u-/properties/a",
				"drift-undocumented-member /*/z of /Thing/patternProperties/^u- z",
				"schema-type /*/a of /Thing/patternProperties/^u-/properties/a",
			},
		},
		{
			"members by a pattern of ECMA-262 only",
			`Thing: {type: object, patternProperties: {"^(?=u)": {type: integer}}}`,
			`{"u1": "x", "u2": "y"}`,
			[]string{"schema-type /* of /Thing/patternProperties/^(?=u)", "schema-type /* of /Thing/patternProperties/^(?=u)"},
		},
		{
			"unevaluated members",
			`Thing: {type: object, properties: {a: {}}, unevaluatedProperties: {type: object, properties: {n: {type: integer}}}}`,
			`{"a": 1, "x": {"n": "1"}, "y": 2}`,
			[]string{"schema-type /* of /Thing/unevaluatedProperties", "schema-type /*/n of /Thing/unevaluatedProperties/properties/n"},
		},
		{
			"the closest alternative",
			`Thing: {oneOf: [{$ref: "#/components/schemas/Card"}, {$ref: "#/components/schemas/Bank"}]}
    Card: {type: object, required: [kind], properties: {kind: {const: card}, number: {type: string}}}
    Bank: {type: object, required: [kind], properties: {kind: {const: bank}, number: {type: string}}}`,
			`{"kind": "bank", "number": 1}`,
			[]string{"schema-type /number of /Bank/properties/number"},
		},
		{
			"members without a place",
			`Thing: {type: object, required: [id], properties: {a: {$ref: "#/components/schemas/Inner"}, b: {$ref: "#/components/schemas/Inner"}}}
    Inner: {type: object, additionalProperties: false, properties: {n: {}}}`,
			`{"a": {"x": 1}, "b": {"x": 1}, "z": 1}`,
			[]string{
				"drift-undocumented-member /z of /Thing z", "schema-additional-member /a/x of /Inner x", "schema-additional-member /b/x of /Inner x",
				"schema-required /id of /Thing id",
			},
		},
		{
			"names",
			`Thing: {type: object, properties: {m: {type: object, propertyNames: {maxLength: 2}, additionalProperties: true}}}`,
			`{"m": {"long": 1, "longer": 1}}`,
			[]string{"schema-limit /m/* of /Thing/properties/m", "schema-limit /m/* of /Thing/properties/m"},
		},
		{"a body as a whole", `Thing: {type: object}`, `[]`, []string{"schema-type  of /Thing"}},
		{
			"what is in an undocumented member",
			`Thing: {type: object, properties: {a: {}}}`, `{"z": {"b": 1, "b": 2}}`,
			[]string{"drift-undocumented-member /z of /Thing z", "json-duplicate-key /z/b of /Thing z"},
		},
		{
			"one wrong unit in several timestamps",
			`Thing:
      type: object
      properties: {id: {type: string}, state: {enum: [open, done]}, opened: {type: integer, format: unixtime}, done: {type: integer, format: unixtime}}
      x-lifecycle: {identity: /id, state: /state, initial: open, states: {open: {entered: /opened, next: [done]}, done: {entered: /done}}}`,
			`{"id": "1", "state": "done", "opened": 1741967569000, "done": 1741967570000}`,
			[]string{"time-unit /done of /Thing", "time-unit /opened of /Thing"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := describe(t, `openapi: 3.1.0
info: {title: things, version: "1"}
paths: {/x: {get: {responses: {"200": {description: ok}}}}}
components:
  schemas:
    `+tt.schemas+"\n")
			r := v.Check(&plumb.Exchange{Schema: "Thing", Response: plumb.Response{Body: plumb.Body{Bytes: []byte(tt.body)}}})
			assert.Equal(t, tt.want, subjects(r))
		})
	}
}

// The subject of a finding about a response is the response or the operation,
// with the name of what is not described.
func TestSubjectsOfResponses(t *testing.T) {
	v := describe(t, `openapi: 3.1.0
info: {title: shop, version: "1"}
servers: [{url: https://shop.example/v1}]
paths:
  /a: {get: {operationId: a, responses: {"200": {$ref: "#/components/responses/Ok"}}}}
  /b: {get: {operationId: b, responses: {"200": {$ref: "#/components/responses/Ok"}}}}
components: {responses: {Ok: {description: ok, content: {application/json: {schema: {type: object}}}}}}
`)
	for _, tt := range []struct{ line, contentType, body, want string }{
		{"GET https://shop.example/v1/a 200", "text/html; charset=utf-8", "<p>", "http-media-type  of /components/responses/Ok text/html"},
		{"GET https://shop.example/v1/b 200", "text/html", "<p>", "http-media-type  of /components/responses/Ok text/html"},
		{"GET https://shop.example/v1/b 200", "application/json", "", "http-empty-body  of /components/responses/Ok/content/application~1json"},
		{"GET https://shop.example/v1/a 500", "application/json", "{}", "http-status  of /paths/~1a/get 500"},
		{"DELETE https://shop.example/v1/a 200", "application/json", "{}", "http-operation  of /paths/~1a DELETE"},
		{"DELETE https://shop.example/v1/c/17 200", "application/json", "{}", "http-path  of /paths /c/*"},
	} {
		t.Run(tt.line, func(t *testing.T) {
			assert.Equal(t, []string{tt.want}, subjects(v.Check(exchange(tt.line, tt.contentType, tt.body))))
		})
	}
}

// A finding about a history is reported at the response that cannot follow,
// even if the earlier one is read later.
func TestHistoryFindingsAreOfTheLaterResponse(t *testing.T) {
	v := describe(t, `openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /o:
    post: {operationId: create, responses: {"201": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/O"}}}}}}
  /o/{id}:
    get: {operationId: read, responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/O"}}}}}}
components:
  schemas:
    O:
      type: object
      properties: {id: {type: string}, status: {enum: [open, done]}}
      x-lifecycle: {identity: /id, state: /status, initial: open, states: {open: {next: [done]}, done: {}}}
`)
	at := func(seconds int, line, status string) *plumb.Exchange {
		x := exchange(line, "application/json", fmt.Sprintf(`{"id": "x", "status": %q}`, status))
		x.Time = time.Unix(1741967569+int64(seconds), 0)
		return x
	}
	for _, order := range [][]int{{0, 1}, {1, 0}} {
		for _, byWorker := range []bool{false, true} {
			all := []*plumb.Exchange{at(0, "GET /o/x 200", "done"), at(1, "POST /o 201", "open")}
			h := v.NewHistory()
			checker := v.NewStream().NewWorker()
			var found []string
			for _, i := range order {
				var r engine.Result
				if byWorker {
					r = checker.Check(all[i : i+1]).Results[0]
				} else {
					r = v.Check(all[i])
				}
				h.Add(&r)
				for _, f := range r.Findings {
					found = append(found, fmt.Sprint(f.Rule, " ", f.Operation, " ", f.Status, " ", f.Subject.Pointer))
				}
			}
			require.Equal(t, []string{"history-transition create 201 /components/schemas/O/properties/status"}, found, "in the order %v, by a worker: %t", order, byWorker)
		}
	}
}
