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

// What is known of bodies is what checking them gives, for any rules of a description.
func TestEnginesAgreeOnRules(t *testing.T) {
	var bodies, explained, counted int
	rapid.Check(t, func(t *rapid.T) {
		var rules []any
		for i := range rapid.IntRange(1, 3).Draw(t, "rules") {
			rule := map[string]any{"id": fmt.Sprintf("drawn-rule-%d", i), "message": "the rule is broken", "example": "{}", "expression": drawTest(t, 3)}
			if at := rapid.SampledFrom([]string{"", "/a", "/o", "/o/x", "/s"}).Draw(t, "at"); at != "" {
				rule["at"] = at
			}
			rules = append(rules, rule)
		}
		schema := map[string]any{}
		require.NoError(t, json.Unmarshal([]byte(`{"type": "object", "properties": {
			"a": {"type": "integer"}, "b": {"type": ["integer", "null"]}, "f": {"type": "number"}, "e": {"type": "boolean"},
			"s": {"type": "string", "enum": ["one", "two", ""]}, "t": {"type": "string"}, "l": {"type": "array", "items": {"type": "integer"}},
			"o": {"type": "object", "properties": {"x": {"type": "integer"}, "y": {"type": ["string", "null"]}}}}}`), &schema))
		schema["x-rules"] = rules
		text, err := json.Marshal(map[string]any{
			"openapi": "3.1.0", "info": map[string]any{"title": "Drawn", "version": "1"},
			"paths": map[string]any{"/a": map[string]any{"get": map[string]any{"responses": map[string]any{"200": map[string]any{
				"description": "ok", "content": map[string]any{"application/json": map[string]any{"schema": schema}}}}}}},
		})
		require.NoError(t, err)
		d, err := spec.Load(fstest.MapFS{"openapi.json": {Data: text}}, "openapi.json", spec.Options{})
		require.NoError(t, err, "%s", text)
		v, err := engine.New(d)
		if err != nil && strings.Contains(err.Error(), "cannot be applied to") {
			t.Skip("the types of literals do not go together")
		}
		require.NoError(t, err, "%s", text)
		e := newEngines(v, v.Documented())
		for range 8 {
			x := &plumb.Exchange{Request: plumb.Request{Method: "GET", URL: "/a"}}
			x.Response.Status, x.Response.Body.Bytes = 200, written(t, drawMembers(t))
			for range 2 {
				if diff := e.differ(x); diff != "" {
					t.Fatalf("%v\n%s\n%s", rules, x.Response.Body.Bytes, diff)
				}
			}
			if diff := e.differOnMutants(t, x); diff != "" {
				t.Fatalf("%v\n%s\n%s", rules, x.Response.Body.Bytes, diff)
			}
		}
		bodies, explained, counted = bodies+e.bodies, explained+e.explained, counted+e.counted
	})
	t.Logf("of %d bodies, %d were counted, %d were checked in full", bodies, counted, explained)
}

// drawMembers draws an object that the rules apply to.
func drawMembers(t *rapid.T) any {
	value := rapid.SampledFrom([]any{nil, 0, 1, 2, -1, 1.5, 1e3, json.Number("9223372036854775807"), json.Number("-9223372036854775808"), json.Number("1e400"), json.Number("1.0"), true, false, "", "one", "two", "é\n", []any{}, []any{1, 2}, map[string]any{}})
	usual := map[string][]any{
		"a": {0, 1, 2, -1, 5}, "b": {0, 1, nil}, "f": {0.5, 1, 2.0}, "e": {true, false}, "s": {"one", "two", ""}, "t": {"one", "x"}, "l": {[]any{}, []any{1}},
		"x": {0, 1, 2}, "y": {"one", nil},
	}
	draw := func(names ...string) map[string]any {
		object := map[string]any{}
		for _, name := range names {
			switch rapid.IntRange(0, 9).Draw(t, name) {
			case 0, 1, 2:
			case 3:
				object[name] = value.Draw(t, "any value")
			default:
				object[name] = rapid.SampledFrom(usual[name]).Draw(t, "value")
			}
		}
		return object
	}
	object := draw("a", "b", "f", "e", "s", "t", "l")
	switch rapid.IntRange(0, 5).Draw(t, "o") {
	case 0:
	case 1:
		object["o"] = value.Draw(t, "any value")
	default:
		object["o"] = draw("x", "y")
	}
	return object
}

// drawTest draws an expression that is true or false.
func drawTest(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 9).Draw(t, "test")
	if depth == 0 {
		kind = kind % 6
	}
	sub := func() string { return drawTest(t, depth-1) }
	switch kind {
	case 0:
		return "has(self." + rapid.SampledFrom([]string{"a", "b", "f", "s", "o", "o.x", "o.y", "l"}).Draw(t, "member") + ")"
	case 1, 2:
		operator := rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">="}).Draw(t, "operator")
		return drawNumber(t, 2) + " " + operator + " " + drawNumber(t, 2)
	case 3:
		return drawText(t) + rapid.SampledFrom([]string{" == ", " != ", " < "}).Draw(t, "operator") + drawText(t)
	case 4:
		return drawText(t) + " in ['one', 'three', '']"
	case 5:
		return rapid.SampledFrom([]string{"self.e", "self.b == null", "self.o.y != null", "self.s.size() > 2", "size(self.l) == 1", "true", "self.l.all(i, i > 0)", "self.a in [1, 2]"}).Draw(t, "other")
	case 6:
		return "!(" + sub() + ")"
	case 7:
		return "(" + sub() + ") ? (" + sub() + ") : (" + sub() + ")"
	case 8:
		return "(" + sub() + " || " + sub() + ")"
	}
	return "(" + sub() + " && " + sub() + ")"
}

func drawNumber(t *rapid.T, depth int) string {
	switch rapid.IntRange(0, 5).Draw(t, "number") {
	case 0:
		return rapid.SampledFrom([]string{"0", "1", "2", "-1", "1.5", "9223372036854775807"}).Draw(t, "literal")
	case 1:
		if depth > 0 {
			return "(" + drawNumber(t, depth-1) + rapid.SampledFrom([]string{" + ", " - ", " * "}).Draw(t, "operator") + drawNumber(t, depth-1) + ")"
		}
	}
	return "self." + rapid.SampledFrom([]string{"a", "a", "b", "f", "o.x"}).Draw(t, "member")
}

func drawText(t *rapid.T) string {
	return rapid.SampledFrom([]string{"self.s", "self.s", "self.t", "self.o.y", "'one'", "'two'", "''"}).Draw(t, "text")
}
