package engine_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// keywordSchemas are schemas of members, of all keywords that a value can depend on, with
// values for them, of which most differ only where values vary.
var keywordSchemas = []struct {
	schema string
	values []string
}{
	{`{"oneOf": [{"type": "object", "required": ["k"], "properties": {"k": {"const": "a"}, "n": {"type": "integer"}}}, {"type": "object", "required": ["k"], "properties": {"k": {"const": "b"}, "n": {"type": "string"}}}]}`,
		[]string{`{"k":"a","n":1}`, `{"k":"a","n":2}`, `{"k":"b","n":"x"}`, `{"k":"b","n":1}`, `{"k":"c","n":1}`, `{"n":1}`, `{"k":"a","n":1.5}`, `{"k":"a","n":1,"m":1}`, `1`}},
	{`{"anyOf": [{"type": "string", "maxLength": 2}, {"type": "string", "pattern": "^x"}, {"type": "integer", "minimum": 5}]}`,
		[]string{`"a"`, `"xyz"`, `"yyy"`, `"x"`, `5`, `4`, `5.0`, `6.5`, `"[redacted]"`, `"x[redacted]"`}},
	{`{"oneOf": [{"type": "integer", "maximum": 10}, {"type": "integer", "multipleOf": 7}]}`, []string{`1`, `7`, `14`, `15`, `-7`, `70`, `7.0`, `1e1`}},
	{`{"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}], "discriminator": {"propertyName": "pet"}}`,
		[]string{`{"pet":"Cat","lives":9}`, `{"pet":"Cat","lives":10}`, `{"pet":"Dog","name":"x"}`, `{"pet":"Dog","name":"xxxxxx"}`, `{"pet":"Cow","lives":9}`, `{"lives":9}`, `{"pet":"\u0043at","lives":9}`}},
	{`{"type": "object", "propertyNames": {"maxLength": 3, "pattern": "^[a-z]*$"}, "additionalProperties": {"type": "string", "maxLength": 3}}`,
		[]string{`{}`, `{"a":"x"}`, `{"b":"xy","c":""}`, `{"abcd":"x"}`, `{"a":"xxxx"}`, `{"A":"x"}`, `{"a":1}`, `{"a":null}`, `{"a":{}}`, `[]`, `{"\u0061":"\u0061"}`, `{"a":"x","a":"y"}`}},
	{`{"type": "object", "maxProperties": 2, "propertyNames": {"$ref": "#/components/schemas/Name"}, "additionalProperties": {"$ref": "#/components/schemas/Name"}}`,
		[]string{`{}`, `{"ab":"cd"}`, `{"ab":"cd","ef":"gh"}`, `{"a":"b"}`, `{"ab":"c"}`, `{"a":"cd"}`, `{"ab":"cd","ef":"gh","ij":"kl"}`, `{"ab":"ab","a":"ab"}`}},
	{`{"type": "object", "patternProperties": {"^x": {"type": "integer"}}}`, []string{`{}`, `{"x1":1}`, `{"x2":2}`, `{"x1":1.5}`, `{"y":1}`, `{"x1":1,"y":"z"}`, `{"x":"1"}`}},
	{`{"type": "array", "uniqueItems": true, "items": {"type": "integer"}}`, []string{`[]`, `[1]`, `[1,2]`, `[1,1]`, `[1,1.0]`, `[2,1]`, `["x"]`}},
	{`{"type": "array", "contains": {"const": "x"}, "maxContains": 2}`, []string{`["x"]`, `["y"]`, `["x","y"]`, `["x","x"]`, `["x","x","x"]`, `["\u0078"]`}},
	{`{"type": "array", "maxItems": 2, "items": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "format": "uuid"}, "s": {"enum": ["a", "b"]}}}}`,
		[]string{`[]`, `[{"id":"2eb8aa08-aa98-11ea-b4aa-73b441d16380"}]`, `[{"id":"x"}]`, `[{"id":"2eb8aa08-aa98-11ea-b4aa-73b441d16380","s":"a"},{"id":"3eb8aa08-aa98-11ea-b4aa-73b441d16380","s":"b"}]`, `[{"s":"a"}]`, `[{"id":"2eb8aa08-aa98-11ea-b4aa-73b441d16380","more":1}]`, `[{"id":"2eb8aa08-aa98-11ea-b4aa-73b441d16380","s":"c"}]`}},
	{`{"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer", "maximum": 3}], "unevaluatedItems": false}`, []string{`["x",1]`, `["y",3]`, `["y",4]`, `["x"]`, `["x",1,2]`, `[1,"x"]`}},
	{`{"type": "integer", "format": "int32"}`, []string{`0`, `1`, `2147483647`, `2147483648`, `-2147483648`, `-2147483649`, `1.0`, `1e9`, `1e10`, `1.5`}},
	{`{"type": "number", "multipleOf": 0.25, "exclusiveMinimum": 0}`, []string{`1`, `2`, `0.25`, `0.3`, `0`, `-1`, `1e2`, `1e400`, `1e-400`}},
	{`{"type": ["string", "null"], "format": "date-time"}`, []string{`null`, `"2025-03-14T15:52:49Z"`, `"2026-03-14T15:52:49.5+02:00"`, `"2025-13-14T15:52:49Z"`, `""`, `"[redacted]"`, `1`}},
	{`{"type": "string", "minLength": 2, "maxLength": 3}`, []string{`"ab"`, `"abc"`, `"a"`, `"abcd"`, `"éé"`, `"é"`, `"\u00e9é"`, `"\ud834\udd1e"`, `"\ud834\udd1e\ud834\udd1e"`}},
	{`{"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}, "if": {"properties": {"a": {"minimum": 5}}, "required": ["a"]}, "then": {"required": ["b"]}, "else": {"properties": {"b": {"maxLength": 1}}}}`,
		[]string{`{"a":1}`, `{"a":5}`, `{"a":6,"b":"xyz"}`, `{"a":1,"b":"x"}`, `{"a":4,"b":"xyz"}`, `{"b":"xy"}`}},
	{`{"type": "object", "properties": {"a": {}, "b": {}}, "dependentSchemas": {"a": {"properties": {"b": {"minimum": 3}, "c": {"type": "string"}}}}, "unevaluatedProperties": false}`,
		[]string{`{"a":1}`, `{"a":1,"b":3}`, `{"a":1,"b":2}`, `{"b":2}`, `{"c":"x"}`, `{"a":1,"c":"x"}`, `{"a":[],"b":4}`, `{"a":{"x":1}}`}},
	{`{"not": {"type": "object", "properties": {"m": {"type": "object", "additionalProperties": {"type": "integer"}}}, "required": ["m"]}}`,
		[]string{`{"m":{"a":1}}`, `{"m":{"a":"x"}}`, `{"m":{"b":"y"}}`, `{"m":{}}`, `{"m":{"a":1,"b":"x"}}`, `1`}},
	{`{"type": "object", "properties": {"v": {"anyOf": [{"type": "object", "additionalProperties": {"type": "integer"}}, {"type": "object", "additionalProperties": {"type": "string"}}, {"type": "array", "items": {"type": "integer"}}]}}}`,
		[]string{`{"v":{"a":1}}`, `{"v":{"a":"x"}}`, `{"v":{"a":1,"b":"x"}}`, `{"v":[1]}`, `{"v":["x"]}`, `{"v":{}}`, `{"v":[]}`, `{"v":{"z":3,"y":4}}`}},
	{`{"type": "object", "properties": {"secret": {"type": "string", "writeOnly": true}}, "additionalProperties": {"enum": ["a", 1, null, [1]]}}`,
		[]string{`{}`, `{"x":"a"}`, `{"x":1}`, `{"x":2}`, `{"x":[1]}`, `{"y":null}`, `{"secret":"x"}`, `{"y":"b"}`, `{"x":1.0}`}},
	{`{}`, []string{`1`, `"x"`, `[]`, `{"a":[1]}`, `null`, `{"b":{"c":1}}`, `[[[[]]]]`, `true`}},
	{`{"$ref": "#/components/schemas/Tree"}`, []string{`{"v":1}`, `{"v":1,"l":[{"v":2}]}`, `{"v":2,"l":[{"v":2},{"v":3,"l":[]}]}`, `{"v":1,"l":[{"v":"x"}]}`, `{"v":9,"l":[{"v":2,"w":1}]}`, `{"v":10}`, `{"v":1,"l":[{"v":10}]}`}},
	{`{"type": "object", "x-rules": [{"id": "a-least", "message": "a is too small", "expression": "!has(self.a) || self.a >= int(request.params.id)"}, {"id": "b-is-a", "message": "b is not a", "expression": "!has(self.b) || self.a == self.b || response.status == 404"}, {"id": "c-of-request", "message": "c is not the id", "expression": "!has(self.c) || self.c == request.params.id"}, {"id": "d-of-query", "message": "d is not that of the query", "expression": "!has(self.d) || !has(request.query.d) || self.d == request.query.d"}], "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}, "c": {"type": "string"}, "d": {"type": "string"}}}`,
		[]string{`{"d":"x"}`, `{"d":"y"}`, `{"b":1,"a":1}`, `{"b":1,"a":2}`, `{"b":2,"a":2}`, `{"c":"1"}`, `{"c":"2"}`, `{"c":"[redacted]"}`, `{"b":1}`, `{"b":1.0,"a":1}`, `{"a":-1,"b":-1}`, `{"c":1}`}},
	{`{"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}, "s": {"type": "string"}, "l": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}}}, "x-rules": [{"id": "order-ab", "message": "a is greater", "expression": "!has(self.a) || !has(self.b) || self.a <= self.b"}, {"id": "last-s", "message": "s is not the last", "expression": "!has(self.l) || size(self.l) == 0 || !has(self.s) || self.l[size(self.l) - 1].id == self.s"}]}`,
		[]string{`{"a":1,"b":2}`, `{"a":2,"b":2}`, `{"a":3,"b":2}`, `{"a":1.5,"b":2}`, `{"s":"x","l":[{"id":"x"}]}`, `{"s":"y","l":[{"id":"x"}]}`, `{"s":"y","l":[{"id":"x"},{"id":"y"}]}`, `{"s":"y","l":[]}`, `{"a":"x","b":1}`, `{"s":"\u0078","l":[{"id":"x"}]}`}},
	{`{"type": "object", "properties": {"id": {"type": "string"}, "state": {"type": "string"}, "new_at": {"type": "string", "format": "date-time"}, "done_at": {"type": "string", "format": "date-time"}, "n": {}, "o": {"type": "object"}}, "x-lifecycle": {"identity": "/id", "state": "/state", "initial": "new", "neverChanges": ["/o"], "neverDecreases": ["/n"], "setOnce": ["/done_at"], "states": {"new": {"entered": "/new_at", "next": ["done"], "atMost": "PT10M"}, "done": {"entered": "/done_at"}}}}`,
		[]string{
			`{"id":"a","state":"new","new_at":"2025-03-14T15:52:49Z","n":1,"o":{"x":1}}`, `{"id":"b","state":"new","new_at":"2025-03-14T15:53:49Z","n":2,"o":{"x":2}}`, `{"id":"","state":"new","new_at":"2025-03-14T15:53:49Z","n":2,"o":{"x":2}}`,
			`{"id":"a","state":"new","new_at":"not a time","n":1,"o":{"x":1}}`, `{"id":"a","state":"new","new_at":"[redacted]","n":0,"o":{"x":1}}`, `{"id":"[redacted]","state":"new","new_at":"2025-03-14T15:52:49Z","n":1,"o":{"x":1}}`,
			`{"id":"a","state":"done","new_at":"2025-03-14T15:52:49Z","done_at":"2025-03-14T15:52:50Z"}`, `{"id":"a","state":"done","new_at":"2025-03-14T15:52:49Z","done_at":"2025-03-14T15:52:48Z"}`, `{"id":"a","state":"done","new_at":"2025-03-14T15:52:49Z","done_at":"2025-03-14T16:52:48+00:00"}`,
			`{"id":"a","state":"old","new_at":"2025-03-14T15:52:49Z","n":1,"o":{"x":1}}`, `{"id":"a","state":"new","new_at":"2025-03-14T15:52:49Z","n":1,"o":["\u0078"]}`, `{"id":"a","state":"new","new_at":"2025-03-14T15:52:49Z","n":0.5,"o":{"x":"[redacted]"}}`,
		}},
}

