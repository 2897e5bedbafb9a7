package recording

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

// longText draws a text of several strides.
func longText(t *rapid.T, parts ...string) []byte {
	var b bytes.Buffer
	for b.Len() < rapid.IntRange(0, 3*stride).Draw(t, "size") {
		b.WriteString(strings.Repeat(rapid.SampledFrom(parts).Draw(t, "part"), rapid.IntRange(1, stride).Draw(t, "times")))
	}
	return b.Bytes()
}

func TestLineIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := longText(t, "\n", "abc", "abc\n", "x")
		x := &lineIndex{}
		for range 20 {
			offset := rapid.IntRange(0, len(text)).Draw(t, "offset")
			breaks, last := x.before(text, offset)
			require.Equal(t, bytes.Count(text[:offset], []byte("\n")), breaks)
			require.Equal(t, bytes.LastIndexByte(text[:offset], '\n'), last)
			require.Equal(t, last+1, x.start(text, breaks))
			require.Equal(t, (*lineIndex)(nil).start(text, breaks), x.start(text, breaks))
		}
		require.Equal(t, len(text), x.start(text, 1+bytes.Count(text, []byte("\n"))))
	})
}

func TestSpelling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		written := append(longText(t, "a", `\n`, "ä", `\u00e4`, `\ud83d\ude00`, "  "), '"')
		s := stringSpelling(written)
		at := []int{} // where each byte is written
		for i := 0; ; {
			size, width := stringCharacter(written[i:])
			if size == 0 {
				at = append(at, i)
				break
			}
			for range width {
				at = append(at, i)
			}
			i += size
		}
		for range 20 {
			offset := rapid.IntRange(0, len(at)-1).Draw(t, "offset")
			require.Equal(t, at[offset], s.find(offset).at)
		}
	})
}

// TestLongScalars checks scalars of YAML, in each style, as the library reads
// them.
func TestLongScalars(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var value strings.Builder
		for value.Len() < 3*stride {
			value.WriteString(strings.Repeat(rapid.SampledFrom([]string{"a", "b: c ", "x\n", "  y", "ä"}).Draw(t, "part"), rapid.IntRange(1, 999).Draw(t, "times")))
		}
		value.WriteString("end")
		node := yaml.Node{Kind: yaml.ScalarNode, Value: value.String(), Style: rapid.SampledFrom([]yaml.Style{yaml.LiteralStyle, yaml.DoubleQuotedStyle, yaml.SingleQuotedStyle}).Draw(t, "style")}
		text, err := yaml.Marshal(map[string]*yaml.Node{"body": &node})
		require.NoError(t, err)
		var doc yaml.Node
		require.NoError(t, yaml.Unmarshal(text, &doc))
		scalar := doc.Content[0].Content[1]
		require.Equal(t, value.String(), scalar.Value)
		e := &entry{data: text, start: (&source{line: 1, column: 1}).place()}
		locate := yamlNode{Node: scalar, e: e}.locate()
		for range 20 {
			offset := rapid.IntRange(0, value.Len()-1).Draw(t, "offset")
			if c := value.String()[offset]; c >= 'a' && c <= 'z' {
				line, column := locate(offset)
				if column > 0 {
					require.Equal(t, string(c), string(text[e.lines.start(text, line-1)+column-1]))
				}
			}
		}
	})
}
