package engine_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// things returns a validator for an API with one operation. The additions to
// the schema and to the response must be indented as these are.
func things(t *testing.T, schema, response string, opts ...engine.Option) (*engine.Validator, error) {
	t.Helper()
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(`openapi: 3.1.0
info: {title: things, version: "1"}
servers: [{url: https://things.example/v1}]
paths:
  /things/{id}:
    get:
      operationId: getThing
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: a thing
` + response + `          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
        '204': {description: no thing}
        4XX:
          description: an error
          content: {application/problem+json: {schema: {required: [title]}}}
  /report:
    get:
      responses:
        default: {description: a table, content: {text/csv: {schema: {type: string}}, application/pdf: {schema: {type: string}}, image/*: {}}}
components:
  schemas:
    Thing:
      type: object
      properties:
        id: {type: string}
        a: {type: integer}
        b: {type: [integer, 'null']}
        state: {type: string}
` + schema)}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	return engine.New(d, opts...)
}

func thing(body string) *plumb.Exchange {
	return &plumb.Exchange{
		Request:  plumb.Request{Method: "GET", URL: "https://things.example/v1/things/t1?view=full"},
		Response: plumb.Response{Status: 200, Body: plumb.Body{Bytes: []byte(body)}},
	}
}

// summary lists the findings as "severity rule pointer".
func summary(r engine.Result) []string {
	var all []string
	for _, f := range r.Findings {
		all = append(all, f.Severity.String()+" "+f.Rule+" "+f.Pointer)
	}
	return all
}

func TestXRules(t *testing.T) {
	const rule = `      x-rules:
        - {id: thing-order, message: b is not after a, at: /b, severity: warning, expression: '!has(self.b) || self.b > self.a'}
`
	const response = `          x-rules:
            - {id: thing-id, message: another thing, at: /id, expression: self.id == request.params.id && request.query.view == 'full' && response.status == 200 && request.method == 'GET'}
`
	v, err := things(t, rule, response)
	require.NoError(t, err)
	for body, want := range map[string][]string{
		`{"id": "t1", "a": 1, "b": 2}`:    nil,
		`{"id": "t1", "a": 1, "b": null}`: nil, // null is absent
		`{"id": "t2", "a": 1, "b": 1}`:    {"error thing-id /id", "warning thing-order /b"},
		`{"id": "t1", "b": 1}`:            {"warning rule-failed /b"},
		`{"id": "t1", "a": "1", "b": 1}`:  {"error schema-type /a"},                            // a consequence is not reported
		`{"id": "t1", "a": 1, "b": 0.5}`:  {"error schema-type /b"},                            // a consequence is not reported
		`{"id": 1, "a": 2, "b": 1}`:       {"error schema-type /id", "warning thing-order /b"}, // the fault is elsewhere
	} {
		assert.ElementsMatch(t, want, summary(v.Check(thing(body))), body)
	}
	var ids []string
	for _, r := range v.Rules() {
		ids = append(ids, r.ID)
	}
	assert.IsIncreasing(t, ids)
	assert.Subset(t, ids, []string{"thing-id", "thing-order"})

	v, err = things(t, rule, response, engine.WithRule("thing-*", plumb.Off), engine.WithRule("thing-order", plumb.Info))
	require.NoError(t, err)
	assert.Equal(t, []string{"info thing-order /b"}, summary(v.Check(thing(`{"id": "t2", "a": 1, "b": 1}`))))
}

func TestXRulesOverTime(t *testing.T) {
	v, err := things(t, `      x-lifecycle: {identity: /id, state: /state, initial: s, states: {s: {}}}
      x-rules:
        - {id: thing-grows, message: a grew by more than one, at: /a, expression: self.a - oldSelf.a <= 1}
`, "")
	require.NoError(t, err)
	h := v.NewHistory()
	var all [][]string
	for _, body := range []string{`{"id": "t1", "a": 1}`, `{"id": "t2", "a": 9}`, `{"id": "t1", "a": 2}`, `{"id": "t1", "a": 4}`, `{"id": "t2", "a": 10}`} {
		r := v.Check(thing(body))
		h.Add(&r)
		all = append(all, summary(r))
	}
	assert.Equal(t, [][]string{nil, nil, nil, {"error thing-grows /a"}, nil}, all)
}

