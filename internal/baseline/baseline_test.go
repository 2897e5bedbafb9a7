package baseline

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/report"
)

func date(t require.TestingT, text string) time.Time {
	d, err := ParseDate(text)
	require.NoError(t, err)
	return d
}

func written(t require.TestingT, b *Baseline) string {
	data, err := b.Bytes()
	require.NoError(t, err)
	return string(data)
}

func drawFindings(t *rapid.T) []report.Finding {
	ids := rapid.SliceOfDistinct(rapid.IntRange(0, 30), func(i int) int { return i }).Draw(t, "findings")
	var all []report.Finding
	for _, i := range ids {
		all = append(all, report.Finding{
			Fingerprint: fmt.Sprintf("%016x", i), Rule: rapid.SampledFrom([]string{"drift-null", "x: y", "#"}).Draw(t, "rule"),
			Pointer:    rapid.SampledFrom([]string{"", "/a", "/a/*/b", "/'\"", "/1"}).Draw(t, "pointer"),
			Operations: rapid.SampledFrom([][]report.OperationCount{nil, {{Operation: "op", Status: 200, Count: 1}}}).Draw(t, "operations"), Count: rapid.IntRange(1, 99).Draw(t, "count"), Severity: "warning",
		})
	}
	return all
}

// TestLaws checks that what is written is read again, that findings in any
// order give the same file, and that an entry accepts its finding until it has
// expired.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		findings := drawFindings(t)
		terms := Terms{
			Reason:  rapid.StringMatching(`[a-z#:'"-][ -~]{0,20}[a-z]`).Draw(t, "reason"),
			Owner:   rapid.StringMatching(`[a-z@0-9]{1,9}`).Draw(t, "owner"),
			Expires: date(t, "2030-06-30"),
		}
		b := New("b.yaml")
		assert.Equal(t, len(findings), b.Update(findings, terms))
		first := written(t, b)

		read, err := Parse("b.yaml", []byte(first))
		require.NoError(t, err, first)
		assert.Equal(t, first, written(t, read))
		assert.Zero(t, read.Update(findings, Terms{}), "all are there")
		assert.Equal(t, first, written(t, read))

		shuffled := rapid.Permutation(findings).Draw(t, "order")
		other := New("b.yaml")
		other.Update(shuffled, terms)
		assert.Equal(t, first, written(t, other))

		r := &report.Report{Findings: findings, Summary: report.Summary{Warnings: len(findings)}}
		expired, gone := read.Apply(r, date(t, "2030-06-30").Add(24*time.Hour-1))
		assert.Empty(t, expired)
		assert.Empty(t, gone)
		assert.Equal(t, report.Summary{Suppressed: len(findings)}, r.Summary)
		r = &report.Report{Findings: shuffled}
		expired, _ = read.Apply(r, date(t, "2030-07-01"))
		assert.Len(t, expired, len(findings))
		assert.Zero(t, r.Summary.Suppressed)

		assert.Len(t, read.Prune(nil), len(findings))
		assert.Empty(t, read.Entries)
		empty, err := Parse("b.yaml", []byte(written(t, read)))
		require.NoError(t, err)
		assert.Empty(t, empty.Entries)
	})
}

// TestBytes checks that there is an empty line between entries, and none
// between an entry and its comment, and that a place has only what is known of
// it.
func TestBytes(t *testing.T) {
	const text = `# Ours.
accepted:
  - fingerprint: 003c580467eaa16e
    rule: a
    place:
      operation: op
      status: 200
      pointer: /a
    reason: x
    owner: y
    expires: 2026-06-30
    seen: 1

  # Why this is.
  # And why still.
  - fingerprint: 103c580467eaa16e
    rule: b
    place:
      pointer: ""
    reason: x
    owner: y
    expires: 2026-06-30
    seen: 7

  - fingerprint: 203c580467eaa16e
    rule: c
    place:
      operation: op
      pointer: ""
    reason: x
    owner: y
    expires: 2026-06-30
    seen: 2
`
	b, err := Parse("b.yaml", []byte(text))
	require.NoError(t, err)
	assert.Equal(t, text, written(t, b))

	b, err = Parse("b.yaml", []byte(text[:strings.Index(text, "\n  - fingerprint: 2")]))
	require.NoError(t, err)
	b.Update([]report.Finding{{Fingerprint: "203c580467eaa16e", Rule: "c", Operations: []report.OperationCount{{Operation: "op"}}, Count: 2}},
		Terms{Reason: "x", Owner: "y", Expires: date(t, "2026-06-30")})
	assert.Equal(t, text, written(t, b))
}

