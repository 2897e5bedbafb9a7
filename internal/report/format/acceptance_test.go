package format

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/report"
)

// accepted is a report with two findings, of which the baseline accepts, or
// accepted, those with the severities.
func accepted(now, once []string) *report.Report {
	r := build(5, enumFinding(), nullFinding())
	r.Rules = []report.Rule{{ID: "schema-enum"}, {ID: "drift-null"}}
	a := &report.Acceptance{Reason: "ticket 12", Owner: "ann", Expires: "2026-06-30"}
	for i := range r.Findings {
		f := &r.Findings[i]
		for _, severity := range now {
			if f.Severity == severity {
				r.Suppress(f, a)
			}
		}
		for _, severity := range once {
			if f.Severity == severity {
				f.Expired = a
			}
		}
	}
	return r
}

// What the baseline accepts fails no case; what it accepted until a day that is
// over does, whatever the severity, and says until when, why and whose it was.
func TestJUnitOfBaseline(t *testing.T) {
	for name, c := range map[string]struct {
		now, once []string
		want      map[string]string // of the cases that fail, how the message ends
	}{
		"nothing accepted":    {nil, nil, map[string]string{"cancelBatch/schema": "lists"}},
		"an error accepted":   {[]string{"error"}, nil, map[string]string{}},
		"a warning accepted":  {[]string{"warning"}, nil, map[string]string{"cancelBatch/schema": "lists"}},
		"all accepted":        {[]string{"error", "warning"}, nil, map[string]string{}},
		"a warning no longer": {[]string{"error"}, []string{"warning"}, map[string]string{"all operations/drift": "; the acceptance by ann has expired (2026-06-30): ticket 12"}},
		"an error no longer":  {[]string{"warning"}, []string{"error"}, map[string]string{"cancelBatch/schema": "; the acceptance by ann has expired (2026-06-30): ticket 12"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := accepted(c.now, c.once)
			suites, err := junit.Ingest([]byte(render(t, "junit", r, View{})))
			require.NoError(t, err)
			failed := map[string]string{}
			shown := ""
			for _, s := range suites {
				for _, test := range s.Tests {
					shown += test.SystemOut
					if test.Status == junit.StatusFailed {
						failed[s.Name+"/"+test.Name] = test.Message
						shown += test.Error.Error()
					}
				}
			}
			require.Len(t, failed, len(c.want))
			for name, end := range c.want {
				assert.True(t, strings.HasSuffix(failed[name], end), "%s: %s", name, failed[name])
			}
			// Nothing is hidden: each finding is shown once, with what the baseline has on it.
			assert.Equal(t, 1, strings.Count(shown, "error[schema-enum]"))
			assert.Equal(t, 1, strings.Count(shown, "warning[drift-null]"))
			assert.Equal(t, len(c.now), strings.Count(shown, "= accepted until 2026-06-30 (ann): ticket 12"))
			assert.Equal(t, len(c.once), strings.Count(shown, "= the acceptance by ann has expired (2026-06-30): ticket 12"))
		})
	}
}

func TestJUnitCountsWhatFails(t *testing.T) {
	r := accepted(nil, []string{"error", "warning"})
	r.Findings[1].Rule, r.Findings[1].Operations = "schema-limit", []report.OperationCount{{Operation: "cancelBatch", Status: 200, Count: 1}}
	text := render(t, "junit", r, View{})
	assert.Contains(t, text, ", and 1 more finding")
	assert.Contains(t, text, `failures="1"`)
}

// The page shows what is accepted, and what no longer is, each with the reason,
// the owner and the last day; and counts them apart.
func TestHTMLOfBaseline(t *testing.T) {
	page := render(t, "html", accepted([]string{"warning"}, []string{"error"}), View{})
	assert.Contains(t, page, `<strong>1</strong> error`)
	assert.Contains(t, page, `<strong>0</strong> warnings`)
	assert.Contains(t, page, `<strong>1</strong> accepted`)
	assert.Contains(t, page, `class="finding accepted" data-severity="accepted" data-rule="drift-null"`)
	assert.Contains(t, page, `<span class="severity">accepted warning</span> <code class="rule">drift-null</code>`)
	assert.Contains(t, page, `<dt>baseline</dt><dd>accepted until 2026-06-30 (ann): ticket 12</dd>`)
	assert.Contains(t, page, `class="finding error" data-severity="error" data-rule="schema-enum"`)
	assert.Contains(t, page, `<span class="severity">no longer accepted error</span> <code class="rule">schema-enum</code>`)
	assert.Contains(t, page, `<dt>baseline</dt><dd>the acceptance by ann has expired (2026-06-30): ticket 12</dd>`)
	assert.Contains(t, page, ` (accepted)</td>`, "the table of the drift")
	assert.Contains(t, page, `<option value="accepted">accepted</option>`)
}

// A code scanner closes what is suppressed; of what no longer is, it says why.
func TestSARIFOfBaseline(t *testing.T) {
	var log struct {
		Runs []struct {
			Results []struct {
				RuleID       string
				Message      struct{ Text string }
				Suppressions []struct{ Status, Justification string }
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(render(t, "sarif", accepted([]string{"warning"}, []string{"error"}), View{})), &log))
	for _, result := range log.Runs[0].Results {
		if result.RuleID == "drift-null" {
			require.Len(t, result.Suppressions, 1)
			assert.Equal(t, "accepted", result.Suppressions[0].Status)
			continue
		}
		assert.Empty(t, result.Suppressions)
		assert.Contains(t, result.Message.Text, "the acceptance by ann has expired (2026-06-30): ticket 12")
	}
}
