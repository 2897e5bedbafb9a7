package expression_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/expression"
)

func TestHolds(t *testing.T) {
	self := map[string]any{
		"a": int64(1), "b": int64(2), "whole": 3.0, "name": "batch_1",
		"list": []any{int64(1), int64(2)}, "nested": map[string]any{"x": int64(5)},
	}
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
		{"self.a", false, "not a bool"},
		{"self.a + self.name == ''", false, "no such overload"},
		{"[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, [1,2,3,4,5,6,7,8,9].all(d, [1,2,3,4,5,6,7,8,9].all(e, self.a == 1)))))", false, "cost limit"},
	}
	for _, tt := range tests {
		t.Run(tt.text[:min(len(tt.text), 40)], func(t *testing.T) {
			e, err := expression.Compile(tt.text)
			require.NoError(t, err)
			holds, err := e.Holds(map[string]any{
				"self":     self,
				"request":  map[string]any{"params": map[string]any{"x": int64(5)}},
				"response": map[string]any{"status": int64(200)},
			})
			if tt.fails != "" {
				assert.ErrorContains(t, err, tt.fails)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.holds, holds)
		})
	}
}

func TestCompileErrors(t *testing.T) {
	for text, want := range map[string]string{
		"self.a ==":     "Syntax error",
		"other.a == 1":  "undeclared reference to 'other'",
		"1 + 2":         "gives int, not a bool",
		"self.a.foo(1)": "undeclared reference to 'foo'",
		"request.x.y[":  "(at 1:",
		"'text'":        "gives string, not a bool",
	} {
		_, err := expression.Compile(text)
		if assert.Error(t, err, text) {
			assert.True(t, strings.Contains(err.Error(), want), "%s: %v", text, err)
		}
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
	for b.Loop() {
		if _, err := expression.Compile("self.usage.total_tokens == self.usage.input_tokens + self.usage.output_tokens"); err != nil {
			b.Fatal(err)
		}
	}
}