func TestParseErrors(t *testing.T) {
	const entry = "  - {fingerprint: 003c580467eaa16e, rule: r, place: {pointer: /a}, reason: x, owner: y, expires: 2026-06-30, seen: 1}\n"
	for text, want := range map[string]string{
		"a: [":                     "b.yaml:1:1: not YAML: a value is expected here; add it, close a [ or {",
		"version: 1\naccepted: *x": "b.yaml:2:11: not YAML: the alias *x has no anchor",
		"version: 1\naccepted: []\n---\naccepted:\n" + entry:       "b.yaml:3:1: a second YAML document begins here",
		"version: 1\nversion: 1\naccepted: []\n":                   `b.yaml:2:1: the key "version" occurs twice, first in line 1; remove one of the two`,
		"accepted:\n  - {rule: a, rule: b}":                        `b.yaml:2:15: the key "rule" occurs twice`,
		"accepted:\n  - {place: {status: 1, status: 2}}":           `b.yaml:2:25: the key "status" occurs twice`,
		"accepted:\n  - {[a]: b}":                                  "b.yaml:2:6: a key must be text",
		"[]":                                                       "b.yaml:1:1: a baseline is a mapping",
		"version: 2\naccepted: []":                                 "b.yaml:1:10: baseline version 2",
		"version: 1":                                               "b.yaml:1:1: the list accepted is missing",
		"accepted: 7":                                              "b.yaml:1:11: accepted must be a list",
		"other: 7":                                                 `b.yaml:1:1: unknown key "other"`,
		"accepted:\n  - 7":                                         "b.yaml:2:5: an entry is a mapping",
		"accepted:\n" + entry + entry:                              "b.yaml:3:5: the fingerprint 003c580467eaa16e has an entry already, in line 2",
		"accepted:\n  - {reason: x}":                               "b.yaml:2:5: the entry has no fingerprint of 16 hexadecimal digits",
		"accepted:\n  - {expires: soon}":                           `b.yaml:2:15: expires: "soon" is not a date such as 2030-12-31`,
		"accepted:\n  - {seen: often}":                             `b.yaml:2:12: seen: "often" is not a count`,
		"accepted:\n  - {place: {x: 1}}":                           `b.yaml:2:14: unknown key "x"; a place has`,
		"accepted:\n  - {status: [1]}":                             "b.yaml:2:14: status must be a single value",
		"accepted:\n  - {why: not}":                                `b.yaml:2:6: unknown key "why"`,
		strings.Replace("accepted:\n"+entry, "reason: x, ", "", 1): "b.yaml:2:5: the entry has no reason",
		strings.Replace("accepted:\n"+entry, "expires: 2026-06-30, ", "", 1): "b.yaml:2:5: the entry has no date under expires",
	} {
		_, err := Parse("b.yaml", []byte(text))
		assert.ErrorContains(t, err, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("version: 1\naccepted:\n  # c\n  - {fingerprint: 003c580467eaa16e, rule: r, place: {pointer: /a}, reason: x, owner: y, expires: 2026-06-30, seen: 1}\n"))
	f.Add([]byte("accepted:\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Parse("b.yaml", data)
		if err != nil {
			return
		}
		b.Update([]report.Finding{{Fingerprint: "0000000000000000", Count: 1}}, Terms{Reason: "r", Owner: "o", Expires: date(t, "2030-01-01")})
		_, _ = b.Bytes()
	})
}
