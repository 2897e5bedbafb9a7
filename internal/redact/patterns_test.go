package redact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A text that a pattern matches has one of the words that it needs.
func TestPatternsNeedTheirWords(t *testing.T) {
	require.Len(t, needs, len(patterns))
	for i, pattern := range patterns {
		matched := 0
		rapid.Check(t, func(t *rapid.T) {
			s := rapid.StringMatching(strings.ReplaceAll(pattern.String(), `\b`, "")).Draw(t, "text")
			if !pattern.MatchString(s) {
				return
			}
			matched++
			lower := strings.ToLower(strings.ReplaceAll(s, "ſ", "s"))
			found := false
			for _, word := range needs[i] {
				found = found || strings.Contains(lower, word)
			}
			assert.True(t, found, "%q matches %s", s, pattern)
		})
		assert.Greater(t, matched, 10, "%s", pattern)
	}
}