// Rules over time find the same of bodies that are known: they read members in objects,
// a member that is not always there, the whole object, the request, and what is an error
// already.
func TestXRulesOverTimeOfKnownBodies(t *testing.T) {
	v, err := things(t, `      x-lifecycle: {identity: /id, state: /state, initial: s, states: {s: {}}}
      x-rules:
        - {id: thing-grows, message: a grew by more than one, at: /a, expression: self.a - oldSelf.a <= 1}
        - {id: thing-keeps, message: b came and went, at: /b, expression: '!has(oldSelf.b) || has(self.b)'}
        - {id: thing-moves, message: nothing changed, expression: 'self != oldSelf'}
        - {id: thing-asked, message: another was asked for, expression: 'request.method == "GET" && has(oldSelf.id)'}
`, "")
	require.NoError(t, err)
	worker, histories := v.NewStream().NewWorker(), []*engine.History{v.NewHistory(), v.NewHistory()}
	findings, explained := 0, 0
	for i := range 200 {
		body := fmt.Sprintf(`{"id": "t%d", "a": %d`, i%3, i/3+i%5/4)
		if i%7 < 4 {
			body += fmt.Sprintf(`, "b": %d`, i)
		}
		if i%11 == 0 {
			body += `, "a": "x"`
		}
		x := thing(strings.Replace(body+"}", `"a": "x"`, `"more": 1`, 1))
		want := v.Check(x)
		batch := worker.Check([]*plumb.Exchange{x})
		explained += batch.Explained
		got := batch.Results[0]
		want.Findings, got.Findings = nil, nil
		histories[0].Add(&want)
		histories[1].Add(&got)
		require.Equal(t, want.Findings, got.Findings, "%d: %s", i, body)
		findings += len(got.Findings)
		batch.Release()
	}
	assert.Greater(t, findings, 50)
	assert.Less(t, explained, 100)
}

// A finding of a rule on an element of a list names the member within the
// element if a response can be such an element by itself, and within the list
// otherwise.
func TestXRulesInLists(t *testing.T) {
	d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(`
openapi: 3.1.0
info: {title: Lists, version: "1"}
paths:
  /page: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Page"}}}}}}}
  /pages: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Pages"}}}}}}}
  /thing: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}}}
  /list: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Thing"}}}}}}}}
  /shelf: {get: {responses: {"200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Shelf"}}}}}}}
components:
  schemas:
    Thing:
      type: object
      properties: {id: {type: string}, a: {type: integer}, b: {type: integer}, on: {type: object, properties: {c: {type: integer}}}}
      x-lifecycle: {identity: /id, state: /id, initial: t1, states: {t1: {}}}
      x-rules:
        - {id: thing-order, message: b is not after a, at: /b, expression: '!has(self.b) || self.b > self.a'}
        - {id: thing-inner, message: c is not after a, at: /on/c, expression: '!has(self.on) || self.on.c > self.a'}
        - {id: thing-whole, message: a is negative, expression: '!has(self.a) || self.a >= 0'}
    Page:
      type: object
      properties: {data: {type: array, items: {$ref: "#/components/schemas/Thing"}}, last: {type: string}}
      x-rules:
        - {id: page-last, message: last is another, at: /last, expression: '!has(self.last) || self.data[size(self.data) - 1].id == self.last'}
        - {id: page-data, message: too few, at: /data, expression: size(self.data) > 1}
    Pages:
      type: object
      properties: {data: {type: array, items: {$ref: "#/components/schemas/Thing"}}, more: {type: array, items: {$ref: "#/components/schemas/Thing"}}}
    Shelf:
      type: object
      properties: {id: {type: string}, rows: {type: object, properties: {upper: {type: array, items: {$ref: "#/components/schemas/Thing"}}}}}
`)}}, "openapi.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	const bad = `{"id": "t1", "a": 3, "b": 2, "on": {"c": 1}}`
	for _, tt := range []struct {
		path, body string
		want       []string // rule, pointer, resource
	}{
		{"/page", `{"data": [{"id": "t0"}, ` + bad + `]}`, []string{"thing-order /b t1", "thing-inner /on/c t1"}},
		{"/page", `{"data": [{"id": "t0", "a": -1}, {"id": "t1", "a": 0}]}`, []string{"thing-whole  t0"}},
		{"/page", `{"data": [{"id": "t0"}, {"id": "t1"}], "last": "t0"}`, []string{"page-last /last "}},
		{"/page", `{"data": [{"id": "t0"}]}`, []string{"page-data /data "}},
		{"/pages", `{"data": [{"id": "t0"}, {"id": "t1"}], "more": [` + bad + `]}`, []string{"thing-order /more/*/b t1", "thing-inner /more/*/on/c t1"}},
		{"/list", `[{"id": "t0"}, ` + bad + `]`, []string{"thing-order /b t1", "thing-inner /on/c t1"}},
		{"/thing", bad, []string{"thing-order /b t1", "thing-inner /on/c t1"}},
		{"/shelf", `{"id": "s", "rows": {"upper": [` + bad + `]}}`, []string{"thing-order /rows/upper/*/b t1", "thing-inner /rows/upper/*/on/c t1"}},
	} {
		e := newEngines(v, v.Documented())
		x := &plumb.Exchange{Request: plumb.Request{Method: "GET", URL: tt.path}}
		x.Response.Status, x.Response.Body.Bytes = 200, []byte(tt.body)
		for range 2 {
			assert.Empty(t, e.differ(x), tt.body)
		}
		var got []string
		for _, f := range v.Check(x).Findings {
			got = append(got, f.Rule+" "+f.Pointer+" "+f.Resource)
		}
		assert.ElementsMatch(t, tt.want, got, "%s %s", tt.path, tt.body)
	}
}

