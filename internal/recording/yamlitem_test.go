package recording

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

// requireSameItem checks that an item, if itemReader reads it, has the nodes
// that yaml.v3 gives. It reports whether the item was read.
func requireSameItem(t require.TestingT, text []byte) bool {
	var p itemReader
	got := p.read(text, cassetteBody)
	if got == nil {
		return false
	}
	var want yaml.Node
	require.NoError(t, yaml.Unmarshal(text, &want), "%s", text)
	require.Equal(t, nodes(want.Content[0].Content[0]), nodes(got), "%s", text)
	return true
}

// nodes describes a node and what is in it: a line for each.
func nodes(n *yaml.Node) string {
	var out strings.Builder
	var describe func(n *yaml.Node)
	describe = func(n *yaml.Node) {
		fmt.Fprintf(&out, "%d:%d kind %d style %d null %v %q %q\n", n.Line, n.Column, n.Kind, n.Style, n.Tag == "!!null", n.Value, n.Anchor)
		for _, inner := range n.Content {
			describe(inner)
		}
	}
	describe(n)
	return out.String()
}

// TestItemReader has what recorders write.
func TestItemReader(t *testing.T) {
	for _, text := range []string{
		"- a: b\n",
		"    - id: 0\n      request:\n        headers:\n            Accept:\n                - a/b\n                - '*/*'\n        url: https://example.com/a?b=c#d\n      empty: \"\"\n      none: null\n      nothing:\n      more: ~\n",
		"- request:\n    headers:\n      Accept:\n      - a/b\n    body: null\n  response:\n    body:\n      string: 'it''s {\"a\": 1}'\n",
		"- a: 'one\n    two\n\n    three'\n  b: \"one\\\n    \\ two\\u00e9\\x41\\n\\\"\n    three\"\n",
		"- a: |\n    {\n      \"b\": 1\n\n    }\n  b: |-\n    x\n  c: |+\n    x\n\n",
		"- a: |\n\n    x\n\n\n  b: |+\n    x\n\n\n",
		"- user_agent: Mozilla/5.0 (X11; Linux)\n    Gecko\n    Firefox - 1\n  a: -1\n  b: :get\n  c: é ü\n  d: []\n  e: {}\n",
		"- - a\n  - - b: 1\n      c: 2\n    - d\n",
		"- é\n",
	} {
		assert.True(t, requireSameItem(t, []byte(text)), "%q", text)
	}
}

// TestItemReaderGivesUp has what is left to yaml.v3.
func TestItemReaderGivesUp(t *testing.T) {
	for _, text := range []string{
		"", "- a: b", "-\n", "- a: b # c\n", "- a: !!binary YQ==\n", "- a: &b c\n", "- a: *b\n", "- a: >\n    b\n", "- a: [b]\n", "- ? a\n  : b\n",
		"- a:\tb\n", "- a: b: c\n", "- a: |2\n    b\n", "- a: 'b\n", "- a: \"\\q\"\n", "- a: \"\\/\"\n", "- a: \"\\ud800\"\n", "- a: b\r\n", "- a: b\n c: d\n", "- a: b\n- c: d\n",
		"- a: \xff\n", "- a: 'b\u2028c'\n", "- <<: a\n", "- a: @b\n",
	} {
		assert.Nil(t, new(itemReader).read([]byte(text), cassetteBody), "%q", text)
	}
}

// TestItemKeepsNothingOfBodies reads a string that an earlier body had.
func TestItemKeepsNothingOfBodies(t *testing.T) {
	var p itemReader
	body := []byte("- response:\n    body: 'it''s'\n")
	require.NotNil(t, p.read(body, cassetteBody))
	n := p.read(body, nil)
	overwrite(p.bodies.room)
	assert.Equal(t, "it's", n.Content[1].Content[1].Value)
	assert.Nil(t, p.read([]byte("- response:\n    body: 'a'\n    body: 'b'\n"), cassetteBody))
}

