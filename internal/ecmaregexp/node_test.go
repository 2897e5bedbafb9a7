package ecmaregexp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// question is a pattern with texts; an answer is what Node says about it.
type question struct {
	Pattern string   `json:"pattern"`
	Texts   []string `json:"texts"`
}

type answer struct {
	Unicode bool   `json:"unicode"`
	Plain   bool   `json:"plain"`
	Matches []bool `json:"matches"`
}

// askNode answers all questions with one process of Node.
func askNode(t *testing.T, questions []question) []answer {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not on this machine")
	}
	var in bytes.Buffer
	encoder := json.NewEncoder(&in)
	for _, q := range questions {
		require.NoError(t, encoder.Encode(q))
	}
	command := exec.Command(node, "testdata/regexp.mjs")
	command.Stdin = &in
	out, err := command.Output()
	require.NoError(t, err)
	var answers []answer
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var a answer
		require.NoError(t, json.Unmarshal(lines.Bytes(), &a))
		answers = append(answers, a)
	}
	require.Len(t, answers, len(questions))
	return answers
}

func astral(s string) bool { return strings.ContainsFunc(s, func(c rune) bool { return c > 0xFFFF }) }

// sameAsNode checks that the pattern is valid if Node says so, and that it
// matches the same texts. Without the flag u Node matches halves of surrogate
// pairs, so texts and patterns with characters beyond U+FFFF are not compared.
func sameAsNode(t *testing.T, q question, a answer) (compared int) {
	t.Helper()
	re, err := Compile(q.Pattern)
	if !assert.Equal(t, a.Unicode || a.Plain, err == nil, "%q: %v", q.Pattern, err) || err != nil {
		return 0
	}
	assert.Equal(t, a.Unicode, re.Legacy() == nil, "%q: %v", q.Pattern, re.Legacy())
	for i, text := range q.Texts {
		if !a.Unicode && (astral(text) || astral(q.Pattern) || strings.Contains(q.Pattern, `\uD83D`)) {
			continue
		}
		compared++
		for name, matched := range matches(t, re, text) {
			assert.Equal(t, a.Matches[i], matched, "%q in %q by %s", q.Pattern, text, name)
		}
	}
	return compared
}

func TestDrawnPatternsMatchAsInNode(t *testing.T) {
	drawn := rapid.Custom(func(t *rapid.T) question {
		return question{drawnPattern.Draw(t, "pattern"), drawnTexts.Draw(t, "texts")}
	})
	questions := make([]question, 8000)
	for seed := range questions {
		questions[seed] = drawn.Example(seed)
	}
	compared, valid := 0, 0
	for i, a := range askNode(t, questions) {
		compared += sameAsNode(t, questions[i], a)
		if a.Unicode || a.Plain {
			valid++
		}
	}
	t.Logf("%d patterns, %d of them valid, %d texts compared", len(questions), valid, compared)
}

// The table of TestMatch agrees with Node. Left out is what Node does not
// support before version 23, flags for a group and two groups with the same
// name, and what would take it years.
func TestCasesAreRightInNode(t *testing.T) {
	left := regexp.MustCompile(`\(\?[ims-]|\(a\+\)\+|\(\?<a>x\)\|`)
	var questions []question
	for _, c := range cases {
		if !left.MatchString(c.pattern) {
			questions = append(questions, question{c.pattern, append(append([]string{}, textsOf(c.matching)...), textsOf(c.others)...)})
		}
	}
	for i, a := range askNode(t, questions) {
		sameAsNode(t, questions[i], a)
	}
}

// Properties contain the same characters as in Node, as far as both know them.
// Only characters whose properties have not changed between the Unicode
// versions of Go and Node are compared.
func TestPropertiesAreThoseOfNode(t *testing.T) {
	var names []string
	for short, long := range binaryNames {
		names = append(names, short, long)
	}
	names = append(names, slices.Collect(maps.Keys(derivedBinary))...)
	names = append(names, slices.Collect(maps.Keys(unicode.CategoryAliases))...)
	for category := range unicode.Categories {
		names = append(names, category, "gc="+category)
	}
	for code, script := range scriptCodes {
		names = append(names, "Script="+code, "scx="+script)
	}
	var texts []string
	for _, r := range parseSet("0-294 296-2FF 384-500 620-6FF 904-963 965-970 1100-1200 2000-200B 200E-2023 2100-2200 2600-2700 3040-309F 4E00-4E20 FE00-FE11 FF10-FF64 1D400-1D500 1F300-1F700 E0100-E0110").ranges {
		for c := r.lo; c <= r.hi; c += 2 {
			if !unicode.Is(unicode.Cn, c) {
				texts = append(texts, string(c))
			}
		}
	}
	var questions []question
	for _, name := range names {
		questions = append(questions, question{"^\\p{" + name + "}$", texts})
	}
	for i, a := range askNode(t, questions) {
		re, err := Compile(questions[i].Pattern)
		require.NoError(t, err)
		if !a.Unicode {
			t.Logf("Node does not know %s", questions[i].Pattern)
			continue
		}
		for k, text := range texts {
			if matched, _ := re.Match(text); matched != a.Matches[k] {
				t.Errorf("%s matches %+q: %v", re, text, matched)
				break
			}
		}
	}
}
