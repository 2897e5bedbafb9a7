package jsonpath

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestInBrackets(t *testing.T) {
	for path, want := range map[string]string{
		"$.a.b_c":                     "$.a.b_c",
		"$.x-a.b":                     "$['x-a'].b",
		"$..x-a":                      "$..['x-a']",
		"$.*[?@.x-a.b-c == 1.5]":      "$.*[?@['x-a']['b-c'] == 1.5]",
		`$['.x-a'][".y-b\".z-c"].é-è`: `$['.x-a'][".y-b\".z-c"]['é-è']`,
		"$.a[?@.b<-1]":                "$.a[?@.b<-1]",
		"$.a[1:-1]":                   "$.a[1:-1]",
		"$['x":                        "$['x",
		"$.":                          "$.",
	} {
		assert.Equal(t, want, inBrackets(path))
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-zA-Z_é][a-zA-Z0-9_é-]*`).Draw(t, "name")
		p, err := Parse("$." + name)
		require.NoError(t, err)
		assert.Len(t, p.Select(map[string]any{name: 1}), 1)
	})
}

func FuzzPath(f *testing.F) {
	for _, seed := range []string{"$", "$..x-a[?@.b-c == 'd']", `$["a\"b"]`, "$[?((@.a))]", "$.a[?match(@.b, 'x')]"} {
		f.Add(seed)
	}
	value := map[string]any{"a": []any{map[string]any{"b": "x"}, 1.5, nil}}
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := Parse(text); err == nil {
			p.SelectLocated(value) // must not panic
		}
	})
}
