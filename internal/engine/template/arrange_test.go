package template_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/engine/template"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

func TestArrange(t *testing.T) {
	a := template.Arranger{MaxDepth: 3}
	for _, test := range []struct{ text, want string }{
		{`{"a":1,"b":{"c":[],"d":"x, y"}}`, `{"a":1,"b":{"c":[],"d":"x, y"}}`},
		{`{"b":{"d":"x, y","c":[]},"a":1}`, `{"a":1,"b":{"c":[],"d":"x, y"}}`},
		{" {\n \"b\" : null ,\t\"a\" : [ { \"d\" : -1.5e3 , \"c\" : true } , 2 ]\r}\n", `{"a":[{"c":true,"d":-1.5e3},2],"b":null}`},
		{`{"b":{},"a":[]}`, `{"a":[],"b":{}}`},
		{` 1 `, `1`},
		{`[[[1]]]`, `[[[1]]]`},
		{`{"a":1,"\u0061":2}`, ``}, // the same name
		{`{"b":1,"a":1,"b":2}`, ``},
		{`[[[[1]]]]`, ``}, // too deep
		{`{"a":[{"b":{}}]}`, ``},
		{``, ``}, {` `, ``}, {`{`, ``}, {`[`, ``}, {`{"a"`, ``}, {`{"a":`, ``}, {`{"a":1`, ``}, {`{"a":1,`, ``}, {`{"a":1,}`, ``}, {`{"a" 1}`, ``},
		{`[1,]`, ``}, {`[,1]`, ``}, {`[1 2]`, ``}, {`{a:1}`, ``}, {`{"a":1]`, ``}, {`[1}`, ``}, {`{"a":"x}`, ``}, {`{"a":1} {}`, ``}, {"{\"a\":\"\x01\"}", ``}, {"{\"\xff\":1}", ``},
	} {
		text, start, ok := a.Arrange([]byte(test.text))
		assert.Equal(t, test.want, string(text), test.text)
		assert.Equal(t, test.want != "", ok, test.text)
		if ok {
			assert.Equal(t, len(test.text)-len(strings.TrimLeft(test.text, " \n")), start)
		}
	}
}

// Objects with names beyond the limit keep their order, and others still do not.
func TestArrangeManyNames(t *testing.T) {
	var a template.Arranger
	a.MaxDepth = 9
	a.Arrange([]byte(`{"x":1,"y":2}`))
	for i := range 2000 {
		a.Arrange([]byte(fmt.Sprintf(`{"name %d":1}`, i)))
	}
	text, _, ok := a.Arrange([]byte(`{"later":{"y":1,"x":2},"earlier":{"y":1,"new":2,"x":3}}`))
	require.True(t, ok)
	assert.Equal(t, `{"later":{"x":2,"y":1},"earlier":{"y":1,"new":2,"x":3}}`, string(text))
}

// Whatever the order and the space between, the arranged text is the same; and it is the
// same value.
func TestArrangeAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawValue(t, 3)
		a := template.Arranger{MaxDepth: 10}
		arranged, _, ok := a.Arrange([]byte(text))
		require.True(t, ok, text)
		require.JSONEq(t, text, string(arranged))
		want := string(arranged)
		root, faults := jsonvalue.Parse([]byte(text), 10)
		require.Empty(t, faults)
		random := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "seed")))
		again, _, ok := a.Arrange(shuffled(nil, []byte(text), root, random))
		require.True(t, ok)
		require.Equal(t, want, string(again))
	})
}

func drawValue(t *rapid.T, depth int) string {
	kind := rapid.IntRange(0, 5).Draw(t, "kind")
	if depth == 0 {
		kind = kind % 4
	}
	switch kind {
	case 0:
		return rapid.SampledFrom([]string{"null", "true", "false", "{}", "[]"}).Draw(t, "word")
	case 1:
		return rapid.StringMatching(`-?(0|[1-9][0-9]{0,3})(\.[0-9]{1,2})?([eE][+-]?[0-9])?`).Draw(t, "number")
	case 2, 3:
		text, _ := json.Marshal(rapid.StringOf(rapid.RuneFrom([]rune("a\"\\{}[],: \n日"))).Draw(t, "string"))
		return string(text)
	case 4:
		var items []string
		for range rapid.IntRange(0, 4).Draw(t, "items") {
			items = append(items, drawValue(t, depth-1))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-d]{0,12}`), 0, 20, rapid.ID[string]).Draw(t, "names")
	for i, name := range names {
		names[i] = fmt.Sprintf("%q:%s", name, drawValue(t, depth-1))
	}
	return "{" + strings.Join(names, ",") + "}"
}

// shuffled appends the value with its members in another order, and space between.
func shuffled(to, text []byte, v *jsonvalue.Value, r *rand.Rand) []byte {
	space := func() {
		to = append(to, []string{"", "", " ", "\n\t"}[r.IntN(4)]...)
	}
	list := func(open, closing byte, n int, item func(i int)) {
		to = append(to, open)
		for i := range n {
			if i > 0 {
				to = append(to, ',')
			}
			space()
			item(i)
			space()
		}
		to = append(to, closing)
	}
	switch v.Kind {
	case jsonvalue.Object:
		members := slices.Clone(v.Members)
		r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		list('{', '}', len(members), func(i int) {
			name, _ := json.Marshal(members[i].Name)
			to = append(to, name...)
			space()
			to = append(to, ':')
			space()
			to = shuffled(to, text, members[i].Value, r)
		})
	case jsonvalue.Array:
		list('[', ']', len(v.Items), func(i int) { to = shuffled(to, text, v.Items[i], r) })
	default:
		to = append(to, text[v.Start:v.End]...)
	}
	return to
}

// What is arranged is JSON if and only if the text is.
func FuzzArrange(f *testing.F) {
	for _, seed := range []string{`{"b":[1,{"d":"x","c":null}],"a":-1.5e3}`, `{"a":01}`, `{"a":tru}`, `{"a":"\u0000"}`, ` [ ] `, `{"":{}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		a := template.Arranger{MaxDepth: 100}
		arranged, _, ok := a.Arrange(text)
		if !ok {
			return
		}
		root, faults := jsonvalue.Parse(text, 100)
		again, againFaults := jsonvalue.Parse(arranged, 100)
		if len(faults) > 0 || len(againFaults) > 0 {
			assert.Equal(t, len(faults) > 0, len(againFaults) > 0, "%q: %q", text, arranged)
			return
		}
		assert.Equal(t, compact(t, text), compact(t, arranged))
		assert.Equal(t, root.Kind, again.Kind)
		twice, _, ok := a.Arrange(bytes.Clone(arranged))
		assert.True(t, ok)
		assert.Equal(t, string(arranged), string(twice))
	})
}

func compact(t *testing.T, text []byte) string {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	require.NoError(t, dec.Decode(&v))
	sorted, err := json.Marshal(v)
	require.NoError(t, err)
	return string(sorted)
}