const keywordComponents = `{
	"Cat": {"type": "object", "required": ["pet"], "properties": {"pet": {"type": "string"}, "lives": {"type": "integer", "maximum": 9}}},
	"Dog": {"type": "object", "required": ["pet"], "properties": {"pet": {"type": "string"}, "name": {"type": "string", "maxLength": 5}}},
	"Name": {"type": "string", "minLength": 2},
	"Tree": {"type": "object", "properties": {"v": {"type": "integer", "maximum": 9}, "l": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}}
}`

// The engines agree on bodies whose members are described with any keywords, of several
// operations and statuses through one worker, whatever the rules that are enabled.
func TestEnginesAgreeOnKeywords(t *testing.T) {
	var bodies, explained int
	rapid.Check(t, func(t *rapid.T) {
		var components map[string]any
		require.NoError(t, json.Unmarshal([]byte(keywordComponents), &components))
		paths := map[string]any{}
		chosen := map[string][]int{}
		for _, path := range []string{"/a/{id}", "/b/{id}"} {
			responses := map[string]any{}
			for _, status := range []string{"200", "404"} {
				members := rapid.SliceOfNDistinct(rapid.IntRange(0, len(keywordSchemas)-1), 1, 3, rapid.ID).Draw(t, "members")
				properties := map[string]any{}
				for _, i := range members {
					name := fmt.Sprintf("Member%d", i)
					components[name] = json.RawMessage(keywordSchemas[i].schema)
					properties[fmt.Sprintf("m%d", i)] = map[string]any{"$ref": "#/components/schemas/" + name}
				}
				responses[status] = map[string]any{"description": "ok", "content": map[string]any{"application/json": map[string]any{"schema": map[string]any{"type": "object", "properties": properties}}}}
				chosen[path+status] = members
			}
			paths[path] = map[string]any{"get": map[string]any{
				"parameters": []any{map[string]any{"name": "id", "in": "path", "required": true, "schema": map[string]any{"type": "string"}}}, "responses": responses,
			}}
		}
		text, err := json.Marshal(map[string]any{"openapi": "3.1.0", "info": map[string]any{"title": "Drawn", "version": "1"}, "paths": paths, "components": map[string]any{"schemas": components}})
		require.NoError(t, err)
		d, err := spec.Load(fstest.MapFS{"openapi.json": {Data: text}}, "openapi.json", spec.Options{})
		require.NoError(t, err, "%s", text)
		var opts []engine.Option
		if glob := rapid.SampledFrom([]string{"", "", "schema-*", "drift-*", "time-*", "state-*", "schema-limit", "rule-failed"}).Draw(t, "off"); glob != "" {
			opts = append(opts, engine.WithRule(glob, plumb.Off))
		}
		v, err := engine.New(d, opts...)
		require.NoError(t, err, "%s", text)
		e := newEngines(v, v.Documented())
		e.brief = true
		random := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "seed")))
		for range 40 {
			path := choice(random, "/a/", "/b/")
			x := &plumb.Exchange{Request: plumb.Request{Method: "GET", URL: path + choice(random, "1", "2", "1?d=x", "1?d=y")}}
			x.Response.Status = 200 + 204*random.IntN(2)
			var members []string
			for _, i := range chosen[path+"{id}"+fmt.Sprint(x.Response.Status)] {
				if random.IntN(5) > 0 {
					members = append(members, fmt.Sprintf(`"m%d":%s`, i, choice(random, keywordSchemas[i].values...)))
				}
			}
			x.Response.Body.Bytes = []byte("{" + strings.Join(members, ",") + "}")
			if random.IntN(3) == 0 {
				e.learn(x)
			}
			if diff := e.differAtOnce(x); diff != "" {
				t.Fatalf("%s\n%s %d %s\n%s", text, x.Request.URL, x.Response.Status, x.Response.Body.Bytes, diff)
			}
		}
		bodies, explained = bodies+e.bodies, explained+e.explained
	})
	t.Logf("of %d bodies, %d were not known", bodies, explained)
	require.Less(t, explained, bodies*8/10)
}
