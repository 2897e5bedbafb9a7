package jsonvalue_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

const depth = 100

func TestFaults(t *testing.T) {
	type fault struct {
		Kind    jsonvalue.FaultKind
		Offset  int
		Pointer string
	}
	tests := map[string]struct {
		text string
		want []fault
	}{
		"good":                         {`{"a": [1, -0.5e+3, "x", true, false, null, {}, []]}`, nil},
		"white space around":           {" \t\r\n1\n", nil},
		"empty":                        {"", []fault{{jsonvalue.Truncated, 0, ""}}},
		"only white space":             {"  ", []fault{{jsonvalue.Truncated, 2, ""}}},
		"comma before brace":           {`{"a": 1,}`, []fault{{jsonvalue.Syntax, 8, ""}}},
		"comma before bracket":         {`{"a": [1,]}`, []fault{{jsonvalue.Syntax, 9, "/a"}}},
		"no colon":                     {`{"a" 1}`, []fault{{jsonvalue.Syntax, 5, "/a"}}},
		"name without quotes":          {`{a: 1}`, []fault{{jsonvalue.Syntax, 1, ""}}},
		"leading zero":                 {`[01]`, []fault{{jsonvalue.Syntax, 1, "/0"}}},
		"plus":                         {`+1`, []fault{{jsonvalue.Syntax, 0, ""}}},
		"no digit after point":         {`[1.]`, []fault{{jsonvalue.Syntax, 3, "/0"}}},
		"no digit after e":             {`1e`, []fault{{jsonvalue.Truncated, 2, ""}}},
		"bad escape":                   {`"a\x"`, []fault{{jsonvalue.Syntax, 2, ""}}},
		"bad hex":                      {`"\u12g4"`, []fault{{jsonvalue.Syntax, 1, ""}}},
		"before the digits":            {`"\u000/"`, []fault{{jsonvalue.Syntax, 1, ""}}},
		"after the digits":             {`"\u000:"`, []fault{{jsonvalue.Syntax, 1, ""}}},
		"before the capitals":          {`"\u000@"`, []fault{{jsonvalue.Syntax, 1, ""}}},
		"after the capitals":           {`"\u000G"`, []fault{{jsonvalue.Syntax, 1, ""}}},
		"before the small letters":     {"\"\\u000`\"", []fault{{jsonvalue.Syntax, 1, ""}}},
		"after the small letters":      {`"\u000g"`, []fault{{jsonvalue.Syntax, 1, ""}}},
		"newline in string":            {"\"a\nb\"", []fault{{jsonvalue.Syntax, 2, ""}}},
		"misspelt literal":             {`[nul]`, []fault{{jsonvalue.Syntax, 1, "/0"}}},
		"cut in literal":               {`[tru`, []fault{{jsonvalue.Truncated, 4, "/0"}}},
		"cut in string":                {`{"a": "x`, []fault{{jsonvalue.Truncated, 8, "/a"}}},
		"cut in escape":                {`"\u12`, []fault{{jsonvalue.Truncated, 5, ""}}},
		"cut after backslash":          {`"\`, []fault{{jsonvalue.Truncated, 2, ""}}},
		"cut in array":                 {`[1`, []fault{{jsonvalue.Truncated, 2, ""}}},
		"trailing":                     {`{} {}`, []fault{{jsonvalue.Trailing, 3, ""}}},
		"duplicate":                    {`{"a": 1, "a": 2}`, []fault{{jsonvalue.DuplicateKey, 9, "/a"}}},
		"duplicate by escape":          {`{"o": {"st\u0061tus": 1, "status": 2}}`, []fault{{jsonvalue.DuplicateKey, 25, "/o/status"}}},
		"duplicate three times":        {`{"a": 1, "a": 2, "a": 3}`, []fault{{jsonvalue.DuplicateKey, 9, "/a"}, {jsonvalue.DuplicateKey, 17, "/a"}}},
		"same name in another object":  {`[{"a": 1}, {"a": {"a": 2}}]`, nil},
		"invalid byte":                 {"[\"a\xffb\"]", []fault{{jsonvalue.InvalidUTF8, 3, "/0"}}},
		"first byte that is not ASCII": {"\"a\x80\"", []fault{{jsonvalue.InvalidUTF8, 2, ""}}},
		"the same after an escape":     {"\"\\n\x80\"", []fault{{jsonvalue.InvalidUTF8, 3, ""}}},
		"the same in a name":           {"{\"\x80\": 1}", []fault{{jsonvalue.InvalidUTF8, 2, ""}}},
		"last byte that is ASCII":      {"[\"\x7f\", \"\\n\x7f\"]", nil},
		"overlong":                     {"\"\xc0\xaf\"", []fault{{jsonvalue.InvalidUTF8, 1, ""}}},
		"half a pair":                  {`"\ud83d"`, []fault{{jsonvalue.InvalidUTF8, 1, ""}}},
		"half a pair before an escape": {`"\ud83d\n"`, []fault{{jsonvalue.InvalidUTF8, 1, ""}}},
		"second half first":            {`"\ude00\ud83d"`, []fault{{jsonvalue.InvalidUTF8, 1, ""}}},
		"pair":                         {`"\ud83d\ude00"`, nil},
		"pointer is escaped":           {`{"a/b~": {"c": 01}}`, []fault{{jsonvalue.Syntax, 15, "/a~1b~0/c"}}},
		"byte order mark":              {"\ufeff{}", []fault{{jsonvalue.Syntax, 0, ""}}},
		"too deep":                     {strings.Repeat("[", depth+1), []fault{{jsonvalue.TooDeep, depth, strings.Repeat("/0", depth)}}},
		"as deep as allowed":           {strings.Repeat("[", depth) + strings.Repeat("]", depth), nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v, faults := jsonvalue.Parse([]byte(tt.text), depth)
			var got []fault
			for _, f := range faults {
				got = append(got, fault{f.Kind, f.Offset, pointer(f.Path)})
				assert.NotEmpty(t, f.Message)
			}
			assert.Empty(t, cmp.Diff(tt.want, got))
			fatal := len(faults) > 0 && faults[0].Kind <= jsonvalue.TooDeep
			assert.Equal(t, fatal, v == nil)
		})
	}
}

// pointer returns a path as a JSON pointer.
func pointer(path []string) string {
	var b strings.Builder
	for _, token := range path {
		b.WriteString("/" + jsonvalue.EscapePointer(token))
	}
	return b.String()
}

func TestManyMembers(t *testing.T) {
	for _, n := range []int{40, 63, 64, 65, 1000} { // objects with many members have an index
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"m%d": %d, `, i, i)
		}
		text := "{" + b.String() + `"m3": "three", "": {}}`
		v, faults := jsonvalue.Parse([]byte(text), depth)
		require.Len(t, faults, 1)
		assert.Equal(t, []string{"m3"}, faults[0].Path)
		for i := range n {
			name := fmt.Sprint("m", i)
			want := i
			if i == 3 {
				want = n // of repeated members the last counts
			}
			require.Equal(t, want, v.Find(name), "%s of %d", name, n)
			require.Same(t, v.Members[want].Value, v.Member(name))
		}
		assert.Equal(t, n+1, v.Find(""))
		assert.Equal(t, -1, v.Find("m"))
		assert.Nil(t, v.Member("m"))
	}
}

