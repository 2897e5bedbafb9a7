package arazzo

import (
	"encoding/json"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawValue draws a value as a decoder of JSON makes it.
func drawValue(t *rapid.T, label string, depth int) any {
	most := 5
	if depth == 0 {
		most = 3
	}
	switch rapid.IntRange(0, most).Draw(t, label) {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(t, label)
	case 2:
		return json.Number(strconv.Itoa(rapid.IntRange(-5, 5).Draw(t, label)))
	case 3:
		return rapid.SampledFrom([]string{"", "a", "A", "5", "-5", "true", "null", "{}", "it's", "é"}).Draw(t, label)
	case 4:
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, label) {
			list = append(list, drawValue(t, label, depth-1))
		}
		return list
	}
	object := map[string]any{}
	for range rapid.IntRange(0, 3).Draw(t, label) {
		object[rapid.SampledFrom([]string{"a", "b", "c.d"}).Draw(t, label)] = drawValue(t, label, depth-1)
	}
	return object
}

func TestPayloads(t *testing.T) {
	s := exampleScope(t)
	for name, tt := range map[string]struct {
		contentType, payload string // the payload in JSON
		replacements         []Replacement
		want                 string // in JSON, or as it is sent
	}{
		"values keep their types":          {"application/json", `{"n": "$response.body#/n", "total": "$steps.get-it.outputs.total", "b": "$response.body#/yes", "no": "$response.body#/no"}`, nil, `{"n":7,"total":{"amount":5,"list":[1,2]},"b":true,"no":null}`},
		"large numbers keep their digits":  {"application/json", `["$response.body#/big"]`, nil, `[12345678901234567890]`},
		"braces around a whole expression": {"application/json", `{"n": "{$response.body#/n}"}`, nil, `{"n":7}`},
		"within other text":                {"application/json", `{"t": "{$inputs.name}-{$response.body#/n}-{$steps.get-it.outputs.total}"}`, nil, `{"t":"Ada-7-{\"amount\":5,\"list\":[1,2]}"}`},
		"what leads to nothing":            {"application/json", `{"a": "$response.body#/absent", "b": ["$inputs.none", 1]}`, nil, `{"b":[1]}`},
		"what only looks like one":         {"application/json", `{"a": "$5.00", "b": "{$ref}", "c": "$", "d": "{$", "e": "US$inputs.name"}`, nil, `{"a":"$5.00","b":"{$ref}","c":"$","d":"{$","e":"US$inputs.name"}`},
		"one expression":                   {"application/json", `"$steps.get-it.outputs.total"`, nil, `{"amount":5,"list":[1,2]}`},
		"a template":                       {"application/json", `"{\"n\": \"{$response.body#/n}\", \"who\": \"{$inputs.name}!\", \"gone\": \"{$inputs.none}\"}"`, nil, `{"n":7,"who":"Ada!"}`},
		"a template that is not JSON":      {"application/json", `"{\"n\": {$response.body#/n}, }"`, nil, `{"n": 7, }`},
		"a JSON text":                      {"application/json", `"{ \"a\": 1,  \"a\": 2 }"`, nil, `{ "a": 1,  "a": 2 }`},
		"a text":                           {"application/json", `"hello {$inputs.name}"`, nil, `"hello Ada"`},
		"a text of another media type":     {"text/plain", `"{\"n\": \"{$response.body#/n}\"}"`, nil, `"{\"n\": \"7\"}"`},
		"a form as text":                   {"application/x-www-form-urlencoded", `"a={$inputs.name}&b=1"`, nil, `"a=Ada&b=1"`},
		"a form as a template":             {"application/x-www-form-urlencoded", `"{\"a\": \"{$inputs.name}\"}"`, nil, `{"a":"Ada"}`},
		"replacements":                     {"application/json", `{"a": {"b": 1}, "l": [1, 2]}`, []Replacement{{"/a/b", "$response.body#/n"}, {"/l/1", "x"}, {"/new", "{$inputs.name}!"}}, `{"a":{"b":7},"l":[1,"x"],"new":"Ada!"}`},
		"replacements in a text":           {"application/json", `"{\"a\": 1}"`, []Replacement{{"/a", "$inputs.age"}}, `{"a":36}`},
		"a replacement of the whole":       {"application/json", `{"a": 1}`, []Replacement{{"", "$inputs.tags"}}, `["x","y"]`},
	} {
		t.Run(name, func(t *testing.T) {
			payload, err := decodeJSON(tt.payload)
			require.NoError(t, err)
			before := string(encoded(payload))
			got, ok, err := s.payload(&Body{ContentType: tt.contentType, Payload: payload, Replacements: tt.replacements})
			require.NoError(t, err)
			assert.True(t, ok)
			if raw, isRaw := got.(json.RawMessage); isRaw {
				assert.Equal(t, tt.want, string(raw))
			} else {
				assert.JSONEq(t, tt.want, string(encoded(got)))
			}
			assert.Equal(t, before, string(encoded(payload)), "the document is not changed")
		})
	}
}

func TestPayloadErrors(t *testing.T) {
	s := exampleScope(t)
	for name, tt := range map[string]struct {
		body Body
		want string
	}{
		"no value within a text":       {Body{Payload: "hello {$inputs.none}"}, "$inputs.none has no value"},
		"no value in a replacement":    {Body{Payload: map[string]any{}, Replacements: []Replacement{{"/a", "$inputs.none"}}}, "$inputs.none has no value"},
		"no place":                     {Body{Payload: map[string]any{}, Replacements: []Replacement{{"/a/b", "x"}}}, "the payload has no place /a/b for a replacement"},
		"no item":                      {Body{Payload: []any{"x"}, Replacements: []Replacement{{"/1", "x"}}}, "the payload has no place /1 for a replacement"},
		"a replacement in broken JSON": {Body{ContentType: "application/json", Payload: "{", Replacements: []Replacement{{"/a", "x"}}}, "the payload is not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := s.payload(&tt.body)
			assert.ErrorContains(t, err, tt.want)
		})
	}
	_, ok, err := s.payload(&Body{Payload: "$inputs.none"})
	assert.NoError(t, err)
	assert.False(t, ok, "there is no payload")
}

// TestPayloadLaws checks that a payload without expressions is sent as it is,
// as a value and as a text, and that a value that an expression leads to is
// replaced by itself.
func TestPayloadLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := drawValue(t, "value", 3)
		s := &scope{inputs: map[string]any{"v": value}, document: &Document{}}
		for _, payload := range []any{value, "$inputs.v", "{$inputs.v}"} {
			got, ok, err := s.payload(&Body{ContentType: "application/json", Payload: payload})
			require.NoError(t, err)
			assert.True(t, ok)
			if raw, isRaw := got.(json.RawMessage); isRaw {
				assert.Equal(t, value, string(raw))
			} else {
				assert.Equal(t, value, got)
			}
		}
		text := `{"v": "{$inputs.v}"}`
		got, _, err := s.payload(&Body{ContentType: "application/json", Payload: text})
		require.NoError(t, err)
		assert.Equal(t, map[string]any{"v": value}, got)
	})
}
