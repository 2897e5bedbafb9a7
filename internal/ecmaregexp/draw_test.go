package ecmaregexp

import (
	"strings"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// atoms are parts of patterns, made of characters that drawn texts have, too.
var atoms = []string{
	"a", "b", "A", "1", "_", "-", " ", "é", "ſ", "\U0001F600", "/", ",", ".", `\d`, `\D`, `\w`, `\W`, `\s`, `\S`, `\b`, `\B`, "^", "$",
	`\n`, `\t`, `\0`, `\cJ`, `\x61`, `\u0061`, `\u{61}`, `\u{1F600}`, `\uD83D\uDE00`, `\uD83D`, `\-`, `\_`, `\/`, `\.`, `\a`, `\1`, `\2`, `\k<n>`,
	`\p{L}`, `\P{Lu}`, `\p{ASCII}`, `\p{Script=Latin}`, `\p{scx=Grek}`, `\p{gc=Decimal_Number}`, "[]", "[^]", "[ab]", "[^a]", "[a-z]",
	`[\w-]`, `[\d_-]`, `[^\s]`, `[\W1]`, `[\b]`, `[-a]`, `[a\-1]`, `[\w-a]`, `[\cA-a]`, `[\1]`, `[é-ſ]`, `[\u{1F600}-\u{1F64F}]`, "[[:alpha:]]", "{", "}", "]", "{,2}",
}

var quantifiers = []string{"*", "+", "?", "*?", "+?", "??", "{0}", "{1}", "{2}", "{0,1}", "{1,2}", "{2,}", "{0,2}?", "{2,3}?"}

// patternOf draws patterns that nest at most depth levels.
func patternOf(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for n := rapid.IntRange(1, 3).Draw(t, "terms"); n > 0; n-- {
			if depth > 0 && rapid.IntRange(0, 2).Draw(t, "group") > 0 {
				opening := rapid.SampledFrom([]string{"(", "(", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?<n>"}).Draw(t, "opening")
				b.WriteString(opening + patternOf(depth-1).Draw(t, "body") + ")")
			} else {
				b.WriteString(rapid.SampledFrom(atoms).Draw(t, "atom"))
			}
			if rapid.IntRange(0, 2).Draw(t, "repeated") == 0 {
				b.WriteString(rapid.SampledFrom(quantifiers).Draw(t, "quantifier"))
			}
			if n > 1 && rapid.IntRange(0, 3).Draw(t, "alternative") == 0 {
				b.WriteByte('|')
			}
		}
		return b.String()
	})
}

// tokens are what patterns consist of, in any order.
var tokens = strings.Split(`( ) [ ] { } * + ? . ^ $ | \ / - , : < > = ! & a b c d k n p u w x B D P 0 1 2 8 i _ (? (?: (?= (?<n> (?<! [^ \k<n> \c \x \u \u{ \u00 \0 \p{L} \D {1 {2,} {3,1}`, " ")

// drawnTokens draws texts, most of which are not valid patterns.
var drawnTokens = rapid.Custom(func(t *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(tokens), 1, 8).Draw(t, "tokens"), "")
})

var drawnPattern = rapid.Map(rapid.OneOf(patternOf(0), patternOf(1), patternOf(2), patternOf(3), drawnTokens), nameOnce)

// nameOnce keeps only the first of several groups with the same name, which
// Node supports only from version 23 on.
func nameOnce(pattern string) string {
	const name = "(?<n>"
	if first := strings.Index(pattern, name); first >= 0 {
		rest := first + len(name)
		return pattern[:rest] + strings.ReplaceAll(pattern[rest:], name, "(")
	}
	return pattern
}

var drawnText = rapid.StringOfN(rapid.SampledFrom([]rune("aaabbbAS1_- \n.éſK\u00A0\u2028\U0001F600,{}]:[pL\\/")), 0, 7, -1)

var drawnTexts = rapid.SliceOfN(drawnText, 6, 6)

// matches returns the results of the engines that can match the pattern and
// decide.
func matches(t require.TestingT, re *Regexp, text string) map[string]bool {
	tree, err := parse(re.String())
	require.NoError(t, err)
	found := map[string]bool{}
	note := func(name string, matched, decided bool) {
		if decided {
			found[name] = matched
		}
	}
	matched, decided := re.Match(text)
	note("Match", matched, decided)
	if re.RE2() != nil {
		note("RE2", re.RE2().MatchString(text), true)
	}
	steps := baseSteps + stepsPerByte*len(text)
	if !tree.references && tree.size <= maxLinearSize {
		matched, decided = compileLinear(tree).match(text, steps)
		note("linear", matched, decided)
	}
	matched, decided = compileProgram(tree).match(text, steps)
	note("backtracking", matched, decided)
	return found
}