func TestRepeatedMembers(t *testing.T) {
	var b strings.Builder
	b.WriteString("{")
	for i := range 40 {
		b.WriteString(`"m` + big.NewInt(int64(i)).String() + `": 0, `)
	}
	b.WriteString(`"m3": 1, "m39": 1}`)
	v, faults := jsonvalue.Parse([]byte(b.String()), depth)
	require.Len(t, faults, 2)
	assert.Equal(t, []string{"m3"}, faults[0].Path)
	assert.Equal(t, []string{"m39"}, faults[1].Path)
	assert.Equal(t, "1", v.Member("m3").Text, "of repeated members the last counts")
}

func TestValue(t *testing.T) {
	text := `{"a": [10, "x\u00e9\ud83d\ude00\n"], "b": true}`
	v, faults := jsonvalue.Parse([]byte(text), depth)
	require.Empty(t, faults)
	assert.Equal(t, "xé😀\n", v.At("a", "1").Text)
	ten := v.At("a", "0")
	assert.Equal(t, "10", text[ten.Start:ten.End])
	assert.Equal(t, `"x\u00e9\ud83d\ude00\n"`, text[v.At("a", "1").Start:v.At("a", "1").End])
	assert.Equal(t, text, text[v.Start:v.End])
	assert.True(t, v.At("b").True)
	assert.Nil(t, v.At("a", "2"))
	assert.Nil(t, v.At("a", "x"))
	assert.Nil(t, v.At("b", "x"))
	assert.Nil(t, v.At("c", "d"))
}

// TestLongNamesAreCut checks that a message shows the beginning of a long name,
// cut between two characters.
func TestLongNamesAreCut(t *testing.T) {
	for _, tt := range []struct{ name, shown string }{
		{strings.Repeat("x", 200), strings.Repeat("x", 200)},
		{strings.Repeat("x", 201), strings.Repeat("x", 200) + "…"},
		{"x" + strings.Repeat("é", 100), "x" + strings.Repeat("é", 99) + "…"},
		{strings.Repeat("€", 67), strings.Repeat("€", 66) + "…"},
	} {
		_, faults := jsonvalue.Parse([]byte(`{"`+tt.name+`": 1, "`+tt.name+`": 2}`), depth)
		require.Len(t, faults, 1)
		assert.Contains(t, faults[0].Message, `"`+tt.shown+`"`)
	}
}

