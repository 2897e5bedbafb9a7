package cli

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/spec"
	"github.com/plumbapi/plumb/validator"
)

// The faults of each exchange count, also of those that were not explained; and
// what is drift is no fault.
func TestFaults(t *testing.T) {
	desc, err := spec.Builtin()
	require.NoError(t, err)
	v, err := validator.New(desc)
	require.NoError(t, err)
	checker := v.NewRun().NewChecker()
	got, want := faults{}, faults{}
	counted := 0
	for entry := range 4 {
		x := &validator.Exchange{Schema: "Batch", Place: validator.Place{File: "a.ndjson", Entry: entry}}
		x.Response.Body.Bytes = fmt.Appendf(nil, `{"id": "b%d", "object": "batch", "endpoint": "/v1/responses", "input_file_id": "f", "completion_window": "24h",
			"status": "in_progress", "model": null, "created_at": 1741967569, "in_progress_at": 1741967568}`, entry)
		r := checker.Check([]*validator.Exchange{x}).Results[0]
		if r.Counted {
			counted++
		}
		r.Pattern.Settle()
		got.add(x, r)
		want[fault{"a.ndjson", entry, "time-order"}] = true
	}
	assert.Equal(t, want, got)
	assert.Equal(t, 3, counted)

	faults(nil).add(nil, validator.Result{Findings: []validator.Finding{{Rule: "time-order"}}})
}
