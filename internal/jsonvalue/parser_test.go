package jsonvalue

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestParserReusesMemory checks that a Parser returns what Parse does, whatever
// it has parsed before.
func TestParserReusesMemory(t *testing.T) {
	var p Parser
	leaf := rapid.OneOf(
		rapid.Just[any](nil), rapid.Just[any](true), rapid.Just[any](1.5), rapid.Just[any](12),
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.IntRange(0, 100_000), func(n int) any { return strings.Repeat("\"x", n) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		value := leaf.Draw(t, "leaf")
		for range rapid.IntRange(0, 6).Draw(t, "depth") {
			list := rapid.SliceOfN(leaf, 0, 20).Draw(t, "items")
			if rapid.Bool().Draw(t, "object") {
				value = map[string]any{"a": value, "b\n": list, "c": map[string]any{}}
			} else {
				value = append(list, value)
			}
		}
		text, err := json.Marshal(value)
		require.NoError(t, err)
		text = text[:len(text)-rapid.IntRange(0, min(3, len(text))).Draw(t, "cut")]
		want, wantFaults := Parse(text, 50)
		got, faults := p.Parse(text, 50)
		assert.Equal(t, wantFaults, faults)
		assert.Equal(t, want, got)
	})
}

// TestParserAllocations checks that of two texts of one kind, the second takes
// less memory than the first.
func TestParserAllocations(t *testing.T) {
	var p Parser
	text := []byte(`{"a": [1, 2, {"b": "c\"d"}], "e": {"f": null, "g": [true, false]}}`)
	fresh := testing.AllocsPerRun(100, func() { Parse(text, 50) })
	again := testing.AllocsPerRun(100, func() { p.Parse(text, 50) })
	assert.LessOrEqual(t, again, fresh-3, "values, members and elements")
}
