package validator_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/spec"
	"github.com/plumbapi/plumb/validator"
)

// Exchanges without time and place are in the order of the calls.
func TestHistoryHasTheOrderOfCalls(t *testing.T) {
	description, err := spec.Builtin()
	require.NoError(t, err)
	v, err := validator.New(description)
	require.NoError(t, err)
	const batch = `{"id": "batch_1", "object": "batch", "endpoint": "/v1/responses", "input_file_id": "file-1", "completion_window": "24h", "created_at": 1741967569`
	before := answer(batch + `, "status": "validating"}`)
	after := answer(batch + `, "status": "in_progress", "in_progress_at": 1741967570}`)

	h := v.NewHistory()
	assert.Empty(t, h.Check(before).Findings)
	assert.Empty(t, h.Check(after).Findings)

	h = v.NewHistory()
	assert.Empty(t, h.Check(after).Findings)
	findings := h.Check(before).Findings
	require.NotEmpty(t, findings)
	assert.Equal(t, "history-transition", findings[0].Rule)
	assert.Equal(t, 2, findings[0].Entry)
	assert.Zero(t, before.Place, "the exchange is as it was")
}
