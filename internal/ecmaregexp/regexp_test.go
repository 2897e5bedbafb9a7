package ecmaregexp

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// cases have the right results according to ECMA-262, 22.2, with the flag u.
var cases = []struct {
	pattern          string
	matching, others string // texts separated by |; ∅ is the empty text
}{
	{``, `∅|a|é`, ``},
	{`a`, `a|bab`, `∅|b|A`},
	{`^abc$`, `abc`, "abc\n|\nabc|abcd"},
	{`.`, "a|\x00|\U0001F600|\u0085", "∅|\n|\r|\u2028|\u2029"},
	{`^.$`, "\U0001F600", "\U0001F600\U0001F600|a\n"},
	{`^\s$`, " |\t|\v|\f|\r|\n|\u00A0|\uFEFF|\u2028|\u2029|\u1680|\u3000", "∅|a|\u0085|\u200B|\u180E"},
	{`^\S+$`, "a|\u0085|\u200B", "a\u00A0b|\uFEFF"},
	{`^\d$`, `0|9`, "a|٣|߀"},
	{`^\D$`, "a|٣", `0`},
	{`^\w$`, `a|Z|0|_`, "é|-|ſ|\u212A"},
	{`^\W$`, "é|-", `a|_`},
	{`\bé`, `aé`, `é| é`},
	{`a\b`, `a|aé|a b`, `ab`},
	{`\Ba`, `ba`, `a| a`},
	{`[]`, ``, `∅|a`},
	{`^[^]$`, "a|\n|\U0001F600", `∅|aa`},
	{`^[\b]$`, "\b", `b`},
	{`^[^\d-]$`, `a`, `1|-`},
	{`^[\w-]+$`, `a-b`, `a b`},
	{`^[[:alpha:]$`, `:|[|a|l|p|h`, `b|]`},
	{`^[a-c\-e]$`, `a|b|c|-|e`, `d`},
	{`^\uD83D\uDE00$`, "\U0001F600", `a`},
	{`^[\uD83D\uDE00-\u{1F64F}]$`, "\U0001F600|\U0001F602", "\U0001F650"},
	{`^\u{1F600}$`, "\U0001F600", `u`},
	{`\uD83D`, ``, "\U0001F600"},
	{`^[^\uD800-\uDFFF]+$`, "a\U0001F600", ``},
	{`^\cJ$`, "\n", `J|cJ`},
	{`^\0$`, "\x00", `0`},
	{`^\$\.\*\/$`, `$.*/`, `a`},
	{`^\p{ASCII}{0,8192}$`, "∅|a|" + strings.Repeat("a", 8192), "é|" + strings.Repeat("a", 8193)},
	{`^\p{L}+$`, "aé|漢", `1`},
	{`^\p{Lu}$`, `A`, `a`},
	{`^\P{Lu}$`, `a|1`, `A`},
	{`^\p{General_Category=Uppercase_Letter}\p{gc=Nd}$`, "A1|É٣", `a1`},
	{`^\p{Script=Greek}$`, `α`, "a|\u0342"},
	{`^\p{Script_Extensions=Grek}$`, "α|\u0342", `a`},
	{`^\p{Any}\p{Assigned}$`, "aa|\u0378a", "a\u0378"},
	{`^\p{Alphabetic}\p{ID_Start}\p{Emoji}$`, "aa\U0001F600|aa1", `aaa`},
	{`^[\p{digit}\p{White_Space}]+$`, `1 ٣`, `a`},
	{`(?<!a)b`, `b|cb|abb`, `ab`},
	{`(?<=^|,)x(?=,|$)`, `x|a,x|x,b`, `ax|xa`},
	{`^(?!x-).+$`, `a|x|xx-`, `x-b|x-`},
	{`^(?!x-)`, `∅|a`, `x-b`},
	{`^(?=.*\d)(?=.*[a-z])(?!.*\s).{4,8}$`, `abc1`, `abcd|ab1|abc 1|abcdefgh1`},
	{`(?<=(?<!a)b)c`, `bc|xbc`, `abc|c`},
	{`(?<=a{2,3}b*)c`, `aac|aabbc`, `abc|c`},
	{`^(a)\1$`, `aa`, `a|ab|aaa`},
	{`^(?:(a)|b)\1$`, `aa|b`, `a|ba`},
	{`^(a|ab)(c|bcd)(d*)\2$`, `abcc|abcdbcd`, `abcbc`},
	{`^(?<year>\d\d)-\k<year>$`, `20-20`, `20-21`},
	{`^\k<a>(?<a>x)$`, `x`, `xx`},
	{`^(?:(?<a>x)|(?<a>y))\k<a>$`, `xx|yy`, `xy|x`},
	{`^(z)((a+)?(b+)?(c))*\4$`, `zaacbbbcac`, `zaacbbbcacbbb`}, // each iteration resets the captures
	{`^(?:(a)|(b))+\1$`, `ab|baa|aa`, `a|abaxa`},
	{`^(a*)*\1$`, `∅|aa`, `b`},
	{`^(?:a?)*?$`, `∅|a|aa`, `b`},
	{`^(?:(?=(a))|b){2}\1$`, `a|ba|bb`, `b|bc`},
	{`(?<=\1(a))b`, `aab`, `ab|b`},
	{`(?<=(\w)\1)b`, `ab|1b|b1bb`, `b|-b`},
	{`^(?!(a)b)\1.`, `ac|b`, `ab|∅`},
	{`^(?=(a+))a*b\1`, `aabaa`, `aab|b`},
	{`^(?:(?!end).)*end$`, `end|abend`, `ab|endx`},
	{`^a{0}b{2}c{1,}d{0,2}$`, `bbc|bbccdd`, `abbc|bcc|bbcddd`},
	{`^(?i:a)b$`, `ab|Ab`, `aB`},
	{`^(?i:[^x]ſ)$`, `aS|as`, `XS`},
	{`^(?i:(a)\1)$`, `aA|AA`, `ab`},
	{`^(?i:\w\b)`, "\u212A|ſ", `é`},
	{`(?m:^)b(?-m:$)`, "a\nb|a\u2028b", "a\nb\n"},
	{`^(?s:.)$`, "\n", `∅`},
	{`^(?:(?=a)(a+)+b|a+c)$`, strings.Repeat("a", 40) + `c`, strings.Repeat("a", 40)},
	{`^(?:(?=(?:(a+)+)$)b|a+!$)`, strings.Repeat("a", 40) + `!`, `!`},
}

