package format

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/spec"
)

// result is an exchange with what there is to say of it.
type result struct {
	x *plumb.Exchange
	r engine.Result
}

// build returns the report on exchanges with a description of two operations.
func build(keep int, results ...result) *report.Report {
	desc := &spec.Description{
		Title: "Batches", Version: "1.0", Digest: "sha256:00",
		Operations: []*spec.Operation{
			{ID: "cancelBatch", Method: "POST", Path: "/batches/{id}/cancel", Responses: []*spec.Response{{Status: "200"}}},
			{ID: "listBatches", Method: "GET", Path: "/batches", Responses: []*spec.Response{{Status: "200"}, {Status: "4XX"}, {Status: "default"}}},
		},
	}
	b := outcome.Empty("", keep)
	for _, r := range results {
		b.Add(r.x, r.r)
	}
	return report.New(report.Run{Description: desc, Version: "v1", Occurrences: keep}, b)
}

func render(t require.TestingT, name string, r *report.Report, view View) string {
	var buf bytes.Buffer
	require.NoError(t, Write(&buf, name, r, view))
	return buf.String()
}

// drawResult draws an exchange with findings at a few places, so that they meet.
func drawResult(t *rapid.T) result {
	r := engine.Result{Bodies: rapid.IntRange(0, 3).Draw(t, "bodies")}
	if r.Bodies == 0 {
		r.Skipped = rapid.SampledFrom([]string{"other API", "no body"}).Draw(t, "skipped")
	} else {
		r.Operation = rapid.SampledFrom([]string{"", "cancelBatch", "listBatches"}).Draw(t, "operation")
		r.Status = rapid.SampledFrom([]int{0, 200, 404, 503}).Draw(t, "status")
	}
	for range rapid.IntRange(0, 4).Draw(t, "findings") {
		f := plumb.Finding{
			Rule:     rapid.SampledFrom([]string{"schema-enum", "schema-type"}).Draw(t, "rule"),
			Severity: rapid.SampledFrom([]plumb.Severity{plumb.Info, plumb.Warning, plumb.Error}).Draw(t, "severity"),
			Message:  "m", Operation: r.Operation, Status: r.Status,
			Subject: plumb.Subject{File: "b.json", Pointer: rapid.SampledFrom([]string{"", "/x", "/y"}).Draw(t, "subject")},
			Pointer: rapid.SampledFrom([]string{"", "/status", "/id"}).Draw(t, "pointer"),
		}
		f.File = rapid.SampledFrom([]string{"a.har", "b.har"}).Draw(t, "file")
		r.Findings = append(r.Findings, f)
	}
	return result{&plumb.Exchange{}, r}
}

// counts are the totals that every format tells.
type counts struct{ errors, warnings, infos, suppressed, occurrences int }

func (c *counts) add(severity string, suppressed bool, occurrences int) {
	switch {
	case suppressed:
		c.suppressed++
	case severity == "error":
		c.errors++
	case severity == "warning":
		c.warnings++
	default:
		c.infos++
	}
	c.occurrences += occurrences
}

func (c *counts) plus(other counts) {
	c.errors += other.errors
	c.warnings += other.warnings
	c.infos += other.infos
	c.suppressed += other.suppressed
	c.occurrences += other.occurrences
}

// readers read the totals back from each format, as its users' tools do.
var readers = map[string]func(t require.TestingT, text string) counts{
	"text":     readTextCounts,
	"json":     readJSONCounts,
	"ndjson":   readNDJSONCounts,
	"junit":    readJUnitCounts,
	"sarif":    readSARIFCounts,
	"github":   readGitHubCounts,
	"markdown": readMarkdownCounts,
	"html":     readHTMLCounts,
}

// The reports of one run agree with each other on every count.
func TestFormatsAgree(t *testing.T) {
	require.Len(t, readers, len(Names()))
	rapid.Check(t, func(t *rapid.T) {
		r := build(2, rapid.SliceOf(rapid.Custom(drawResult)).Draw(t, "results")...)
		for i := range r.Findings {
			if rapid.Bool().Draw(t, "suppressed") {
				r.Suppress(&r.Findings[i], &report.Acceptance{Reason: "known", Owner: "ann", Expires: "2030-12-31"})
			}
		}
		s := r.Summary
		want := counts{s.Errors, s.Warnings, s.Infos, s.Suppressed, s.Occurrences}
		for _, format := range Names() {
			got := readers[format](t, render(t, format, r, View{}))
			if got.errors+got.warnings+got.infos == 0 && (format == "text" || format == "github") {
				got.occurrences = s.Occurrences // which then they do not tell
			}
			assert.Equal(t, want, got, format)
		}
	})
}

func numbers(t require.TestingT, pattern, text string) []int {
	m := regexp.MustCompile(pattern).FindStringSubmatch(text)
	require.NotNil(t, m, "%s is not in %s", pattern, text)
	var all []int
	for _, digits := range m[1:] {
		n, err := strconv.Atoi(strings.ReplaceAll(digits, ",", ""))
		require.NoError(t, err)
		all = append(all, n)
	}
	return all
}

