package expression_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// The functions that the docs list exist. Their arguments are letters and words.
func TestDocumentedFunctions(t *testing.T) {
	text, err := os.ReadFile("../../docs/lifecycle.md")
	require.NoError(t, err)
	_, list, _ := strings.Cut(string(text), "| of | functions |")
	list, _, _ = strings.Cut(list, "\n\n")
	calls := regexp.MustCompile("`([a-z]+\\.[A-Za-z]+\\([^`]*\\))`").FindAllStringSubmatch(list, -1)
	require.Greater(t, len(calls), 30)
	argument := regexp.MustCompile(`\b([a-z]|from|to)\b([^.(]|\.[a-z]+[A-Z(]|\.[a-z]+\()`)
	for _, call := range calls {
		written := call[1]
		if !strings.Contains(written, "sortBy") {
			written = argument.ReplaceAllString(written, "self.$1$2")
		} else {
			written = "self." + written
		}
		_, err := expression.Compile(written + " == self.result")
		assert.NoError(t, err, "%s: %s", call[1], written)
	}
}

// The expression that the docs show is right for orders with prices of both kinds.
func TestDocumentedExample(t *testing.T) {
	text, err := os.ReadFile("../../docs/lifecycle.md")
	require.NoError(t, err)
	_, example, found := strings.Cut(string(text), "is the sum of its lines if\n\n")
	require.True(t, found)
	example, _, _ = strings.Cut(example, "\n\n")
	e, err := expression.Compile(example)
	require.NoError(t, err)
	for order, want := range map[string]bool{
		`{"total": 12, "lines": [{"quantity": 2, "price": 1}, {"quantity": 1, "price": 10}]}`:     true,
		`{"total": 12.5, "lines": [{"quantity": 1, "price": 2.5}, {"quantity": 1, "price": 10}]}`: true,
		`{"total": 13, "lines": [{"quantity": 2, "price": 1.5}, {"quantity": 1, "price": 10}]}`:   true,
		`{"total": 0.3, "lines": [{"quantity": 3, "price": 0.1}]}`:                                true,
		`{"total": 0, "lines": []}`: true,
		`{"total": 12, "lines": [{"quantity": 1, "price": 2.5}, {"quantity": 1, "price": 10}]}`:    false,
		`{"total": 12.51, "lines": [{"quantity": 1, "price": 2.5}, {"quantity": 1, "price": 10}]}`: false,
	} {
		self, _ := jsonvalue.Parse([]byte(order), 10)
		variables := &expression.Variables{Self: self}
		holds, ok := e.Holds(variables)
		assert.True(t, ok, "%s: %v", order, e.Failure(variables))
		assert.Equal(t, want, holds, order)
	}
}
