package ecmaregexp

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// question is a pattern with texts, and answer what Node says of it.
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

// sameAsNode wants the pattern to be valid where Node says so, and to match in
// the same texts. Without the flag u Node matches halves of surrogate pairs, so
// that texts and patterns with characters beyond U+FFFF are not compared.
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
	questions := make([]question, 20000)
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