func TestXRulesErrors(t *testing.T) {
	for name, tt := range map[string]struct{ rules, want string }{
		"no CEL":           {"[{id: thing-a, message: m, expression: 'self.a =='}]", "openapi.yaml:32:43: x-rules: thing-a does not compile: the expression ends too early (column 10 of the expression)"},
		"no bool":          {"[{id: thing-a, message: m, expression: '1 + 1'}]", "thing-a does not compile: the expression gives int, not a bool"},
		"unknown variable": {"[{id: thing-a, message: m, expression: this.a > 1}]", "the variable this is not known; the variables are self, oldSelf, request and response (column 1 of the expression)"},
		"unknown keyword":  {"[{id: thing-a, message: m, expresion: 'true', expression: 'true'}]", `openapi.yaml:32:43: x-rules: a rule has no member "expresion"; it may have at, example, expression, fix, id, message, severity, text; did you mean "expression"?`},
		"no expression":    {"[{id: thing-a, message: m}]", `openapi.yaml:32:17: x-rules: the rule has no member "expression"`},
		"bad id":           {"[{id: ThingA, message: m, expression: 'true'}]", `openapi.yaml:32:18: x-rules: "id" is "ThingA"; it must be a name of lower-case words with dashes between, such as order-total`},
		"twice":            {"[{id: thing-a, message: m, expression: 'true'}, {id: thing-a, message: m, expression: 'true'}]", "openapi.yaml:32:64: x-rules: there is another rule with the id thing-a"},
		"built in":         {"[{id: schema-type, message: m, expression: 'true'}]", "there is another rule with the id schema-type"},
		"no such member":   {"[{id: thing-a, message: m, at: /z, expression: 'true'}]", "openapi.yaml:32:17: x-rules: no schema describes the member that thing-a is at: /z"},
		"no list":          {"{id: thing-a}", "openapi.yaml:32:7: x-rules: the value must be a list, not an object"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := things(t, "      x-rules: "+tt.rules+"\n", "")
			if assert.Error(t, err) {
				assert.Contains(t, err.Error(), tt.want)
			}
		})
	}
}

// Errors about extensions name the file by a path from the working folder, as the user
// does, also if it is not the main file.
func TestExtensionErrorsNameFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.MkdirAll("api/schemas", 0o755))
	require.NoError(t, os.WriteFile("api/openapi.yaml", []byte(`openapi: 3.1.0
info: {title: t, version: "1"}
paths:
  /things:
    get:
      responses: {"200": {description: ok, content: {application/json: {schema: {$ref: schemas/thing.yaml}}}}}
`), 0o644))
	const head = "type: object\nproperties: {id: {type: string}, a: {type: integer}}\n"
	for extension, want := range map[string]string{
		"x-rules: [{id: A, message: m, expression: 'true'}]":                                                                        `3:12: x-rules: "id" is "A"`,
		"x-rules: [{id: a-b, message: m, expression: 'a('}]":                                                                        "3:33: x-rules: a-b does not compile",
		"x-rules: [{id: a-b, message: m, expression: self.b > 1}]":                                                                  "3:33: x-rules: a-b names self.b, which is not described",
		"x-rules: [{id: a-b, message: m, at: /b, expression: 'true'}]":                                                              "3:11: x-rules: no schema describes the member that a-b is at",
		"x-rules: [{id: a-b, message: m, expression: 'true'}, {id: a-b, message: m, expression: 'true'}]":                           "3:54: x-rules: there is another rule with the id a-b",
		"x-lifecycle: {identity: /id, state: /a}":                                                                                   `3:1: x-lifecycle: the lifecycle has no member "initial"`,
		"x-lifecycle: {identity: /b, state: /id, initial: new, states: {new: {}}}":                                                  "3:15: x-lifecycle: no schema describes /b",
		"x-lifecycle: {identity: /id, state: /id, initial: new, timestamps: {notAfter: '2026-13-01T00:00:00Z'}, states: {new: {}}}": "3:69: x-lifecycle: \"2026-13-01T00:00:00Z\" is not a time",
	} {
		require.NoError(t, os.WriteFile("api/schemas/thing.yaml", []byte(head+extension+"\n"), 0o644))
		d, err := spec.LoadFile("api/openapi.yaml", "")
		require.NoError(t, err)
		_, err = engine.New(d)
		if assert.Error(t, err, extension) {
			assert.True(t, strings.HasPrefix(err.Error(), "api/schemas/thing.yaml:"+want), "%s: %v", extension, err)
		}
	}
}
