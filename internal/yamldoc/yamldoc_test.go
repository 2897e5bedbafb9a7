package yamldoc

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1":                        "a",
		"---\na: 1\n...\n":            "a",
		"a: 1\n---\n":                 "a", // nothing is lost
		"a: 1\n---\n# b\n---\n":       "a",
		"\xef\xbb\xbfa: 1":            "a",
		"%YAML 1.2\n---\na: 1\n":      "a",
		"---\n---\na: 1\n":            "a",
		"a: \"x\n%YAML 1.2 b\"":       "a",
		"# x\n%YAML 1.2\n---\na: 1\n": "a",
		"":                            "",
		"# nothing\n":                 "",
		"a: &x 1\nb: *x\nc: '*y'\n":   "a",
	} {
		doc, f := Parse([]byte(text))
		require.Nil(t, f, "%q", text)
		if want == "" {
			assert.Nil(t, doc, "%q", text)
		} else if assert.NotNil(t, doc, "%q", text) {
			assert.Equal(t, want, doc.Content[0].Content[0].Value, "%q", text)
		}
	}
}

// Each fault has its place, and says what to do.
func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\n---\nb: 1\n":                "2:1: a second YAML document begins here; ",
		"a: 1\n---\n---\n- b\n":            "3:1: a second YAML document begins here; ",
		"a: 1\n---\nb: [\nc: 1\n":          "3:1: not YAML: a [ is not closed",
		"a: *x\n":                          "1:4: not YAML: the alias *x has no anchor &x before it; add the anchor, or put the text in quotation marks",
		"*x":                               "1:1: not YAML: the alias *x has no anchor",
		"rules:\n  é: [a, *-null]\nb: 1\n": "2:10: not YAML: the alias *-null has no anchor",
		"a:\n  *-x: off\n":                 "2:3: not YAML: the alias *-x has no anchor",
		"a: *xy\nb: &x 1\nc: &xy 2\n":      "1:4: not YAML: the alias *xy ",
		"a: '*x'\nb: 1\nc: *x\nd: *x\n":    "3:4: not YAML: the alias *x ",
		"rules:\n  *: off\n":               "2:3: not YAML: a value cannot begin with & or * alone; put it in quotation marks",
		"\tjobs: 1\n":                      "1:1: not YAML: the line is indented with a tab; indent it with spaces",
		"a: 1\nb:\n  \tc: 3\nd: 4\n":       "3:3: not YAML: the line is indented with a tab",
		"a: 1\n  b: 1\n":                   "2:3: not YAML: a colon is not expected here",
		"a: b: c\n":                        "1:1: not YAML: a colon is not expected here",
		"a: 1\nb:\n  c: 1\n d: 2\ne: 3\n":  "4:2: not YAML: a key is expected here; correct the indentation",
		"a: 1\nb: 'x' y\nc: 1\nd: 2\n":     "2:1: not YAML: a key is expected here",
		"a:\n  - b\n  c: 1\nd: 1\ne: 1":    "3:3: not YAML: an item of the list is expected here",
		"a: 1\nkey\nb: 1\nc: 1\n":          "2:1: not YAML: a key has no colon after it",
		"'a' b\n":                          "1:1: not YAML: this does not belong to the value before it",
		"a: - b\n":                         "1:1: not YAML: an item of a list is not expected here",
		"a: [,]\n":                         "1:1: not YAML: a value is expected here",
		"a: [1\nb: 2\n":                    "2:1: not YAML: a [ is not closed",
		"a: {b: 1\nc: 2\n":                 "2:1: not YAML: a { is not closed",
		"a: 1\nb: \"c\nd: 1\n":             "2:1: not YAML: a quotation mark that begins a string is not matched",
		"a: \"c\n---\nd: 1\n":              "2:1: not YAML: a quotation mark that begins a string is not matched by one that ends it; add that before",
		"a: \"\\q\"\n":                     "1:1: not YAML: a backslash and this letter are not an escape",
		"a: @x\n":                          "1:1: not YAML: a value cannot begin with @",
		"a: 1\nb: \x01\nc: 1\n":            "2:1: not YAML: a control character is not allowed",
		"a: 1\nb: \xff\nc: 1\n":            "2:1: not YAML: this is not UTF-8; save the file as UTF-8",
		"%YAML 9.9\n---\na: 1\n":           "1:1: not YAML: this version of YAML is not supported",
		"a: 1\nb: [1\nc: 2\nd: 3\ne: 4\n":  "3:1: not YAML: a [ is not closed",
		"a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n": "2:1: not YAML: a merge conflict begins here; resolve it",
		"a: \"\\ud83d\\ude00\"\n":                              "1:1: not YAML: an escape is not a character; write the character itself",
		"a: | text\n":                                          "1:1: not YAML: after | or > only a digit, + or - can follow",
		"a: !x!y 1\n":                                          "1:1: not YAML: no %TAG line defines this tag",
	} {
		_, f := Parse([]byte(text))
		if assert.NotNil(t, f, "%q", text) {
			got := f.In("f.yaml").Error()
			assert.True(t, strings.HasPrefix(got, "f.yaml:"+want), "%q\n%s\n%s", text, got, want)
		}
	}
}

// The directive is one only before the document, and an alias is found among comments with
// the same text in few steps.
func TestTextsLikeOthers(t *testing.T) {
	doc, f := Parse([]byte("a: \"x\n%YAML 1.2 b\"\n"))
	require.Nil(t, f)
	assert.Equal(t, "x %YAML 1.2 b", doc.Content[0].Content[1].Value)
	var before strings.Builder
	for i := range 100 {
		fmt.Fprintf(&before, "a%d: x\n", i)
	}
	_, f = Parse([]byte(before.String() + "b: *nope\n" + strings.Repeat("# see *nope\n", 2000)))
	require.NotNil(t, f)
	assert.Equal(t, 101, f.Line)
}

// The place of a fault is in the file, whatever is in it.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"a: 1\n---\nb: *x\n", "\t- \"", "[", "{a: *b", "\xff", "%YAML 9.9", "é: @"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, fault := Parse(data)
		if fault == nil {
			return
		}
		require.Nil(t, doc)
		lines := strings.Split(string(data), "\n")
		require.True(t, fault.Line >= 1 && fault.Line <= len(lines), fmt.Sprint(fault))
		require.True(t, fault.Column >= 1 && fault.Column <= len(lines[fault.Line-1])+1, fmt.Sprint(fault))
		require.NotContains(t, fault.Message, "yaml:")
	})
}