func foundTimes(t require.TestingT, text string) int {
	if strings.Contains(text, "found once") {
		return 1
	}
	return numbers(t, `found ([\d,]+) times`, text)[0]
}

func readTextCounts(t require.TestingT, text string) counts {
	last := text[strings.LastIndex(text, "read,"):]
	var c counts
	if strings.Contains(last, "accepted") {
		c.suppressed = numbers(t, `([\d,]+) accepted by the baseline`, last)[0]
	}
	if strings.Contains(last, "found ") {
		n := numbers(t, `([\d,]+) errors?, ([\d,]+) warnings?, ([\d,]+) infos?`, last)
		c.errors, c.warnings, c.infos, c.occurrences = n[0], n[1], n[2], foundTimes(t, last)
	}
	return c
}

func readJSONCounts(t require.TestingT, text string) counts {
	r, err := report.Read(strings.NewReader(text))
	require.NoError(t, err)
	var c counts
	for _, f := range r.Findings {
		c.add(f.Severity, f.Suppressed != nil, f.Count)
	}
	return c
}

func readNDJSONCounts(t require.TestingT, text string) counts {
	var c counts
	for line := range strings.Lines(text) {
		var f report.Finding
		require.NoError(t, json.Unmarshal([]byte(line), &f))
		if f.Rule != "" {
			c.add(f.Severity, f.Suppressed != nil, f.Count)
		}
	}
	return c
}

func readJUnitCounts(t require.TestingT, text string) counts {
	suites, err := junit.Ingest([]byte(text))
	require.NoError(t, err)
	var c counts
	for _, s := range suites {
		var own counts
		for name, n := range map[string]*int{"errors": &own.errors, "warnings": &own.warnings, "infos": &own.infos, "suppressed": &own.suppressed, "occurrences": &own.occurrences} {
			*n, err = strconv.Atoi(s.Properties[name])
			require.NoError(t, err)
		}
		failures := 0
		for _, test := range s.Tests {
			if test.Error != nil {
				failures += strings.Count(test.Error.Error(), "error[")
			}
		}
		require.Equal(t, own.errors, failures, "the errors of a suite are the failures of its cases")
		c.plus(own)
	}
	return c
}

func readSARIFCounts(t require.TestingT, text string) counts {
	var c counts
	for _, result := range validSARIF(t, text).Results {
		c.add(result.Level, len(result.Suppressions) > 0, result.OccurrenceCount)
	}
	return c
}

func readGitHubCounts(t require.TestingT, text string) counts {
	var c counts
	for _, command := range parseCommands(t, text) {
		n := 1
		if m := regexp.MustCompile(`\nfound ([\d,]+) times`).FindStringSubmatch(command.message); m != nil {
			n = numbers(t, `([\d,]+)`, m[1])[0]
		}
		c.add(command.name, false, n)
	}
	log := readTextCounts(t, text)
	if log.suppressed > 0 { // which have no annotations
		c.suppressed, c.occurrences = log.suppressed, log.occurrences
	}
	require.Equal(t, log, c, "the annotations and the log")
	return c
}

func readMarkdownCounts(t require.TestingT, text string) counts {
	head := text[:strings.Index(text, "Checked against")]
	var c, listed counts
	if strings.Contains(head, "accepted") {
		c.suppressed = numbers(t, `([\d,]+) accepted by the baseline`, head)[0]
	}
	if strings.Contains(head, "found ") {
		c.occurrences = foundTimes(t, head)
	}
	if !strings.HasPrefix(text, "## plumb: no") { // no findings, nothing was checked
		n := numbers(t, `^## plumb: ([\d,]+) errors?, ([\d,]+) warnings?, ([\d,]+) infos?\n`, text)
		c.errors, c.warnings, c.infos = n[0], n[1], n[2]
	}
	for _, m := range regexp.MustCompile(`(?m)^- \*\*(\w+)\*\* .*$`).FindAllStringSubmatch(text, -1) {
		times, findings := 1, 1
		if n := regexp.MustCompile(`\(([\d,]+) times`).FindStringSubmatch(m[0]); n != nil {
			times = numbers(t, `([\d,]+)`, n[1])[0]
		}
		if n := regexp.MustCompile("` ([\\d,]+) findings:").FindStringSubmatch(m[0]); n != nil {
			findings = numbers(t, `([\d,]+)`, n[1])[0]
		}
		listed.add(m[1], false, times)
		for range findings - 1 {
			listed.add(m[1], false, 0)
		}
	}
	if c.suppressed > 0 { // which are not listed
		listed.suppressed, listed.occurrences = c.suppressed, c.occurrences
	}
	require.Equal(t, c, listed)
	return c
}

