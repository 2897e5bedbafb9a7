package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What is not a report of this version is refused, and said to be what it is.
func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		" \n":                     "nothing is there",
		"{\n\"schemaVersion\" 1}": "line 2: invalid character",
		"[]":                      "line 1: json: cannot unmarshal array",
		"{}":                      "it has no schemaVersion",
		`{"schemaVersion": 1}`:    "a report of schemaVersion 1, which groups findings in another way; check the recordings again",
		`{"schemaVersion": 3}`:    "a report of schemaVersion 3, and this plumb reads 2",
		`{"schemaVersion": 2, "tool": {"name": "plumb"}}` + "\n{}":                                                 "as lines (ndjson)",
		`{"schemaVersion": 2, "tool": {"name": "plumb"}, "findings": []} {}`:                                       "more than one JSON value",
		`{"schemaVersion": 2, "tool": {"name": "prism"}}`:                                                          `of "prism", not of plumb`,
		`{"schemaVersion": 2, "tool": {"name": "plumb"}, "findings": [{"severity": "fatal"}]}`:                     `findings[0]: "fatal" is not a severity`,
		`{"schemaVersion": 2, "tool": {"name": "plumb"}, "findings": [{"severity": "error", "fingerprint": "x"}]}`: `findings[0]: "x" is not a fingerprint`,
	} {
		r, err := Read(strings.NewReader(text))
		assert.Nil(t, r)
		assert.ErrorContains(t, err, want, text)
	}
}
