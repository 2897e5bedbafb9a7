package recording

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// tree describes a value and what is in it: a line for each. The body, to which
// the names lead, is described as a whole.
func tree(v *jsonvalue.Value, body []string) string {
	var out strings.Builder
	var describe func(name string, v *jsonvalue.Value, path []string)
	describe = func(name string, v *jsonvalue.Value, path []string) {
		fmt.Fprintf(&out, "%q %s %v %d to %d %q\n", name, v.Kind, v.True, v.Start, v.End, v.Text)
		if isHere(path) {
			return
		}
		for _, m := range v.Members {
			var inner []string
			if len(path) > 0 && m.Name == path[0] {
				inner = path[1:]
			}
			describe(m.Name, m.Value, inner)
		}
		for _, item := range v.Items {
			describe("", item, nil)
		}
	}
	describe("", v, body)
	return out.String()
}

// textsOf returns the strings of a tree, but for the body.
func textsOf(v *jsonvalue.Value, body *jsonvalue.Value) []string {
	var all []string
	if v != body {
		all = append(all, v.Text)
	}
	for _, m := range v.Members {
		all = append(append(all, m.Name), textsOf(m.Value, body)...)
	}
	for _, item := range v.Items {
		all = append(all, textsOf(item, body)...)
	}
	return all
}

// TestOutlines draws texts that are written in the same way, or nearly, and
// reads them with one outliner.
func TestOutlines(t *testing.T) {
	leaves := [][]string{
		{"0", "-1.5e3", "12345678901234567890", "12", "01"}, {"true", "false"}, {"null"}, {`""`, `"a"`, `"b"`, `"a\"\\\u00e9"`, `"b\"\\\u00e9"`, `"\ud834"`, "\"\xff\""},
		{`{}`, `{"a": {"a": 1, "a": 2}}`, `{"c":2}`, `{"c":23}`}, {`[]`, `[1, "a"]`, `[2, "abc"]`}, {"", "x"},
	}
	forms := []string{
		`{"a": {"b": %s, "c": %s}, "d": [%s, {"e": %s}], "f": %s}`, `{"a":{"b":%s,"c":%s},"d":[%s,%s],"f":%s}`, ` [%s, %s,%s] %s%s`, "%s%s%s%s%s",
		"{\"a\": {\"b\": %s},\n\"c\": %s, \"\\u0064\": %s, \"e\": %s, \"f\": %s}\n", `{"a": {"b": %s, "b": %s}, "c": %s, "d": %s, "e": %s}`,
	}
	paths := [][]string{nil, {"a", "b"}, {"a"}, {"d"}, {"f"}}
	rapid.Check(t, func(t *rapid.T) {
		var o outliner
		var form string
		var path []string
		var kept, copies []string
		kinds := make([][]string, 5)
		for i := range rapid.IntRange(1, 12).Draw(t, "texts") {
			if i == 0 || rapid.IntRange(0, 4).Draw(t, "other") == 0 {
				form = rapid.SampledFrom(forms[:2+rapid.IntRange(0, len(forms)-2).Draw(t, "forms")]).Draw(t, "form")
				path = rapid.SampledFrom(paths).Draw(t, "path")
				for i := range kinds {
					kinds[i] = rapid.SampledFrom(leaves).Draw(t, "kind")
				}
			}
			values := make([]any, 5)
			for i := range values {
				values[i] = rapid.SampledFrom(kinds[i]).Draw(t, "leaf")
			}
			text := []byte(fmt.Sprintf(form, values...))
			v, faults := jsonvalue.Parse(text, maxDepth)
			if got := o.read(text, path); got != nil {
				require.NotNil(t, v, "%s", text)
				for _, f := range faults {
					require.Equal(t, jsonvalue.DuplicateKey, f.Kind, "%s", text) // in the body
				}
				require.Equal(t, tree(v, path), tree(got, path), "%s", text)
				var body *jsonvalue.Value
				if path != nil {
					body = got.At(path...)
				}
				for _, text := range textsOf(got, body) {
					kept, copies = append(kept, text), append(copies, strings.Clone(text))
				}
			}
			if rapid.Bool().Draw(t, "release") {
				overwrite(o.bodies.room)
				o.bodies.release()
			}
			require.Equal(t, copies, kept, "strings of earlier trees")
		}
	})
}

// TestOutlineGivesUp has what is left to jsonvalue, and what is not.
func TestOutlineGivesUp(t *testing.T) {
	deep := strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth)
	for text, want := range map[string]bool{
		`{"a": {"b": 1}, "c": [1, 2, {}], "d": "\u00e9"}`: true, deep: true,
		`{"a": 1, "a": 2}`: false, `{"a": 1,}`: false, `{"a": 1} x`: false, `{"\u0061": 1}`: false, "": false, "[" + deep + "]": false,
		`{"a": "\ud834"}`: false,
	} {
		var o outliner
		assert.Equal(t, want, o.read([]byte(text), nil) != nil, "%.50s", text)
		assert.Equal(t, want, o.read([]byte(text), nil) != nil, "%.50s, again", text)
	}
}

// TestOutlineOfBody has faults within a body, which checking the body finds.
func TestOutlineOfBody(t *testing.T) {
	var o outliner
	for _, text := range []string{`{"a": {"b": {"c": 1, "c": 2}}}`, `{"a": {"b": {"c": 1, "c": 23}}}`, `{"a": {"b": [1]}}`} {
		assert.NotNil(t, o.read([]byte(text), []string{"a", "b"}), text)
		assert.Nil(t, o.read([]byte(strings.Replace(text, "1", "1,", 1)), []string{"a", "b"}), text)
	}
}

// TestOutlineKeepsNothingOfBodies reads a string that an earlier body had.
func TestOutlineKeepsNothingOfBodies(t *testing.T) {
	var o outliner
	text := []byte(`{"a": "b\"c"}`)
	require.NotNil(t, o.read(text, []string{"a"}))
	got := o.read(text, nil).At("a").Text
	overwrite(o.bodies.room)
	assert.Equal(t, `b"c`, got)
}
