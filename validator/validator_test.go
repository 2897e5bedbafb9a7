package validator_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
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

// Each option reaches the engine.
func TestOptions(t *testing.T) {
	description, err := spec.Builtin()
	require.NoError(t, err)
	const undocumented = `{"id": "batch_1", "object": "batch", "endpoint": "/v1/responses", "input_file_id": "file-1", "completion_window": "24h", "created_at": 1741967569, "status": "validating", "deep": [[[[1]]]]}`
	check := func(url string, opts ...validator.Option) validator.Result {
		v, err := validator.New(description, opts...)
		require.NoError(t, err)
		x := answer(undocumented)
		x.Request.URL = url
		return v.Check(x)
	}
	const there, elsewhere = "https://api.openai.com/v1/batches/batch_1", "https://other.example/x/batches/batch_1"

	r := check(there)
	require.Len(t, r.Findings, 1)
	assert.Equal(t, plumb.Warning, r.Findings[0].Severity)
	assert.Equal(t, "drift-undocumented-member", r.Findings[0].Rule)
	assert.Equal(t, "retrieveBatch 200", fmt.Sprint(r.Operation, " ", r.Status))
	assert.Equal(t, 1, r.Bodies)
	assert.Equal(t, plumb.Error, check(there, validator.WithStrict()).Findings[0].Severity)
	assert.Equal(t, plumb.Info, check(there, validator.WithRule("drift-undocumented-*", plumb.Info)).Findings[0].Severity)
	assert.NotEmpty(t, check(there, validator.WithMaxDepth(3)).Skipped)
	for _, option := range []validator.Option{validator.WithServer("https://other.example/x"), validator.WithTarget("https://other.example/x")} {
		assert.Equal(t, 1, check(elsewhere, option).Bodies)
	}
	_, err = validator.New(description, validator.WithRule("nope", plumb.Off))
	assert.ErrorContains(t, err, `no rule is named "nope"`)
}

// TestRulesAndWarnings checks what a validator says about itself.
func TestRulesAndWarnings(t *testing.T) {
	odd, err := spec.Load(fstest.MapFS{"odd.yaml": {Data: []byte("openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\ncomponents: {schemas: {A: {type: strin}}}\n")}}, "odd.yaml", spec.Options{})
	require.NoError(t, err)
	v, err := validator.New(odd, validator.WithRule("json-syntax", plumb.Off))
	require.NoError(t, err)
	require.Len(t, v.Warnings(), 1)
	assert.Contains(t, v.Warnings()[0].String(), "odd.yaml:4:")
	i := slices.IndexFunc(v.Rules(), func(r plumb.Rule) bool { return r.ID == "json-syntax" })
	require.GreaterOrEqual(t, i, 0)
	assert.Equal(t, plumb.Off, v.Rules()[i].Severity)
	assert.NotEmpty(t, v.Rules()[i].Text)
}
