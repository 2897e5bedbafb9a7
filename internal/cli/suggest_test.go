package cli

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

// The faults of each exchange are recorded, even of those that were not
// explained; and drift is not a fault.
func TestFaults(t *testing.T) {
	desc, err := spec.Builtin()
	require.NoError(t, err)
	v, err := engine.New(desc)
	require.NoError(t, err)
	checker := v.NewStream().NewWorker()
	got, want := faults{}, faults{}
	counted := 0
	for entry := range 4 {
		x := &plumb.Exchange{Schema: "Batch", Place: plumb.Place{File: "a.ndjson", Entry: entry}}
		x.Response.Body.Bytes = fmt.Appendf(nil, `{"id": "b%d", "object": "batch", "endpoint": "/v1/responses", "input_file_id": "f", "completion_window": "24h",
			"status": "in_progress", "model": null, "created_at": 1741967569, "in_progress_at": 1741967568}`, entry)
		r := checker.Check([]*plumb.Exchange{x}).Results[0]
		if r.Counted {
			counted++
		}
		r.Pattern.Done()
		got.add(x, r)
		want[fault{"a.ndjson", entry, "time-order"}] = true
	}
	assert.Equal(t, want, got)
	assert.Equal(t, 3, counted)

	faults(nil).add(nil, engine.Result{Findings: []plumb.Finding{{Rule: "time-order"}}})
}
