package recording

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// written draws a JSON string as some program might write it, and the offset at
// which each character begins in it.
func written(t *rapid.T) (literal, text string, starts []int) {
	var out strings.Builder
	for _, r := range rapid.SliceOf(rapid.Rune()).Draw(t, "text") {
		starts = append(starts, out.Len())
		text += string(r)
		switch {
		case r == '"' || r == '\\':
			out.WriteString(`\` + string(r))
		case r >= ' ' && rapid.Bool().Draw(t, "plain"):
			out.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04X`, high, low)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return `"` + out.String() + `"`, text, append(starts, out.Len())
}

func TestStringOffset(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		literal, text, starts := written(t)
		var decoded string
		require.NoError(t, json.Unmarshal([]byte(literal), &decoded))
		require.Equal(t, text, decoded)
		offset := 0
		for i, r := range []rune(text) {
			for range utf8.RuneLen(r) {
				require.Equal(t, starts[i], stringSpelling([]byte(literal[1:])).find(offset).at)
				offset++
			}
		}
		require.Equal(t, len(literal)-2, stringSpelling([]byte(literal[1:])).find(offset).at)
	})
}

func TestStringOffsetOfBrokenText(t *testing.T) {
	// The parser puts U+FFFD, three bytes, in place of what is not a character.
	for literal, at := range map[string]int{"\"a\xffb\"": 2, `"a\ud800b"`: 7, `"a\ud800\ud800b"`: 13, `"a\udc00b"`: 7} {
		v, _ := jsonvalue.Parse([]byte(literal), 1)
		require.NotNil(t, v)
		assert.Equal(t, at, stringSpelling([]byte(literal[1:])).find(strings.IndexByte(v.Text, 'b')).at, literal)
	}
}

// TestScalarOffset writes scalars in each style and looks up each of their
// bytes: it must be found at its place, or not at all.
func TestScalarOffset(t *testing.T) {
	styles := map[string]yaml.Style{
		"plain": 0, "single": yaml.SingleQuotedStyle, "double": yaml.DoubleQuotedStyle,
		"literal": yaml.LiteralStyle, "folded": yaml.FoldedStyle,
	}
	for name, style := range styles {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				text := rapid.StringMatching(`[a-z{}":,'é🌍 \n]{0,40}`).Draw(t, "text")
				out, err := yaml.Marshal(map[string]*yaml.Node{"k": {Kind: yaml.ScalarNode, Tag: "!!str", Style: style, Value: text}})
				require.NoError(t, err)
				isBlank := strings.TrimSpace(text) == ""
				assertScalar(t, string(out), style == 0 || style == yaml.FoldedStyle || isBlank)
			})
		})
	}
}

// assertScalar looks up each byte of the value of the only member of a mapping.
// If partly is set, some may not be found.
func assertScalar(t require.TestingT, text string, partly bool) {
	var root yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(text), &root))
	value := root.Content[0].Content[1]
	node := yamlNode{Node: value, e: &entry{data: []byte(text), start: (&source{line: 1, column: 1}).place()}}
	locate := node.locate()
	for i := range len(value.Value) {
		line, column := locate(i)
		if column == 0 && partly {
			continue
		}
		require.NotZero(t, column, "byte %d of %q in %q", i, value.Value, text)
		at := strings.SplitAfter(text, "\n")[line-1][column-1:]
		c, want := at[0], value.Value[i]
		ok := c == want || c == '\\' || c == '\'' && want == '\'' || c >= 0x80 && want >= 0x80 || strings.HasPrefix(strings.TrimPrefix(at, "\r"), "\n") && want <= ' '
		require.True(t, ok, "byte %d of %q is reported to be at %d:%d of %q", i, value.Value, line, column, text)
	}
}

func TestScalarOffsetInOtherSpellings(t *testing.T) {
	for _, text := range []string{
		"k: \"{\\\"a\\\": 1,\\\n  \\ \\\"b\\\":\n  2}\"\n",
		"k: \"a\n\n\n  b \\\n\n  c\"\n",
		"k: 'it''s\n  folded\n\n  twice'\n",
		"k: plain text\n  that goes on\n",
		"k: |2\n   first line is indented\n  second is not\n",
		"k: |+\n\n\n  a\n\n  b\n\n",
		"k: !!str |-\n    {\n      \"a\": 1\n    }\n",
		"k: &anchor\n  'on the next line'\n",
		"k: \"\\x41\\u00e9\\U0001F30D\\N\\_\\L\\P\\tend\"\n",
		"k: |-\r\n  a\r\n  b\r\n",
		"é: 'x'\n",
	} {
		assertScalar(t, text, false)
	}
}

func TestScalarWithoutExactPlace(t *testing.T) {
	for _, text := range []string{
		"k: >-\n  a\n  b\n",
		"k: !!binary |\n  eyJhIjogMX0=\n",
	} {
		assertScalar(t, text, true)
		var root yaml.Node
		require.NoError(t, yaml.Unmarshal([]byte(text), &root))
		e := &entry{data: []byte(text), start: (&source{line: 5, column: 1}).place()}
		line, column := yamlNode{Node: root.Content[0].Content[1], e: e}.locate()(1)
		assert.Equal(t, 5, line)
		assert.Zero(t, column)
	}
}