func readHTMLCounts(t require.TestingT, text string) counts {
	accepted := 0
	if strings.Contains(text, "</strong> accepted") {
		accepted = numbers(t, `<strong>([\d,]+)</strong> accepted`, text)[0]
	}
	n := numbers(t, `(?s)<strong>([\d,]+)</strong> errors?.*<strong>([\d,]+)</strong> warnings?.*<strong>([\d,]+)</strong> infos?.*<strong>([\d,]+)</strong> occurrences?`, text)
	articles := counts{occurrences: n[3]}
	for _, m := range regexp.MustCompile(`<(?:article|details) id="f-[0-9a-f-]+" class="finding (\w+)"`).FindAllStringSubmatch(text, -1) {
		articles.add(m[1], m[1] == "accepted", 0)
	}
	require.Equal(t, articles, counts{n[0], n[1], n[2], accepted, n[3]})
	return articles
}

// nastyFinding draws a finding of texts that mean something to some format.
func nastyFinding(t *rapid.T) plumb.Finding {
	piece := rapid.SampledFrom([]string{
		"a", " ", "%", "%0A", "\n", "\r", ":", "::", ",", "::error::x", "##[error]", "<script>alert(1)</script>", "</script>", "]]>", "<!--", "&amp;", "`", "``", "|", "\\", "*b*",
		"[x](javascript:alert(1))", "@user", "#1", "{0}", "\u202e", "\x00", "\x1b[31m", "\xff", "世", "é", "\"", "'", "onload=", "{{.}}", "${x}",
	})
	nasty := func(label string) string { return strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, label), "") }
	f := plumb.Finding{
		Rule: "schema-enum", Severity: rapid.SampledFrom([]plumb.Severity{plumb.Info, plumb.Warning, plumb.Error}).Draw(t, "severity"),
		Message: nasty("message"), Pointer: nasty("pointer"), Operation: nasty("operation"), Status: 200,
	}
	f.Description = plumb.Source{File: rapid.SampledFrom([]string{"", "spec/a b%.yaml"}).Draw(t, "described"), Line: 3, Pointer: "/x"}
	f.File, f.Entry = nasty("file"), 1
	f.Line, f.Column = rapid.IntRange(0, 9).Draw(t, "line"), rapid.IntRange(0, 9).Draw(t, "column")
	f.Resource, f.Found, f.Allowed = nasty("resource"), nasty("found"), nasty("allowed")
	f.Excerpt = plumb.Excerpt{Text: strings.ToValidUTF8(nasty("excerpt"), "?"), Column: rapid.IntRange(0, 9).Draw(t, "at"), Width: rapid.IntRange(0, 9).Draw(t, "width")}
	return f
}

func nastyReport(t *rapid.T) *report.Report {
	findings := rapid.SliceOfN(rapid.Custom(nastyFinding), 1, 4).Draw(t, "findings")
	r := build(3, result{&plumb.Exchange{}, engine.Result{Bodies: 1, Findings: findings, Skipped: findings[0].Found}})
	r.Rules = []report.Rule{{ID: "schema-enum", Severity: "error", Title: strings.ToValidUTF8(findings[0].Message, "?"), Text: strings.ToValidUTF8(findings[0].Found, "?"), Fix: strings.ToValidUTF8(findings[0].Allowed, "?")}}
	return r
}

// Equal input gives equal bytes.
func TestEqualInputGivesEqualBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		results := rapid.SliceOf(rapid.Custom(drawResult)).Draw(t, "results")
		for _, format := range Names() {
			var one, two bytes.Buffer
			require.NoError(t, Write(&one, format, build(3, results...), View{}))
			require.NoError(t, Write(&two, format, build(3, results...), View{}))
			assert.Equal(t, one.String(), two.String())
		}
	})
}

func TestNoSecretReachesAnyFormat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[A-Za-z0-9+/_.-]{12,40}`).Draw(t, "secret")
		around := func(label string) string {
			return rapid.StringMatching(`[ -~世]{0,10}`).Draw(t, label) + secret + rapid.StringMatching(`[ -~世]{0,10}`).Draw(t, label)
		}
		f := plumb.Finding{Rule: "schema-enum", Severity: plumb.Error, Message: around("message"), Pointer: "/" + around("pointer"), Subject: plumb.Subject{Name: around("name")}}
		f.File, f.Line, f.Resource, f.Found, f.Allowed = around("file"), 3, around("resource"), around("found"), around("allowed")
		text := around("excerpt")
		column := rapid.IntRange(0, len(text)).Draw(t, "column")
		f.Excerpt = plumb.Excerpt{Text: text, Column: column, Width: rapid.IntRange(0, len(text)-column).Draw(t, "width")}
		r := build(1,
			result{&plumb.Exchange{Secrets: []string{secret}}, engine.Result{Findings: []plumb.Finding{f}, Skipped: around("reason")}},
		)
		for _, format := range Names() {
			var buf bytes.Buffer
			require.NoError(t, Write(&buf, format, r, View{Width: 1000}))
			if strings.Contains(buf.String(), secret) {
				t.Fatalf("%s shows %q:\n%s", format, secret, buf.String())
			}
		}
	})
}
