package outcome_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/spec"
)

// drawResponse draws a response about one of a few batches, alone or in a list,
// good or bad, at any time.
func drawResponse(t *rapid.T) *plumb.Exchange {
	batch := func() string {
		return fmt.Sprintf(`{"id":"batch_%d","object":"batch","endpoint":"/v1/chat/completions","input_file_id":"f%d","completion_window":"24h","status":%q,"created_at":17%d,"request_counts":{"total":9,"completed":%d,"failed":0}%s}`,
			rapid.IntRange(1, 4).Draw(t, "id"), rapid.IntRange(1, 2).Draw(t, "input"),
			rapid.SampledFrom([]string{"validating", "in_progress", "cancelled", "paused"}).Draw(t, "status"),
			rapid.IntRange(41967569, 41967570).Draw(t, "created"), rapid.IntRange(0, 3).Draw(t, "completed"),
			rapid.SampledFrom([]string{"", `,"model":null`, `,"new":1`}).Draw(t, "more"))
	}
	x := &plumb.Exchange{
		Request:  plumb.Request{Method: "GET", URL: "https://api.openai.com/v1/batches/b"},
		Response: plumb.Response{Status: 200},
		Time:     time.Unix(1741967600+rapid.Int64Range(0, 20).Draw(t, "time"), 0),
		Place:    plumb.Place{File: rapid.SampledFrom([]string{"a.har", "b.har", "c.har"}).Draw(t, "file")},
	}
	x.Response.Body.Bytes = []byte(batch())
	if rapid.IntRange(0, 3).Draw(t, "list") == 0 {
		x.Request.URL = "https://api.openai.com/v1/batches"
		x.Response.Body.Bytes = []byte(`{"object":"list","data":[` + batch() + "," + batch() + `],"has_more":false}`)
	}
	return x
}

// drawResponses draws responses, in the order of their places.
func drawResponses(t *rapid.T) []*plumb.Exchange {
	exchanges := rapid.SliceOfN(rapid.Custom(drawResponse), 1, 40).Draw(t, "exchanges")
	for i, x := range exchanges {
		x.Place.Entry, x.Place.Line = i+1, i+1
	}
	return exchanges
}

// TestPartsGiveTheWhole checks that a run that is split anywhere, and whose
// parts are merged in any order and grouping, gives the same bytes as the
// whole: for the outcome, and for the report made from it, including the
// findings of histories and the timelines of resources.
func TestPartsGiveTheWhole(t *testing.T) {
	d, err := spec.Builtin()
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		exchanges := drawResponses(t)
		whole := counted(t, v, exchanges)
		parts := make([][]*plumb.Exchange, rapid.IntRange(1, 5).Draw(t, "parts"))
		for _, x := range rapid.Permutation(exchanges).Draw(t, "order") {
			i := rapid.IntRange(0, len(parts)-1).Draw(t, "part")
			parts[i] = append(parts[i], x)
		}
		var open []*outcome.Outcome
		for _, part := range parts {
			open = append(open, counted(t, v, part))
		}
		for len(open) > 1 {
			i := rapid.IntRange(0, len(open)-2).Draw(t, "merge")
			require.NoError(t, open[i+1].Merge(open[i]))
			open = append(open[:i], open[i+1:]...)
		}
		require.Equal(t, bytesOf(t, whole), bytesOf(t, open[0]))
		want := reportOf(t, d, v, whole, 0)
		require.Equal(t, want, reportOf(t, d, v, open[0], 0))
	})
}

// TestBoundedHistories checks that an outcome does not depend on how much of its
// histories is in memory: neither what is written of it, nor the findings and the
// timelines of resources.
func TestBoundedHistories(t *testing.T) {
	d, err := spec.Builtin()
	require.NoError(t, err)
	v, err := engine.New(d)
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		exchanges := drawResponses(t)
		want := counted(t, v, exchanges)
		h := v.NewHistory()
		defer h.Close()
		h.Bound(rapid.IntRange(1, 3000).Draw(t, "bytes"))
		got := countedWith(t, v, h, exchanges)
		require.NoError(t, h.Err())
		require.Equal(t, bytesOf(t, want), bytesOf(t, got))
		require.Equal(t, reportOf(t, d, v, want, 0), reportOf(t, d, v, got, 1))
	})
}

// counted returns the outcome of exchanges, as it is read back from a file.
func counted(t *rapid.T, v *engine.Validator, exchanges []*plumb.Exchange) *outcome.Outcome {
	return countedWith(t, v, v.NewHistory(), exchanges)
}

func countedWith(t *rapid.T, v *engine.Validator, h *engine.History, exchanges []*plumb.Exchange) *outcome.Outcome {
	o := outcome.New(v, 3)
	o.Follow(h)
	for _, x := range exchanges {
		r := v.Check(x)
		o.Observe(x, &r)
		h.Add(&r)
		o.Add(x, r)
	}
	read, err := outcome.Read([]byte(bytesOf(t, o)))
	require.NoError(t, err)
	return read
}

func bytesOf(t *rapid.T, o *outcome.Outcome) string {
	text, err := json.Marshal(o)
	require.NoError(t, err)
	return string(text)
}

// reportOf returns the JSON report of an outcome that was read from a file. Of its
// histories, so many bytes are in memory; all if that is 0.
func reportOf(t *rapid.T, d *spec.Description, v *engine.Validator, o *outcome.Outcome, bytes int) string {
	own, h := outcome.New(v, 3), v.NewHistory()
	defer h.Close()
	h.Bound(bytes)
	own.Follow(h)
	require.NoError(t, own.Merge(o))
	r := report.New(report.Run{Description: d, Documented: v.Documented(), Version: "v1", Occurrences: 3}, own)
	text, err := json.Marshal(r)
	require.NoError(t, err)
	return string(text)
}
