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
	for i, compiled := range patterns {
		pattern := compiled()
		matched := 0
		rapid.Check(t, func(t *rapid.T) {
			s := rapid.StringMatching(strings.ReplaceAll(pattern.String(), `\b`, "")).Draw(t, "text")
			if !pattern.MatchString(s) {
				return
			}
			matched++
			assert.NotZero(t, wordsIn(s)&needs[i], "%q matches %s", s, pattern)
		})
		assert.Greater(t, matched, 10, "%s", pattern)
	}
}
