package contracttest

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/baseline"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/spec"
)

// on sets the current day.
func on(day string) Option {
	return func(c *config) {
		c.now = func() time.Time {
			d, err := baseline.ParseDate(day)
			if err != nil {
				panic(err)
			}
			return d.Add(12 * time.Hour)
		}
	}
}

// accepting writes a baseline, as the command does, that accepts the findings
// of the exchanges until 30 June 2030.
func accepting(t *testing.T, desc *spec.Description, exchanges ...*plumb.Exchange) string {
	t.Helper()
	v, err := engine.New(desc)
	require.NoError(t, err)
	counted := outcome.New(v, 1)
	for _, x := range exchanges {
		counted.Add(x, v.Check(x))
	}
	last, err := baseline.ParseDate("2030-06-30")
	require.NoError(t, err)
	b := baseline.New("accepted.yaml")
	b.Update(report.New(report.Run{Description: desc, Documented: v.Documented(), Version: "test", Occurrences: 1}, counted).Findings, baseline.Terms{Reason: "ticket 12", Owner: "ann", Expires: last})
	text, err := b.Bytes()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "accepted.yaml")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	return file
}

// retrieved returns an exchange as it is read from a recording.
func retrieved(path, body string) *plumb.Exchange {
	x := bare(body)
	x.Request = plumb.Request{Method: "GET", URL: "https://host" + path}
	x.Response.Status, x.Response.Header = 200, http.Header{"Content-Type": {"application/json"}}
	return x
}

func bare(body string) *plumb.Exchange {
	return &plumb.Exchange{Response: plumb.Response{Body: plumb.Body{Bytes: []byte(body)}}}
}

func builtin(t *testing.T) *spec.Description {
	t.Helper()
	desc, err := spec.Builtin()
	require.NoError(t, err)
	return desc
}

func TestWithBaseline(t *testing.T) {
	const path = "/v1/batches/batch_1"
	nulled := strings.Replace(validating, `"id"`, `"model":null,"id"`, 1)
	both := strings.Replace(paused, `"id"`, `"model":null,"id"`, 1)
	known := accepting(t, builtin(t), retrieved(path, paused), retrieved(path, nulled)) // schema-enum, drift-null
	for name, tc := range map[string]struct {
		body   string
		opts   []Option
		errors []string // parts, one each
		log    string
		not    string
	}{
		"known":                     {body: both, log: "0 errors, 0 warnings, 0 infos, 2 accepted\n    accepted schema-enum /status", not: "does not occur"},
		"on the last day":           {body: both, opts: []Option{on("2030-06-30")}},
		"expired":                   {body: paused, opts: []Option{on("2030-07-01")}, errors: []string{"schema-enum at /status"}, log: "; 1 error"},
		"expired, below WithFailOn": {body: nulled, opts: []Option{on("2030-07-01"), WithFailOn(Error)}, errors: []string{"drift-null at /model"}},
		"nothing fails":             {body: both, opts: []Option{on("2030-07-01"), WithFailOn(Off)}},
		"new":                       {body: strings.Replace(paused, `"24h"`, `24`, 1), errors: []string{"schema-type at /completion_window"}},
		"gone":                      {body: nulled, log: "accepted.yaml:14: schema-enum at /status does not occur in this test", not: "drift-null at /model does not occur"},
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t, func(tb testing.TB) {
				opts := append([]Option{on("2030-01-01"), WithFailOn(Warning), WithBaseline(known)}, tc.opts...)
				client := Client(tb, opts...)
				for range 2 {
					get(tb, client, answering(tb, "application/json", tc.body)+path)
				}
			})
			require.Len(t, w.errors, len(tc.errors), "%v", w.errors)
			for i, want := range tc.errors {
				assert.Contains(t, w.errors[i], want)
			}
			require.Len(t, w.logs, 1)
			assert.Contains(t, w.logs[0], tc.log)
			if tc.not != "" {
				assert.NotContains(t, w.logs[0], tc.not)
			}
		})
	}
}

// TestExpiredReadsWell checks that the failure says what was accepted, by whom,
// why and until when.
func TestExpiredReadsWell(t *testing.T) {
	file := accepting(t, builtin(t), bare(paused))
	w := watch(t, func(tb testing.TB) { Body(tb, "Batch", []byte(paused), WithBaseline(file), on("2030-07-01")) })
	require.Len(t, w.errors, 1)
	assert.Contains(t, w.errors[0], "\n    described: schemas/batch.json:")
	assert.Contains(t, w.errors[0], fmt.Sprintf(
		"\n    baseline:  %s:5: schema-enum at /status, accepted by ann (ticket 12), has expired (2030-06-30): fix it, or give it a new date", file))
}

func TestBrokenBaselines(t *testing.T) {
	w := watch(t, func(tb testing.TB) { Client(tb, WithBaseline("nope.yaml")) })
	assert.Contains(t, w.fatal, `plumb: nope.yaml: there is no such baseline; "plumb baseline update --baseline nope.yaml" makes one`)
	file := filepath.Join(t.TempDir(), "broken.yaml")
	require.NoError(t, os.WriteFile(file, []byte("accepted: 7"), 0o600))
	w = watch(t, func(tb testing.TB) { Client(tb, WithBaseline(file)) })
	assert.Contains(t, w.fatal, "broken.yaml:1:11: accepted must be a list")
}

// TestRecordingsWithBaseline checks that accepted findings pass in recordings,
// too.
func TestRecordingsWithBaseline(t *testing.T) {
	dir := t.TempDir()
	recording := filepath.Join(dir, "bodies.ndjson")
	require.NoError(t, os.WriteFile(recording, []byte(validating+"\n"+paused+"\n"), 0o600))
	Recordings(t, recording, WithBaseline(accepting(t, builtin(t), bare(paused))), on("2030-06-30"))
}

// TestBaselineFromAnotherFolder checks that a finding is the same wherever its
// description is named from.
func TestBaselineFromAnotherFolder(t *testing.T) {
	const body = `{"id":"pay_1","status":"paused"}`
	name, err := filepath.Abs("../fixtures/payment/openapi.yaml")
	require.NoError(t, err)
	desc, err := spec.LoadFile(name, "")
	require.NoError(t, err)
	file := accepting(t, desc, retrieved("/v2/payments/pay_1", body))
	w := watch(t, func(tb testing.TB) {
		client := Client(tb, WithSpec("../fixtures/payment/openapi.yaml"), WithBaseline(file), on("2030-06-30"), WithFailOn(Info))
		get(tb, client, answering(tb, "application/json", body)+"/payments/pay_1")
	})
	assert.Empty(t, w.errors)
	require.Len(t, w.logs, 1)
	assert.Regexp(t, ", [1-9] accepted", w.logs[0])
	assert.NotContains(t, w.logs[0], "does not occur")
}