// TestEscapes checks the value of each hexadecimal digit, and the character of
// each short escape.
func TestEscapes(t *testing.T) {
	for text, want := range map[string]string{
		`\u0123\u4567\u89ab\ucdef`: "\u0123\u4567\u89ab\ucdef",
		`\u89AB\uCDEF`:             "\u89ab\ucdef",
		`\uffff\uFFFF`:             "\uffff\uffff",
		`\u0000\u007f\u0080`:       "\x00\x7f\u0080",
		`\ud800\udc00\udbff\udfff`: "\U00010000\U0010ffff",
		`\ud7ff\ue000`:             "\ud7ff\ue000", // around the surrogates
		`\"\\\/\b\f\n\r\t`:         "\"\\/\b\f\n\r\t",
	} {
		v, faults := jsonvalue.Parse([]byte(`"`+text+`"`), depth)
		if assert.Empty(t, faults, text) {
			assert.Equal(t, want, v.Text, text)
		}
	}
}

func TestPointers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tokens := rapid.SliceOfN(rapid.String(), 1, 5).Draw(t, "tokens")
		var pointer string
		for _, token := range tokens {
			pointer += "/" + jsonvalue.EscapePointer(token)
		}
		assert.Equal(t, tokens, jsonvalue.SplitPointer(pointer))
	})
	assert.Nil(t, jsonvalue.SplitPointer(""))
}

// TestSuite runs JSONTestSuite: y_ must be read, n_ must be refused with a
// place.
func TestSuite(t *testing.T) {
	files, err := filepath.Glob("../../../shared/data/json-test-suite/test_parsing/*.json")
	require.NoError(t, err)
	if len(files) == 0 {
		t.Skip("the JSONTestSuite is not there")
	}
	read := map[byte]int{}
	for _, file := range files {
		name := filepath.Base(file)
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		v, faults := jsonvalue.Parse(text, 512)
		read[name[0]]++
		switch name[0] {
		case 'y':
			assert.NotNil(t, v, name)
			for _, f := range faults {
				assert.Equal(t, jsonvalue.DuplicateKey, f.Kind, "%s: %s", name, f.Message)
			}
		case 'n':
			if assert.NotEmpty(t, faults, name) {
				assert.LessOrEqual(t, faults[0].Offset, len(text), name)
				assert.NotEqual(t, jsonvalue.DuplicateKey, faults[0].Kind, name)
			}
		}
	}
	assert.Greater(t, read['y'], 90)
	assert.Greater(t, read['n'], 180)
}

// FuzzParse compares the reader with encoding/json, which is as strict but for
// invalid Unicode and repeated names.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a": [1, -2.5e3, "x\u00e9\ud83d\ude00", null, true]}`, `{"a":1,"a":2}`, "\"\xff\"", `[01]`, `{} {}`, "nul", `"\ud83d"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, faults := jsonvalue.Parse(text, 200)
		strict := true
		last := 0
		for _, fault := range faults {
			switch fault.Kind {
			case jsonvalue.TooDeep:
				return
			case jsonvalue.Syntax, jsonvalue.Truncated, jsonvalue.Trailing:
				strict = false
			}
			if fault.Offset < last || fault.Offset > len(text) {
				t.Fatalf("fault at %d after one at %d of %d bytes", fault.Offset, last, len(text))
			}
			last = fault.Offset
		}
		if json.Valid(text) != strict {
			t.Fatalf("encoding/json says %v: %v", json.Valid(text), faults)
		}
		if v != nil {
			check(t, text, v)
		}
	})
}

// check compares the tree with what encoding/json reads from the same bytes.
func check(t *testing.T, text []byte, v *jsonvalue.Value) {
	t.Helper()
	own := text[v.Start:v.End]
	switch v.Kind {
	case jsonvalue.String:
		var s string
		if err := json.Unmarshal(own, &s); err != nil || s != v.Text && utf8.Valid(own) {
			t.Fatalf("%q is %q, read as %q (%v)", own, s, v.Text, err)
		}
	case jsonvalue.Number:
		if v.Text != string(own) {
			t.Fatalf("%q is not %q", v.Text, own)
		}
	}
	for _, item := range v.Items {
		check(t, text, item)
	}
	for _, m := range v.Members {
		if text[m.NameStart] != '"' {
			t.Fatalf("no name at %d", m.NameStart)
		}
		check(t, text, m.Value)
	}
}
