package expression

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// sameAsCEL checks that CEL accepts a text from which a tree is made, and that
// the tree evaluates to the same value as CEL.
func sameAsCEL(t require.TestingT, text string, data ...*Variables) {
	tree := parse(text)
	if tree == nil {
		return
	}
	program, ast, err := compile(text)
	require.NoError(t, err, text)
	own, cel := Expression{reads: tree.reads(nil)}, Expression{}
	cel.readTree(ast)
	for _, name := range []string{Self, OldSelf, Request, Response} {
		require.Equal(t, cel.Uses(name), own.Uses(name), "%s: %s", text, name)
	}
	e := Expression{tree: tree}
	for _, v := range data {
		if tree.holds(v) == unsure {
			continue
		}
		got, ok := e.Holds(v)
		value, _, err := program.Eval(v.decoded())
		want, isBool := false, false
		if err == nil {
			want, isBool = value.Value().(bool)
		}
		require.Equal(t, isBool, ok, "%s: CEL says %v, %v", text, value, err)
		if ok {
			require.Equal(t, want, got, text)
		}
	}
}

func variablesOf(t require.TestingT, self, old string) *Variables {
	value := func(text string) *jsonvalue.Value {
		v, faults := jsonvalue.Parse([]byte(text), 100)
		require.NotNil(t, v, "%s: %v", text, faults)
		return v
	}
	return &Variables{
		Self: value(self), OldSelf: value(old), Status: 200,
		Request: func() map[string]any {
			return map[string]any{"method": "GET", "params": map[string]any{"a": "x"}, "query": map[string]any{}}
		},
	}
}

// drawnText draws an expression of simple parts, some of which match each other
// in type.
func drawnText(t *rapid.T, depth int) string {
	path := rapid.SampledFrom([]string{
		"self.a", "self.b", "self.o.a", "self.l[0]", "self.l[size(self.l) - 1].a", "self.l[0].b", "self.n",
		"oldSelf.a", "request.params.a", "request.method", "response.status", "self",
	})
	if depth == 0 {
		return rapid.OneOf(path, rapid.SampledFrom([]string{
			"0", "1", "-1", "9223372036854775807", "'x'", `"y"`, "''", "true", "false",
			"has(self.a)", "has(self.o.b)", "has(self.l[0].a)", "has(request.params.a)", "has(request.query.b)", "size(self.l)", "size(self.a)",
		})).Draw(t, "leaf")
	}
	sub := func() string { return drawnText(t, rapid.IntRange(0, depth-1).Draw(t, "depth")) }
	switch rapid.IntRange(0, 7).Draw(t, "form") {
	case 0:
		return "(" + sub() + ")"
	case 1:
		return "!" + sub()
	case 2:
		return sub() + " ? " + sub() + " : " + sub()
	case 3:
		return sub() + " in [" + strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"1", "'x'", "true", "2"}), 0, 3).Draw(t, "list"), ", ") + "]"
	case 4:
		return "(" + sub() + ") " + rapid.SampledFrom([]string{"&&", "||"}).Draw(t, "logic") + " " + sub()
	}
	op := rapid.SampledFrom([]string{"&&", "||", "==", "!=", "<", "<=", ">", ">=", "+", "-", " in ", "*"}).Draw(t, "operator")
	return sub() + rapid.SampledFrom([]string{"", " ", " // and\n"}).Draw(t, "space") + op + sub()
}

func drawnData(t *rapid.T) string {
	value := rapid.SampledFrom([]string{
		"0", "1", "2", "-1", "1.0", "1.5", "9223372036854775807", "1e400", `"x"`, `"y"`, `""`, "true", "false", "null",
		"[]", `["x"]`, "[1]", "[null]", "{}", `{"a": 1}`, `{"a": 1, "a": null}`, `{"a": "x", "b": true}`, `[{"a": 1}, {"a": "x", "b": 2}]`,
	})
	var members []string
	for _, name := range []string{"a", "b", "o", "l", "n"} {
		if rapid.IntRange(0, 4).Draw(t, name) > 0 {
			members = append(members, `"`+name+`": `+value.Draw(t, name))
		}
	}
	return "{" + strings.Join(members, ", ") + "}"
}

// TestTreesAreCEL compares trees with CEL on drawn expressions and drawn data.
func TestTreesAreCEL(t *testing.T) {
	trees := 0
	rapid.Check(t, func(t *rapid.T) {
		data := []*Variables{variablesOf(t, drawnData(t), drawnData(t)), variablesOf(t, drawnData(t), drawnData(t))}
		for range 10 {
			text := drawnText(t, rapid.IntRange(0, 3).Draw(t, "depth"))
			if parse(text) != nil {
				trees++
			}
			sameAsCEL(t, text, data...)
		}
	})
	assert.Positive(t, trees, "no drawn expression became a tree")
}

// TestParse checks which expressions become a tree.
func TestParse(t *testing.T) {
	for text, want := range map[string]bool{
		"self.a == 1": true,
		"!has(self.a) || self.a == 1 && self.b in ['x', 'y']": true,
		"self.l[size(self.l) - 1].id == self.last":            true,
		"self.a // it\n > 0":                                  true,
		"self.a ? self.b == 1 : self.b == 2":                  true,
		"self":                                                false,
		"self.a.startsWith('x')":                              false,
		"self.a.size() > 1":                                   false,
		"self.l.all(x, x > 0)":                                false,
		"self.a * 2 > 1":                                      false,
		"self.a > 1.5":                                        false,
		"self.a == 'it\\'s'":                                  false,
		"self.a == '''x'''":                                   false,
		"!!self.a":                                            false,
		"self.a == 1 == true":                                 false,
		"self.l[1] == 1":                                      false,
		"1 == 'x'":                                            false, // CEL says what is wrong with these
		"self.a ==":                                           false,
		"other.a":                                             false,
		"1 + 1":                                               false,
		strings.Repeat("(", 60) + "true" + strings.Repeat(")", 60): false,
	} {
		assert.Equal(t, want, parse(text) != nil, text)
	}
}

// FuzzParse compares all texts from which a tree is made with CEL.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"self.a == 1", "!has(self.o.a) || self.l[size(self.l) - 1].a in ['x', \"y\"]", "self.a ? self.b < 1 : self.b - 1 > 2",
		"request.params.a != 'x' && response.status == 200 // so", "oldSelf.a + self.a <= -1",
	} {
		f.Add(text)
	}
	data := []*Variables{
		variablesOf(f, `{"a": 1, "b": 2, "o": {"a": "x"}, "l": [{"a": "x"}]}`, `{"a": 1}`),
		variablesOf(f, `{"a": "x", "b": null, "o": [], "l": []}`, `{}`),
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 1000 {
			sameAsCEL(t, text, data...)
		}
	})
}