func textsOf(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(strings.ReplaceAll(list, "∅", ""), "|")
}

func TestMatch(t *testing.T) {
	for _, test := range cases {
		re, err := Compile(test.pattern)
		if !assert.NoError(t, err, test.pattern) {
			continue
		}
		check := func(texts string, want bool) {
			for _, text := range textsOf(texts) {
				found := matches(t, re, text)
				assert.Contains(t, found, "Match", "%s in %q", test.pattern, text)
				for engine, got := range found {
					assert.Equal(t, want, got, "%s in %q by %s", test.pattern, text, engine)
				}
			}
		}
		check(test.matching, true)
		check(test.others, false)
	}
}

// Without the flag u, these are valid patterns of Annex B.
func TestLegacyPatterns(t *testing.T) {
	for _, test := range []struct{ pattern, matching, other, doubt string }{
		{`^\-\_\/\@\%$`, `-_/@%`, `a`, ""},
		{`^[\_\@]$`, `@`, `\`, ""},
		{`^[\w-.]+$`, `a-.`, `a+`, ""},
		{`^{a}]$`, `{a}]`, `a`, ""},
		{`^a{,2}$`, `a{,2}`, `aa`, "{,n} is not a quantifier of ECMA-262, but text: write {0,n}"},
		{`^(?=a)*b$`, `b`, `a`, ""},
		{`^\A\Z$`, `AZ`, ``, `\A is not an escape of ECMA-262: it means the letter`},
		{`^\Q.\E$`, `QaE`, `.`, `\Q is not an escape of ECMA-262: it means the letter`},
		{`^[[:alpha:]]$`, `a]`, `a`, "[:alpha:] is not a class of ECMA-262: it means its characters"},
		{`^\p{L}\-$`, `p{L}-`, `a-`, `\p{ is text without the flag u, with which the pattern is not valid`},
		{`^\u{61}\-$`, strings.Repeat("u", 61) + `-`, `a-`, `\u{ is not an escape without the flag u, with which the pattern is not valid`},
		{`^\x41\u0042\103$`, `ABC`, `AB3`, "there is no group 103"},
		{`^\8\1$`, "8\x01", `8`, "there is no group 8"},
		{`^[\c_\c1]\-$`, "\x1F-", `c-`, ""},
		{`^\c$`, `\c`, `c`, `\c is not followed by a letter`},
		{`^.\_$`, "\U0001F600_", "\U0001F600a", ""},
	} {
		re, err := Compile(test.pattern)
		if !assert.NoError(t, err, test.pattern) {
			continue
		}
		assert.Error(t, re.Legacy(), test.pattern)
		assert.Equal(t, test.doubt, re.Doubt(), test.pattern)
		for _, got := range matches(t, re, test.matching) {
			assert.True(t, got, "%s in %q", test.pattern, test.matching)
		}
		for _, got := range matches(t, re, test.other) {
			assert.False(t, got, "%s in %q", test.pattern, test.other)
		}
	}
}

func TestPatternsForSurrogatesAreUndecided(t *testing.T) {
	re, err := Compile(`^(?:[\uD800-\uDBFF][\uDC00-\uDFFF]|\-)$`)
	require.NoError(t, err)
	assert.Nil(t, re.RE2())
	_, decided := re.Match("\U0001F600")
	assert.False(t, decided)
	matched, decided := re.Match("-")
	assert.True(t, matched && decided)
}

func TestErrors(t *testing.T) {
	for pattern, want := range map[string]string{
		`a(`:                              `character 2: there is no ) to this (`,
		`a)`:                              `character 2: there is no ( to this )`,
		`[a`:                              `character 1: there is no ] to this [`,
		`a\`:                              `character 2: there is nothing after this \`,
		`*a`:                              `character 1: nothing that * could repeat: a quantifier cannot follow another (possessive ones are not in ECMA-262)`,
		`a++`:                             `character 3: nothing that + could repeat: a quantifier cannot follow another (possessive ones are not in ECMA-262)`,
		`a{2,1}`:                          `character 2: the minimum of this quantifier exceeds its maximum`,
		`^*`:                              `character 2: an assertion cannot be repeated`,
		`(?<=a)*`:                         `character 7: an assertion cannot be repeated`,
		`[b-a]`:                           `character 2: this range of characters is out of order`,
		`(?i)a`:                           `character 1: ECMA-262 has flags for a group only: write (?i:...) around what they are for`,
		`(?ii:a)`:                         `character 1: i occurs twice in the flags of this group`,
		`(?>a)`:                           `character 1: ECMA-262 has no group that begins with (?>`,
		`(?#a)`:                           `character 1: ECMA-262 has no group that begins with (?#`,
		`(?P<n>a)`:                        `character 1: (?P is not in ECMA-262: a group is named by (?<name>...), and referred to by \k<name>`,
		`(?<n>a)(?<n>b)`:                  `character 8: two groups that can take part in one match are named "n"`,
		`(?<n>a)\k<m>`:                    `character 8: there is no group named "m"`,
		`(?<1>a)`:                         `character 4: the name of a group is not an identifier followed by >`,
		`(?<>a)`:                          `character 4: the name of a group is empty`,
		`é\p{Foo}(`:                       `character 2: "Foo" is neither a general category nor a binary property that ECMA-262 knows`,
		`\p{Script=Foo}(`:                 `character 1: "Foo" is not a script of Unicode ` + unicode.Version,
		`\p{gc=Foo}(`:                     `character 1: "Foo" is not a general category`,
		`\p{Block=Latin}(`:                `character 1: "Block" is not a property with a value: these are General_Category, Script and Script_Extensions`,
		`\pL(`:                            `character 1: \p is not followed by the name of a property, as in \p{Letter}`,
		`\h(`:                             `character 1: \h is not an escape of ECMA-262`,
		`\u{110000}(`:                     `character 1: \u{ is not followed by the hexadecimal number of a character and }`,
		`\2(`:                             `character 1: there is no group 2`,
		`(a)\1`:                           "",
		"\xFF":                            `it is not UTF-8`,
		strings.Repeat("a", maxPattern+1): fmt.Sprintf("it has %d characters, of which at most %[2]d are read", maxPattern+1, maxPattern),
		strings.Repeat("(", maxDepth+1) + strings.Repeat(")", maxDepth+1): fmt.Sprintf("character %d: groups nest more than %d deep", maxDepth+1, maxDepth),
	} {
		_, err := Compile(pattern)
		if want == "" {
			assert.NoError(t, err, pattern)
		} else {
			assert.EqualError(t, err, "invalid pattern: "+want, "%.50s", pattern)
		}
	}
}

// What is valid only without the flag u is accepted, and Legacy says why.
func TestLegacySaysWhy(t *testing.T) {
	for pattern, want := range map[string]string{
		`a\_`:      `character 2: \_ is not an escape of ECMA-262`,
		`a{`:       `character 2: { must be written \{, or be followed by a number, as in {2,5}`,
		`a}`:       `character 2: } must be written \}`,
		`[\w-a]`:   `character 2: a class such as \w cannot be an end of a range: write \- for the character`,
		`\p{Foo}`:  `character 1: "Foo" is neither a general category nor a binary property that ECMA-262 knows`,
		`(?=a)*`:   `character 6: an assertion cannot be repeated`,
		`\cé`:      `character 1: \c is not followed by a letter`,
		`\k<a>`:    `character 1: there is no group named "a"`,
		`\k`:       `character 1: \k is not followed by the name of a group, as in \k<name>`,
		`[\a]`:     `character 2: \a is not an escape of ECMA-262`,
		`\u{61}\-`: `character 7: \- is not an escape of ECMA-262`,
	} {
		re, err := Compile(pattern)
		require.NoError(t, err, pattern)
		assert.EqualError(t, re.Legacy(), want, pattern)
		assert.Equal(t, pattern, re.String())
	}
}

func TestRE2WhereItMeansTheSame(t *testing.T) {
	for pattern, want := range map[string]string{
		`^a.b$`:          `\Aa[\x{0}-\x{9}\x{B}-\x{C}\x{E}-\x{2027}\x{202A}-\x{D7FF}\x{E000}-\x{10FFFF}]b\z`,
		`(x|yz)*?\.`:     `(?:(?:x|yz))*\.`,
		`(?<n>\d){2,}\b`: `(?:[\x{30}-\x{39}]){2,}\b`,
		`[]?`:            `[^\x00-\x{10FFFF}]?`,
		`(?=a)`:          "",
		`(a)\1`:          "",
		`(?m:^)a`:        "",
		`(?i:\ba)`:       "",
		`a{1001}`:        "",
		`(a{100}){11}`:   "",
	} {
		re, err := Compile(pattern)
		require.NoError(t, err, pattern)
		if want == "" {
			assert.Nil(t, re.RE2(), pattern)
		} else {
			assert.Equal(t, want, re.RE2().String(), pattern)
		}
	}
}

func TestEnginesAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		re, err := Compile(drawnPattern.Draw(t, "pattern"))
		if err != nil {
			t.Skip("not a pattern")
		}
		agree(t, re, drawnText.Draw(t, "text"))
	})
}

