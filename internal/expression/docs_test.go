package expression_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/expression"
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