// drawItem draws an item as recorders write them.
func drawItem(t *rapid.T) string {
	var out strings.Builder
	scalars := []string{"x", "200 OK", "http://a/b?c=d", "null", "''", `""`, "'it''s'", `"a\"b\n\u00e9\x41\U0001d11e\0"`, "-1", ":a", "~", "[]", "{}", "é", "'a\n%s  b'", "'a \n\n%s  b  '", "\"a \\\n%s  \\ b\"", "\"a\n\n\n%s \tb\\t\n%s \"", "a\n%s  b", "|\n%s  a\n%s   b", "|-\n%s  a\n\n%s  b", "|+\n\n%s   a\n%s   \n", "|\n%s  \ta", "#", "a #", "a: b", "a:", "- a", "a'b", "'a' b", "a\tb", "'a\tb'"}
	var value func(indent string, depth int)
	value = func(indent string, depth int) {
		switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); {
		case kind == 0 && depth > 0:
			inner := indent + rapid.SampledFrom([]string{"  ", "    ", " "}).Draw(t, "indent")
			for i := range rapid.IntRange(1, 3).Draw(t, "members") {
				fmt.Fprintf(&out, "\n%sk%d:", inner, i)
				value(inner, depth-1)
			}
		case kind == 1 && depth > 0:
			inner := indent + rapid.SampledFrom([]string{"", "  ", "    "}).Draw(t, "indent")
			for range rapid.IntRange(1, 3).Draw(t, "items") {
				fmt.Fprintf(&out, "\n%s-", inner)
				if rapid.Bool().Draw(t, "mapping") {
					out.WriteString(" a:")
					value(inner+"  ", depth-1)
					fmt.Fprintf(&out, "\n%s  b:", inner)
					value(inner+"  ", depth-1)
				} else {
					value(inner, depth-1)
				}
			}
		case kind == 2:
			if rapid.Bool().Draw(t, "blank") {
				out.WriteString("\n")
			}
		default:
			out.WriteString(" " + strings.ReplaceAll(rapid.SampledFrom(scalars).Draw(t, "scalar"), "%s", indent))
		}
	}
	out.WriteString("- k:")
	value("  ", 3)
	out.WriteString("\n  l:")
	value("  ", 3)
	return out.String() + "\n"
}

// TestDrawnItems draws items, and changes of them.
func TestDrawnItems(t *testing.T) {
	read := 0
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(drawItem(t))
		for range rapid.IntRange(0, 2).Draw(t, "changes") {
			from := rapid.IntRange(0, len(text)).Draw(t, "from")
			to := min(len(text), from+rapid.IntRange(0, 2).Draw(t, "less"))
			more := rapid.SampledFrom([]string{"", " ", "\n", "'", "\"", "\\", ":", "-", "#", "|", "\t", "é", "x", "  ", "- ", ": "}).Draw(t, "more")
			text = slices.Concat(text[:from], []byte(more), text[to:])
		}
		if requireSameItem(t, text) {
			read++
		}
	})
	require.Positive(t, read)
}

func FuzzItem(f *testing.F) {
	for _, file := range fixtureFiles(f) {
		text, err := os.ReadFile(file)
		require.NoError(f, err)
		for _, item := range bytes.SplitAfter(text, []byte("\n- ")) {
			f.Add(append([]byte("- "), bytes.TrimSuffix(item, []byte("- "))...))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) { requireSameItem(t, text) })
}

func TestIndependentItems(t *testing.T) {
	for text, want := range map[string]bool{
		"- a: b\n": true, "- a: 'b &amp; c'\n": true, "- a: b & c\n": true, "- a: &b c\n": false,
	} {
		assert.Equal(t, want, new(cassette).isIndependent([]byte(text)), text)
	}
	after := cassette{anchored: []byte("- a: &b c\n")}
	assert.True(t, after.isIndependent([]byte("- a: b\n")))
	assert.False(t, after.isIndependent([]byte("- a: *b\n")))
}
