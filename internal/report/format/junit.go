package format

import (
	"encoding/xml"
	"io"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// writeJUnit writes a suite for each operation, with a case for each group of
// rules. A case fails with its errors, and with what the baseline no longer
// accepts; warnings, infos and what the baseline accepts are in the output. What
// had nothing to check is skipped.
func writeJUnit(w io.Writer, r *report.Report, _ View) error {
	all := junitReport{Name: "plumb"}
	for i, s := range junitSuites(r) {
		suite := s.suite(r)
		if i == 0 && r.Summary.Omitted > 0 {
			suite.addOmitted(r)
		}
		all.Tests += suite.Tests
		all.Failures += suite.Failures
		all.Skipped += suite.Skipped
		all.Suites = append(all.Suites, suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// The elements of a JUnit report, as CI dashboards read them.
type (
	junitReport struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string          `xml:"name,attr"`
		Tests      int             `xml:"tests,attr"`
		Failures   int             `xml:"failures,attr"`
		Errors     int             `xml:"errors,attr"`
		Skipped    int             `xml:"skipped,attr"`
		Time       string          `xml:"time,attr"`
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string        `xml:"name,attr"`
		Classname string        `xml:"classname,attr"`
		Time      string        `xml:"time,attr"`
		Skipped   *junitOutcome `xml:"skipped"`
		Failure   *junitOutcome `xml:"failure"`
		Out       string        `xml:"system-out,omitempty"`
	}
	junitOutcome struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// suiteContent is what a suite is made of.
type suiteContent struct {
	name     string
	checked  int // exchanges, or for the suite of all operations bodies
	findings []*report.Finding
}

// allOperations names the suite of the findings that occur in several operations,
// and of those of bodies without one.
const allOperations = "all operations"

func junitSuites(r *report.Report) []*suiteContent {
	of := map[string]*suiteContent{}
	var suites []*suiteContent
	add := func(operation, name string, checked int) *suiteContent {
		s := &suiteContent{name: name, checked: checked}
		of[operation] = s
		suites = append(suites, s)
		return s
	}
	add("", allOperations, r.Summary.Checked)
	for _, op := range r.Coverage.Operations {
		add(op.Operation, textfmt.Printable(op.Operation), op.Count)
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		operation := f.Operation()
		s := of[operation]
		if s == nil { // of a method or a path that is not described
			s = add(operation, textfmt.Printable(operation), f.Count)
		}
		s.findings = append(s.findings, f)
	}
	return suites
}

func (s *suiteContent) suite(r *report.Report) junitSuite {
	suite := junitSuite{Name: s.name, Time: "0"}
	byGroup := map[string][]*report.Finding{}
	count := map[string]int{}
	for _, f := range s.findings {
		byGroup[groupOf(f.Rule)] = append(byGroup[groupOf(f.Rule)], f)
		count["occurrences"] += f.Count
		if f.Suppressed != nil {
			count["suppressed"]++
		} else {
			count[f.Severity+"s"]++
		}
	}
	count["checked"] = s.checked
	for _, name := range []string{"errors", "warnings", "infos", "suppressed", "occurrences", "checked"} {
		suite.Properties = append(suite.Properties, junitProperty{name, strconv.Itoa(count[name])})
	}
	for _, name := range groups {
		if findings := byGroup[name]; len(findings) > 0 || hasRules(r, name) {
			suite.add(s.testCase(r, name, findings))
		}
	}
	return suite
}

// addOmitted adds a case for the findings that are not in the report. It fails if
// there are errors among them, which would fail other cases.
func (s *junitSuite) addOmitted(r *report.Report) {
	s.Properties = append(s.Properties, junitProperty{"omitted", strconv.Itoa(r.Summary.Omitted)})
	errors := r.Summary.Errors
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Suppressed == nil && f.Severity == "error" {
			errors--
		}
	}
	text := textfmt.Count(r.Summary.Omitted, "finding") + " not in this report (--max-findings)"
	c := junitCase{Name: "omitted", Classname: s.Name, Time: "0", Out: text}
	if errors > 0 {
		c.Failure = &junitOutcome{Message: textfmt.Count(errors, "error") + " not in this report", Text: text}
	}
	s.add(c)
}

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Skipped != nil {
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func (s *suiteContent) testCase(r *report.Report, group string, findings []*report.Finding) junitCase {
	c := junitCase{Name: group, Classname: s.name, Time: "0"}
	var failed, passed []*report.Finding
	for _, f := range findings {
		if f.Expired != nil || f.Severity == "error" && f.Suppressed == nil {
			failed = append(failed, f)
		} else {
			passed = append(passed, f)
		}
	}
	c.Out = textOf(r, passed)
	switch {
	case len(failed) > 0:
		message := strings.Join(append([]string{headline(failed[0])}, acceptanceNotes(failed[0])...), "; ")
		if len(failed) > 1 {
			message += ", and " + textfmt.Count(len(failed)-1, "more finding")
		}
		c.Failure = &junitOutcome{Message: message, Type: textfmt.Printable(failed[0].Rule), Text: "\n" + textOf(r, failed)}
	case s.checked == 0 && len(findings) == 0:
		c.Skipped = &junitOutcome{Message: "nothing was checked"}
	}
	return c
}

// textOf returns findings as the text report has them.
func textOf(r *report.Report, findings []*report.Finding) string {
	var b strings.Builder
	t := newText(&b, r, View{})
	for i, f := range findings {
		if i > 0 {
			t.line("")
		}
		t.finding(f)
	}
	t.buf.Flush()
	return b.String()
}
