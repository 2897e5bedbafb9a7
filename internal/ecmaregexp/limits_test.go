package ecmaregexp

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostilePatterns are large, or take long to compile or to match.
func hostilePatterns() map[string]string {
	repeat := func(part string) string { return strings.Repeat(part, 100_000/len(part)) }
	return map[string]string{
		"counts":           `((a{1000}){1000}){1000}`,
		"optional counts":  `((a{0,1000}){0,1000}){0,1000}b`,
		"large count":      `^(?:a|b){0,2147483647}c`,
		"empty counts":     `((?:){1000000}){1000000}`,
		"letters":          repeat("a"),
		"groups":           repeat("()"),
		"nested":           strings.Repeat("(", 999) + "a" + strings.Repeat(")*", 999),
		"alternatives":     repeat("a|"),
		"repeated":         repeat("a{1000}"),
		"optional":         repeat("a?"),
		"loops":            repeat("(a*)*"),
		"look-aheads":      repeat("(?=a)"),
		"look-behinds":     repeat("(?<=.*)"),
		"nested looks":     strings.Repeat("(?=.*", 999) + "a" + strings.Repeat(")", 999),
		"properties":       repeat(`\p{L}`),
		"complements":      repeat(`\P{L}`),
		"classes":          repeat(`[^\p{L}a]`),
		"large class":      "[" + repeat(`\p{L}`) + "]",
		"folded":           "(?i:" + repeat(`[ab]`) + ")",
		"folded property":  "(?i:" + repeat(`\P{Lu}`) + ")",
		"folded classes":   "(?i:" + repeat(`[^\P{Lu}a]`) + ")",
		"names":            repeat("(?<a>a)|"),
		"references":       "(a*)" + repeat(`\1`),
		"reset groups":     "(?:" + repeat("(a)?") + `)*\1b`,
		"braces":           repeat("{"),
		"brackets":         repeat("["),
		"exponential":      `^(?:a+)+$\1|(a)`,
		"exponential look": `^(?=(?:(a+)+)$)b`,
		"nested reference": `^(?:(a*)*)*\1b`,
	}
}

// No pattern makes Compile or Match fail other than by an error or by not
// deciding, and the test ends.
func TestHostilePatternsEnd(t *testing.T) {
	texts := []string{"", "b", strings.Repeat("a", 1000), strings.Repeat("a", 50_000) + "b", strings.Repeat("é\U0001F600", 5_000)}
	for name, pattern := range hostilePatterns() {
		re, err := Compile(pattern)
		if err != nil {
			assert.Less(t, len(err.Error()), 200, name)
			continue
		}
		for _, text := range texts {
			matched, decided := re.Match(text)
			assert.False(t, matched && !decided, name)
		}
	}
}

// Texts of a megabyte are matched without deep recursion, and decided, unless
// the pattern makes backtracking try every way.
func TestLongTexts(t *testing.T) {
	text := strings.Repeat("ab", 499_999) + "cc"
	for pattern, want := range map[string]bool{
		`^[abc]+$`:                true,
		`^(?!x)[abc]+$`:           true,
		`(?<=ab)cc$`:              true,
		`^(?:(?!d)[abc])+$`:       true,
		`^(?:(?!d)[ab])+$`:        false,
		`^[ab]{0,1000000}cc$`:     true,
		`^[ab]*(c)\1$`:            true,
		`^.*?(c)\1$`:              true,
		`^(?:ab)*(c)\1$`:          true,
		`^(?=(?:(?:a|b)+)+d)(a)b`: false,
	} {
		re, err := Compile(pattern)
		require.NoError(t, err)
		matched, decided := re.Match(text)
		assert.True(t, decided, pattern)
		assert.Equal(t, want, matched, pattern)
	}
}

// Whether a limit is reached does not depend on the machine.
func TestUndecided(t *testing.T) {
	re, err := Compile(`^(a+)+\1b$`)
	require.NoError(t, err)
	_, decided := re.Match(strings.Repeat("a", 100) + "c")
	assert.False(t, decided)
	matched, decided := re.Match("aab")
	assert.True(t, matched && decided)
	_, decided = re.Match(strings.Repeat("a", maxBacktrackText+1))
	assert.False(t, decided)
}
