package expression_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

func TestHolds(t *testing.T) {
	self, _ := jsonvalue.Parse([]byte(`{"a": 1, "b": 2, "whole": 3.0, "name": "batch_1", "list": [1, 2], "nested": {"x": 5}, "most": 9223372036854775807, "least": -9223372036854775808}`), 10)
	tests := []struct {
		text  string
		holds bool
		fails string
	}{
		{"self.a + self.b == 3", true, ""},
		{"self.a > self.b", false, ""},
		{"self.whole == 3", true, ""},
		{"!has(self.missing) || self.missing > 1", true, ""},
		{"self.missing > 1", false, "no such key"},
		{"self.name.startsWith('batch_')", true, ""},
		{"self.list.all(x, x > 0)", true, ""},
		{"self.nested.x == request.params.x", true, ""},
		{"response.status == 200", true, ""},
		{"self.a == 1 ? self.b == 2 : self.b == 1", true, ""},
		{"self.a == 1 ? self.b == 1 : self.b == 2", false, ""},
		{"self.a == 2 ? self.b == 1 : self.b == 2", true, ""},
		{"self.a == 2 ? self.b == 2 : self.b == 1", false, ""},
		{"self.a == 1 ? true : self.missing == 1", true, ""}, // the branch that is not taken is not evaluated
		{"self.a == 2 ? self.missing == 1 : true", true, ""},
		{"self.a == 2 ? true : self.missing == 1", false, "no such key"},
		{"self.missing == 1 ? true : true", false, "no such key"},
		{"self.list.all(x, x > 0) ? self.b == 2 : self.b == 1", true, ""}, // a condition that only CEL can evaluate
		{"(self.a == 1 ? self.a : self.b) == 1", true, ""},
		{"(self.a == 2 ? self.a : self.b) == 2", true, ""},
		{"(self.a == 2 ? self.a : self.missing) == 2", false, "no such key"},
		{"(self.missing == 1 ? 1 : 1) == 1", false, "no such key"},
		{"self.most - 1 > 0", true, ""},
		{"self.most + 1 > 0", false, "overflow"},
		{"1 + self.most > 0", false, "overflow"},
		{"self.least - 1 < 0", false, "overflow"},
		{"-2 - self.most < 0", false, "overflow"},
		{"self.most + self.least == -1", true, ""},
		{"self.a", false, "not a bool"},
		{"self.a + self.name == ''", false, "no such overload"},
		{"[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, [1,2,3,4,5,6,7,8,9].all(d, [1,2,3,4,5,6,7,8,9].all(e, self.a == 1)))))", false, "cost limit"},
	}
	for _, tt := range tests {
		t.Run(tt.text[:min(len(tt.text), 40)], func(t *testing.T) {
			e, err := expression.Compile(tt.text)
			require.NoError(t, err)
			variables := &expression.Variables{
				Self:    self,
				Request: func() map[string]any { return map[string]any{"params": map[string]any{"x": int64(5)}} },
				Status:  200,
			}
			holds, ok := e.Holds(variables)
			assert.Equal(t, tt.fails == "", ok)
			assert.Equal(t, tt.holds, holds)
			if err := e.Failure(variables); tt.fails != "" {
				assert.ErrorContains(t, err, tt.fails)
			} else {
				assert.NoError(t, err)
			}
		})
	}
}

// TestRepeatedMembers checks that, of several members with one name, the last
// that is not null counts, even if the expression has found the member
// elsewhere before.
func TestRepeatedMembers(t *testing.T) {
	e, err := expression.Compile("self.a == 2")
	require.NoError(t, err)
	for _, tt := range []struct {
		text      string
		holds, ok bool
	}{
		{`{"a": 2, "b": 0}`, true, true},
		{`{"a": 1, "a": 2}`, true, true},
		{`{"a": 2, "a": 1}`, false, true},
		{`{"b": 0, "a": 2}`, true, true},
		{`{"a": 1, "a": 2, "a": null}`, true, true},
		{`{"a": null}`, false, false},
	} {
		self, _ := jsonvalue.Parse([]byte(tt.text), 10)
		holds, ok := e.Holds(&expression.Variables{Self: self})
		assert.Equal(t, tt.holds, holds, tt.text)
		assert.Equal(t, tt.ok, ok, tt.text)
	}
}

func TestCompileErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "the expression ends too early (column 1 of the expression)",
		"self.a ==":              "the expression ends too early (column 10 of the expression)",
		"self.a = 1":             "= is not an operator of CEL; write == (column 8 of the expression)",
		"self.a and self.b":      "and is not expected here; write && (column 8 of the expression)",
		"self.a == 1)":           ") is not expected here (column 12 of the expression)",
		"(self.a == 1":           ") is missing at the end (column 13 of the expression)",
		"self.a ? 1":             "the expression ends too early; : is missing (column 11 of the expression)",
		"self.a # 1":             "# is not part of CEL (column 8 of the expression)",
		"self.a == 'x":           "the string 'x does not end, or has an escape that CEL does not know (column 11 of the expression)",
		"self.a\n == 1\n && + 2": "+ is not expected here (line 3, column 5 of the expression)",
		"request.x.y[":           "the expression ends too early (column 13 of the expression)",
		"other.a == 1":           "the variable other is not known; the variables are self, oldSelf, request and response (column 1 of the expression)",
		"slef.a == 1":            "the variable slef is not known; did you mean self? (column 1 of the expression)",
		"self.a.foo(1)":          "the function foo is not known; plumb's page on x-rules lists the functions (column 11 of the expression)",
		"self.a.startWith('x')":  "the function startWith is not known; did you mean startsWith? (column 17 of the expression)",
		"math.flor(1.5) == 1.0":  "the function math.flor is not known; did you mean math.floor? (column 10 of the expression)",
		"cel.bind(x, 1, x == 1)": "the function bind is not known; did you mean int? (column 9 of the expression)",
		"an(1)":                  "the function an is not known; plumb's page on x-rules lists the functions (column 3 of the expression)",
		"math.mix(1, 2) == 1":    "the function math.mix is not known; did you mean m",
		"self.a.all(x)":          "all does not have these arguments; see the macros of CEL (column 11 of the expression)",
		"1 + 'a' == 3":           "+ cannot be applied to (int, string) (column 3 of the expression)",
		"'a'.startsWith(1)":      "startsWith cannot be applied to string.(int) (column 15 of the expression)",
		"1 + 2":                  "the expression gives int, not a bool; compare it with something",
		"'text'":                 "gives string, not a bool",
	} {
		_, err := expression.Compile(text)
		assert.ErrorContains(t, err, want, text)
	}
}

func TestUses(t *testing.T) {
	e, err := expression.Compile("oldSelf.a <= self.a")
	require.NoError(t, err)
	assert.True(t, e.Uses(expression.Self))
	assert.True(t, e.Uses(expression.OldSelf))
	assert.False(t, e.Uses(expression.Request))
}

func BenchmarkCompile(b *testing.B) {
	for name, text := range map[string]string{
		"simple": "self.usage.total_tokens == self.usage.input_tokens + self.usage.output_tokens",
		"CEL":    "self.usage.total_tokens == self.usage.input_tokens * 2",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := expression.Compile(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
