package ecmaregexp

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	suite        = "../../../shared/data/json-schema-test-suite/tests"
	descriptions = "../../../shared/data/descriptions"
)

// files returns the files that match the patterns, and skips the test if there
// are none.
func files(t *testing.T, patterns ...string) []string {
	t.Helper()
	var all []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		all = append(all, found...)
	}
	if len(all) == 0 {
		t.Skipf("there is no file %s", patterns)
	}
	return all
}

func readJSON(t *testing.T, file string, v any) {
	t.Helper()
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(file, ".gz") {
		in, err = gzip.NewReader(f)
		require.NoError(t, err)
	}
	require.NoError(t, json.NewDecoder(in).Decode(v), file)
}

type suiteGroup struct {
	Description string
	Schema      json.RawMessage
	Tests       []struct {
		Description string
		Data        any
		Valid       bool
	}
}

// TestSuite runs the tests of the JSON Schema Test Suite that are about the
// meaning of patterns.
func TestSuite(t *testing.T) {
	ran := 0
	for _, file := range files(t, suite+"/*/optional/ecmascript-regex.json", suite+"/*/pattern.json", suite+"/*/optional/format/ecmascript-regex.json") {
		var groups []suiteGroup
		readJSON(t, file, &groups)
		for _, group := range groups {
			var schema struct {
				Pattern, Format   string
				PatternProperties map[string]any
			}
			require.NoError(t, json.Unmarshal(group.Schema, &schema))
			for _, test := range group.Tests {
				ran++
				valid := true
				switch data := test.Data.(type) {
				case string:
					if schema.Format == "regex" {
						re, err := Compile(data)
						valid = err == nil && re.Legacy() == nil
					} else {
						valid = suiteMatch(t, schema.Pattern, data)
					}
				case map[string]any:
					for name := range data {
						for pattern := range schema.PatternProperties {
							valid = suiteMatch(t, pattern, name)
						}
					}
				}
				assert.Equal(t, test.Valid, valid, "%s: %s: %s", file, group.Description, test.Description)
			}
		}
	}
	t.Logf("%d tests", ran)
}

func suiteMatch(t *testing.T, pattern, text string) bool {
	t.Helper()
	re, err := Compile(pattern)
	require.NoError(t, err, pattern)
	require.NoError(t, re.Legacy(), pattern)
	matched, decided := re.Match(text)
	require.True(t, decided, pattern)
	return matched
}

// found holds the patterns and texts in files.
type found struct{ patterns, texts map[string]bool }

// collect adds the patterns and texts in a JSON value.
func (f found) collect(v any) {
	switch v := v.(type) {
	case string:
		if len(v) < 300 {
			f.texts[v] = true
		}
	case []any:
		for _, item := range v {
			f.collect(item)
		}
	case map[string]any:
		if pattern, ok := v["pattern"].(string); ok {
			f.patterns[pattern] = true
		}
		if members, ok := v["patternProperties"].(map[string]any); ok {
			for pattern := range members {
				f.patterns[pattern] = true
			}
		}
		for name, item := range v {
			f.texts[name] = true
			f.collect(item)
		}
	}
}

func TestRealPatternsMatchAsInNode(t *testing.T) {
	f := found{map[string]bool{}, map[string]bool{}}
	for _, file := range files(t, suite+"/*/*.json", suite+"/*/optional/*.json", suite+"/*/optional/format/*.json") {
		var v any
		readJSON(t, file, &v)
		f.collect(v)
	}
	texts := slices.Sorted(maps.Keys(f.texts))
	for _, file := range files(t, descriptions+"/*.json.gz") {
		var v any
		readJSON(t, file, &v)
		f.collect(v)
	}
	var questions []question
	for _, pattern := range slices.Sorted(maps.Keys(f.patterns)) {
		questions = append(questions, question{pattern, texts})
	}
	compared := 0
	for i, a := range askNode(t, questions) {
		re, err := Compile(questions[i].Pattern)
		if !assert.Equal(t, a.Unicode || a.Plain, err == nil, "%s: %v", questions[i].Pattern, err) || err != nil {
			continue
		}
		for k, text := range texts {
			compared++
			matched, decided := re.Match(text)
			if !decided || matched != a.Matches[k] {
				t.Errorf("%s in %q: %v, %v", re, text, matched, decided)
			}
		}
	}
	t.Logf("%d patterns, %d texts compared", len(questions), compared)
}
