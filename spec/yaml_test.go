package spec

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestScalarsOfYAML(t *testing.T) {
	for _, test := range []struct{ yaml, json string }{
		{"200", "200"},
		{"1.0", "1.0"},
		{"123456789012345678901234567890", "123456789012345678901234567890"},
		{"1e3", "1e3"},
		{"-0.50", "-0.50"},
		{"+1", "1"},
		{"1_000", "1000"},
		{"0x1F", "31"},
		{"0o17", "15"},
		{".5", "0.5"},
		{".inf", `".inf"`},
		{".nan", `".nan"`},
		{"true", "true"},
		{"False", "false"},
		{"yes", `"yes"`},
		{"on", `"on"`},
		{"~", "null"},
		{"null", "null"},
		{"2024-05-01", `"2024-05-01"`},
		{"2024-05-01T10:00:00Z", `"2024-05-01T10:00:00Z"`},
		{"'200'", `"200"`},
		{"!!str 200", `"200"`},
		{"|\n  a\n  b\n", `"a\u000ab\u000a"`},
		{`"\u00e9\"\\"`, `"é\"\\"`},
		{"[1, {a: b}]", `[1,{"a":"b"}]`},
		{"{200: a, on: b, null: c, 2024-05-01: d, 1.0: e}", `{"200":"a","on":"b","null":"c","2024-05-01":"d","1.0":"e"}`},
	} {
		t.Run(test.yaml, func(t *testing.T) {
			root, _, fault := readYAML([]byte("- " + test.yaml))
			require.Nil(t, fault)
			assert.Equal(t, "["+test.json+"]", string(root.appendWritten(nil)))
		})
	}
}