// agree checks that all engines that decide agree.
func agree(t require.TestingT, re *Regexp, text string) {
	found := matches(t, re, text)
	for engine, matched := range found {
		require.Equal(t, found["backtracking"], matched, "%q in %q by %s: %v", re, text, engine, found)
	}
}

func FuzzMatch(f *testing.F) {
	for _, pattern := range append(atoms, `^(?:(?=a)(a+)+b|a+c)$`, `(?<=(a*)\1)b`, `((a{1000}){1000}){1000}`, `(?i:[^a-z])\b`, `\p{scx=Latn}{9}`) {
		f.Add(pattern, "aaab\xFF\U0001F600")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		re, err := Compile(pattern)
		if err != nil || len(pattern) > 1000 || len(text) > 1000 {
			return
		}
		tree, err := parse(pattern)
		require.NoError(t, err)
		decided := map[bool][]string{}
		note := func(engine string, matched, known bool) {
			if known {
				decided[matched] = append(decided[matched], engine)
			}
		}
		matched, known := re.Match(text)
		note("Match", matched, known)
		if !tree.references && tree.size <= maxLinearSize {
			matched, known = compileLinear(tree).match(text, 1<<16)
			note("linear", matched, known)
		}
		matched, known = compileProgram(tree).match(text, 1<<16)
		note("backtracking", matched, known)
		require.LessOrEqual(t, len(decided), 1, "%q in %q: %v", pattern, text, decided)
	})
}
