package engine_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// What is known of bodies is what checking them gives, for any description: for schemas
// that refer to each other and to themselves, and bodies that mostly fit them.
func TestEnginesAgreeOnDescriptions(t *testing.T) {
	var bodies, explained, counted int
	rapid.Check(t, func(t *rapid.T) {
		components := map[string]any{}
		paths := map[string]any{}
		for _, name := range componentNames {
			components[name] = drawObject(t, 2)
			schema := map[string]any{"$ref": "#/components/schemas/" + name}
			paths["/"+name] = map[string]any{"get": map[string]any{"responses": map[string]any{"200": map[string]any{
				"description": "ok", "content": map[string]any{"application/json": map[string]any{"schema": schema}}}}}}
		}
		text, err := json.Marshal(map[string]any{
			"openapi": "3.1.0", "info": map[string]any{"title": "Drawn", "version": "1"},
			"paths": paths, "components": map[string]any{"schemas": components},
		})
		require.NoError(t, err)
		d, err := spec.Load(fstest.MapFS{"openapi.json": {Data: text}}, "openapi.json", spec.Options{})
		require.NoError(t, err, "%s", text)
		v, err := engine.New(d)
		if err != nil && strings.Contains(err.Error(), "infinite loop") {
			t.Skip("a schema that is nothing but itself")
		}
		require.NoError(t, err, "%s", text)
		e := newEngines(v, v.Documented())
		for range 8 {
			name := rapid.SampledFrom(componentNames).Draw(t, "schema of the body")
			body := written(t, drawValue(t, components, map[string]any{"$ref": "#/components/schemas/" + name}, 6))
			if rapid.IntRange(0, 4).Draw(t, "changed") == 0 {
				body = changeBytes(t, body)
			}
			x := &plumb.Exchange{Request: plumb.Request{Method: "GET", URL: "/" + name}}
			x.Response.Status, x.Response.Body.Bytes = 200, body
			for range 2 {
				if diff := e.differ(x); diff != "" {
					t.Fatalf("%s\n%s: %s\n%s", text, name, body, diff)
				}
			}
			if diff := e.differOnMutants(t, x); diff != "" {
				t.Fatalf("%s\n%s: %s\n%s", text, name, body, diff)
			}
		}
		bodies, explained, counted = bodies+e.bodies, explained+e.explained, counted+e.counted
	})
	t.Logf("of %d bodies, %d were counted, %d were checked in full", bodies, counted, explained)
}

var (
	componentNames = []string{"A", "B", "C"}
	memberNames    = []string{"id", "data", "kind", "é", "a/b"}
)

// drawObject draws the schema of an object.
func drawObject(t *rapid.T, depth int) map[string]any {
	properties := map[string]any{}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(memberNames), 0, 4, rapid.ID).Draw(t, "members") {
		properties[name] = drawSchema(t, depth-1)
		if name == "data" && rapid.Bool().Draw(t, "list") {
			properties[name] = drawList(t)
		}
	}
	s := map[string]any{"type": "object", "properties": properties}
	if rapid.Bool().Draw(t, "has required members") {
		s["required"] = rapid.SliceOfNDistinct(rapid.SampledFrom(memberNames), 0, 2, rapid.ID).Draw(t, "required")
	}
	switch rapid.IntRange(0, 15).Draw(t, "more of the object") {
	case 0, 1:
		s["additionalProperties"] = false
	case 2, 3:
		s["additionalProperties"] = drawSchema(t, depth-1)
	case 4:
		s["patternProperties"] = map[string]any{"^m": drawSchema(t, depth-1)}
	case 5:
		s["propertyNames"] = map[string]any{"maxLength": 3}
	case 6:
		s["dependentRequired"] = map[string]any{"id": []any{"kind"}}
	case 7:
		s["minProperties"], s["maxProperties"] = 1, 3
	case 8:
		s["$ref"] = "#/components/schemas/" + rapid.SampledFrom(componentNames).Draw(t, "name")
	case 9:
		s["unevaluatedProperties"] = false
	}
	return s
}

// drawSchema draws any schema.
func drawSchema(t *rapid.T, depth int) map[string]any {
	last := 13
	if depth <= 0 {
		last = 10 // those that hold no schema
	}
	kind := rapid.IntRange(0, last).Draw(t, "kind of schema")
	switch kind {
	case 0:
		return drawReference(t)
	case 1:
		return drawList(t)
	case 2:
		return map[string]any{"type": "string", "enum": []any{"one", "two"}}
	case 3:
		return map[string]any{"const": rapid.SampledFrom([]any{"one", 1, nil, true}).Draw(t, "constant")}
	case 4:
		return map[string]any{"type": []any{"integer", "null"}, "minimum": -1, "exclusiveMaximum": 8}
	case 5:
		return map[string]any{"type": "string", "minLength": 1, "maxLength": 4}
	case 6:
		return map[string]any{}
	case 7:
		return map[string]any{"type": []any{"string", "array"}, "pattern": "^[a-z]*$", "items": map[string]any{"type": "number"}, "maxItems": 2}
	case 8:
		return map[string]any{"anyOf": []any{map[string]any{"type": "boolean"}, map[string]any{"$ref": "#/components/schemas/A"}}}
	case 9:
		return map[string]any{"type": "array", "uniqueItems": true, "items": map[string]any{}}
	case 10:
		return map[string]any{"not": map[string]any{"type": "object", "required": []any{"kind"}}}
	case 11:
		return map[string]any{"allOf": []any{drawObject(t, depth-1), drawObject(t, depth-1)}}
	case 12:
		return map[string]any{"type": "array", "prefixItems": []any{drawSchema(t, depth-1)}, "items": drawSchema(t, depth-1)}
	}
	return drawObject(t, depth)
}

func drawReference(t *rapid.T) map[string]any {
	return map[string]any{"$ref": "#/components/schemas/" + rapid.SampledFrom(componentNames).Draw(t, "name")}
}

func drawList(t *rapid.T) map[string]any {
	return map[string]any{"type": "array", "items": drawReference(t)}
}

// drawValue draws a value that a schema describes, or another one.
func drawValue(t *rapid.T, components map[string]any, schema map[string]any, depth int) any {
	if ref, ok := schema["$ref"].(string); ok && schema["properties"] == nil {
		schema = components[ref[len("#/components/schemas/"):]].(map[string]any)
	}
	if all, ok := schema["allOf"].([]any); ok {
		schema = all[rapid.IntRange(0, len(all)-1).Draw(t, "part")].(map[string]any)
	}
	other := rapid.IntRange(0, 9).Draw(t, "other") == 0
	if properties, ok := schema["properties"].(map[string]any); ok && !other && depth > 0 {
		object := map[string]any{}
		for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(append(memberNames, "more")), 0, 6, rapid.ID).Draw(t, "present") {
			member, _ := properties[name].(map[string]any)
			object[name] = drawValue(t, components, member, depth-1)
		}
		return object
	}
	if items, ok := schema["items"].(map[string]any); ok && !other && depth > 0 {
		array := make([]any, rapid.IntRange(0, 3).Draw(t, "length"))
		for i := range array {
			array[i] = drawValue(t, components, items, depth-1)
		}
		return array
	}
	return rapid.SampledFrom([]any{"one", "two", "Five5", "", "é", 1, 1.0, 7.5, -2, 8, nil, true, false, []any{}, []any{1, "one"}, map[string]any{}, map[string]any{"id": nil}, fmt.Sprint(depth)}).Draw(t, "value")
}