func TestAliasesAndMergeKeys(t *testing.T) {
	for _, test := range []struct{ name, yaml, json string }{
		{"alias", "a: &x {b: 1}\nc: *x", `{"a":{"b":1},"c":{"b":1}}`},
		{"alias as a key", "a: &x b\n*x : 1", `{"a":"b","b":1}`},
		{"merge", "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  b: 3", `{"a":{"b":1,"c":2},"d":{"b":3,"c":2}}`},
		{"merge before the member", "a: &x {b: 1}\nd:\n  b: 3\n  <<: *x", `{"a":{"b":1},"d":{"b":3}}`},
		{"merge of a list", "a: &x {b: 1}\nc: &y {b: 2, d: 3}\ne:\n  <<: [*x, *y]", `{"a":{"b":1},"c":{"b":2,"d":3},"e":{"b":1,"d":3}}`},
		{"a text that looks like a merge", `{"<<": 1}`, `{"<<":1}`},
		{"many members", "{a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9, j: 10}", `{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			root, _, fault := readYAML([]byte(test.yaml))
			require.Nil(t, fault)
			assert.Equal(t, test.json, string(root.appendWritten(nil)))
		})
	}
}

func TestFaultsOfYAML(t *testing.T) {
	for _, test := range []struct {
		name, yaml   string
		line, column int
		message      string
	}{
		{"list not closed", "a: 1\nb: {x: 1\n", 2, 1, "is not closed"},
		{"indentation", "a: 1\nb:\n  c: 1\n d: 2\ne: 3\nf: 4\n", 4, 2, "a key is expected here"},
		{"quote not closed", "a: 1\nb: 2\nc: \"abc\nd: 1\n", 3, 1, "quotation mark"},
		{"tab", "a: 1\nb: 2\n\tc: 3\nd: 4\n", 3, 1, "tab"},
		{"two colons", "a: 1\nb: c: d\ne: 2\n", 2, 1, "a colon is not expected"},
		{"at sign", "a: 1\nb: @x\n", 2, 1, "cannot begin with @"},
		{"anchor", "a: 1\nb: *x\nc: 2\nd: 3\n", 2, 4, "no anchor &x"},
		{"text after a quote", "a: 1\nb: 'x' y\nc: 1\nd: 2\n", 2, 1, "a key is expected here"},
		{"list in a mapping", "a: 1\n- b\nc: 1\n", 2, 1, "a key is expected here"},
		{"key without colon", "a: 1\nkey with no colon\nb: 1\nc: 1\n", 2, 1, "a key has no colon"},
		{"not UTF-8", "a: 1\nb: \xff\nc: 1\n", 2, 1, "UTF-8"},
		{"control character", "a: 1\nb: \x01\nc: 1\n", 2, 1, "control character"},
		{"first line", "@", 1, 1, "cannot begin with @"},
		{"empty", "", 0, 0, "empty"},
		{"UTF-16", "\xff\xfea\x00:\x00", 0, 0, "save it as UTF-8"},
		{"UTF-16 without a mark", "a\x00:\x00", 0, 0, "save it as UTF-8"},
		{"only a comment", "# nothing\n", 0, 0, "empty"},
		{"alias of itself", "a: &x\n  b: *x\n", 2, 6, "the alias *x is within"},
		{"key that is a list", "[a]: 1\n", 1, 1, "a key must be text"},
		{"merge of a text", "a:\n  <<: b\n", 2, 7, "merge key"},
		{"second document", "a: 1\n---\nb: 1\n", 2, 1, "a second YAML document"},
		{"alias bomb", bomb(), 8, 3, "more than 5000000 values"},
		{"not closed, in flow style", "{a: 1,\n b: [x}\n", 2, 2, "is not closed"},
		{"nesting", strings.Repeat("[", 1002) + strings.Repeat("]", 1002), 1, 1, "deeper than 1000"},
		{"nesting by aliases", "a: &x " + strings.Repeat("[", 900) + strings.Repeat("]", 900) +
			"\nb: &y " + strings.Repeat("[", 900) + "*x" + strings.Repeat("]", 900) + "\n", 2, 0, "deeper than 1000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, fault := read([]byte(test.yaml), false)
			require.NotNil(t, fault)
			assert.Contains(t, fault.message, test.message)
			assert.Equal(t, test.line, fault.line, fault.message)
			if test.name != "nesting by aliases" { // the middle of the line
				assert.Equal(t, test.column, fault.column, fault.message)
			}
		})
	}
}

// bomb returns a few lines that expand to 10^8 values.
func bomb() string {
	text := "- &a0 x\n"
	for i := range 9 {
		previous, next := string(rune('0'+i)), string(rune('0'+i+1))
		text += "- &a" + next + " [" + strings.Repeat("*a"+previous+", ", 10) + "]\n"
	}
	return text
}

func TestReadJSON(t *testing.T) {
	text := "{\"é\": 1,\n\t\"b\": [true,\n null, {\"c\": \"\\ud83d\\ude00\\/\"}]}\n"
	root, _, fault := read([]byte("\ufeff"+text), false)
	require.Nil(t, fault)
	assert.Equal(t, `{"é":1,"b":[true,null,{"c":"😀/"}]}`, string(root.appendWritten(nil)))
	b := root.find("b")
	assert.Equal(t, []int{2, 2}, []int{b.line, b.column})
	assert.Equal(t, []int{3, 2}, []int{b.value.items[1].line, b.value.items[1].column})
	c := b.value.items[2].find("c")
	assert.Equal(t, []int{3, 9}, []int{c.line, c.column})
	assert.Equal(t, []int{1, 2}, []int{root.members[0].line, root.members[0].column})
	assert.Equal(t, 7, root.size)
}

func TestFaultsOfJSON(t *testing.T) {
	for _, test := range []struct {
		name, json   string
		isJSON       bool
		line, column int
		message      string
	}{
		{"comma", "{\"a\": 1,\n \"b\": 2,\n}", true, 3, 1, "comma"},
		{"truncated", "{\"a\": [1,", true, 1, 10, "ends"},
		{"after the value", "{}\n{}", true, 2, 1, "after the JSON value"},
		{"YAML in a file of JSON", "a: 1", true, 1, 1, "not JSON"},
		{"neither", "{\"a\": 1,\n  \"b\": ]}", false, 2, 8, "not JSON"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, fault := read([]byte(test.json), test.isJSON)
			require.NotNil(t, fault)
			assert.Contains(t, fault.message, test.message)
			assert.Equal(t, []int{test.line, test.column}, []int{fault.line, fault.column}, fault.message)
		})
	}
	root, _, fault := read([]byte("{a: 1,\n b: [x, y,],}"), false)
	require.Nil(t, fault, "YAML in flow style")
	assert.Equal(t, `{"a":1,"b":["x","y"]}`, string(root.appendWritten(nil)))
}

// What leaves no doubt about what is meant is not a reason to refuse a file.
func TestSlips(t *testing.T) {
	for _, test := range []struct {
		name, text   string
		line, column int
		want, read   string
	}{
		{"a key twice", "a: 1\nb: 2\na: 3\n", 3, 1, `the key "a" occurs twice, first in line 1; the last one counts`, `{"a":3,"b":2}`},
		{"a key of many twice", "{a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9, j: 10,\n i: 0}", 2, 2, "first in line 1",
			`{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":0,"j":10}`},
		{"a member twice", "{\"é\": 1,\n \"é\": 2}", 2, 2, "occurs twice in its object; the last one counts", `{"é":2}`},
		{"a byte of another encoding", "{\"a\":\n \"\xe9\"}", 2, 3, "not UTF-8", "{\"a\":\"\ufffd\"}"},
	} {
		root, slips, fault := read([]byte(test.text), false)
		require.Nil(t, fault, test.name)
		require.Len(t, slips, 1, test.name)
		assert.Contains(t, slips[0].message, test.want)
		assert.Equal(t, []int{test.line, test.column}, []int{slips[0].line, slips[0].column}, test.name)
		assert.Equal(t, test.read, string(root.appendWritten(nil)))
	}
}
