package format

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/report"
)

func TestJUnit(t *testing.T) {
	r := build(5, enumFinding(), nullFinding())
	r.Rules = []report.Rule{{ID: "json-syntax"}, {ID: "schema-enum"}, {ID: "drift-null"}, {ID: "cancel-status"}}
	suites, err := junit.Ingest([]byte(render(t, "junit", r, View{})))
	require.NoError(t, err)
	var got []string
	for _, s := range suites {
		for _, test := range s.Tests {
			got = append(got, fmt.Sprintf("%s/%s %s %s", s.Name, test.Name, test.Status, test.Message))
		}
	}
	assert.Equal(t, []string{
		"all operations/json passed ", "all operations/schema passed ", "all operations/description passed ", "all operations/drift passed ",
		"cancelBatch/json passed ", "cancelBatch/schema failed schema-enum /status: the value is none of those that the description lists",
		"cancelBatch/description passed ", "cancelBatch/drift passed ",
		"listBatches/json skipped nothing was checked", "listBatches/schema skipped nothing was checked", "listBatches/description skipped nothing was checked", "listBatches/drift skipped nothing was checked",
	}, got)
	assert.Contains(t, suites[0].Tests[3].SystemOut, "warning[drift-null] /errors")
	failure := suites[1].Tests[1].Error.Error()
	assert.Contains(t, failure, "--> a.har:120:15 (entry 3)")
	assert.Contains(t, failure, `= found: "paused"`)
}

// The totals that a dashboard reads from the attributes are those of the
// elements; and it is XML, whatever a recording holds.
func TestJUnitTotals(t *testing.T) {
	type totals struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Skipped  int `xml:"skipped,attr"`
	}
	rapid.Check(t, func(t *rapid.T) {
		r := nastyReport(t)
		r.Rules = append(r.Rules, report.Rule{ID: "json-syntax"})
		text := render(t, "junit", r, View{})
		var all struct {
			totals
			Suites []struct {
				totals
				Cases []struct {
					Failure *string `xml:"failure"`
					Skipped *string `xml:"skipped"`
				} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		require.NoError(t, xml.Unmarshal([]byte(text), &all))
		var sum totals
		for _, s := range all.Suites {
			var own totals
			for _, c := range s.Cases {
				own.Tests++
				if c.Failure != nil {
					own.Failures++
				}
				if c.Skipped != nil {
					own.Skipped++
				}
			}
			assert.Equal(t, own, s.totals)
			sum.Tests, sum.Failures, sum.Skipped = sum.Tests+own.Tests, sum.Failures+own.Failures, sum.Skipped+own.Skipped
		}
		assert.Equal(t, sum, all.totals)
	})
}

// Findings that are not in the report fail a case of their own, if there are errors
// among them: a dashboard must not show a run as passed that has failed.
func TestJUnitOfOmittedFindings(t *testing.T) {
	for most, want := range map[int]string{
		1: `<failure message="1 error not in this report">2 findings not in this report (--max-findings)</failure>`,
		2: `<system-out>1 finding not in this report (--max-findings)</system-out>`,
	} {
		r := &report.Report{Summary: report.Summary{Checked: 3, Errors: 2, Warnings: 1}, Findings: []report.Finding{
			{Rule: "schema-enum", Severity: "error", Message: "a", Count: 1},
			{Rule: "schema-type", Severity: "error", Message: "b", Count: 1},
			{Rule: "drift-null", Severity: "warning", Message: "c", Count: 1},
		}}
		r.Limit(most)
		text := render(t, "junit", r, View{})
		assert.Contains(t, text, `<property name="omitted" value="`+strconv.Itoa(3-most)+`"></property>`)
		assert.Contains(t, text, want)
		assert.Equal(t, most == 1, strings.Contains(text, "error not in this report"))
	}
	r := &report.Report{Summary: report.Summary{Checked: 1}}
	assert.NotContains(t, render(t, "junit", r, View{}), "omitted")
}
