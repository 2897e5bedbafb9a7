package cli

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/proxy"
	"github.com/plumbapi/plumb/internal/report"
)

// What passed and was not checked is in the report, with the reason: a limit is
// not a finding, and a bug in plumb is a failure.
func TestUncheckedAnswersAreCounted(t *testing.T) {
	for name, tc := range map[string]struct {
		unchecked proxy.Unchecked
		skipped   []report.Skipped
		status    int
		message   string
	}{
		"limits": {
			proxy.Unchecked{NoRoom: 3, TooLate: 1},
			[]report.Skipped{{Reason: "responses that arrived faster than they could be checked", Count: 3}, {Reason: "responses whose check had not ended when the proxy ended", Count: 1}},
			statusNothing,
			"plumb: 4 responses passed without a check, so that no client had to wait; ",
		},
		"a bug in plumb": {
			proxy.Unchecked{Failed: 1},
			[]report.Skipped{{Reason: "responses whose check failed because of a bug in plumb", Count: 1}},
			statusFailed,
			"plumb: the check of 1 response failed because of a bug in plumb; ",
		},
	} {
		var out, messages bytes.Buffer
		a := &app{out: &out, err: &messages, getenv: func(string) string { return "" }}
		flags := addFlags(pflag.NewFlagSet("", pflag.ContinueOnError), func(*setting) bool { return true })
		o, _, err := loadOptions(flags, a.getenv)
		require.NoError(t, err)
		o.format = "json"
		c := &check{app: a, options: o}
		require.NoError(t, c.prepare(nil))
		(&proxyRun{check: c}).end(tc.unchecked)
		var r report.Report
		require.NoError(t, json.Unmarshal(out.Bytes(), &r))
		assert.Equal(t, tc.skipped, r.Skipped, name)
		assert.Equal(t, tc.unchecked.NoRoom+tc.unchecked.TooLate+tc.unchecked.Failed, r.Summary.Exchanges, name)
		assert.Equal(t, tc.status, a.status, name)
		assert.Contains(t, messages.String(), tc.message, name)
	}
}
