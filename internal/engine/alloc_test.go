package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
)

// A body whose drift was explained before is checked and added to the history
// without allocating.
func TestCheckDoesNotAllocate(t *testing.T) {
	v := builtin(t)
	run := v.NewStream()
	run.KeepOccurrences(1)
	checker, history := run.NewWorker(), v.NewHistory()
	exchanges := make([]*plumb.Exchange, 200)
	for i := range exchanges {
		exchanges[i] = &plumb.Exchange{Place: plumb.Place{File: "a", Line: i}, Response: plumb.Response{Body: plumb.Body{Bytes: []byte(realBody)}}}
	}
	explained := 0
	check := func() {
		for _, x := range exchanges {
			x.Place.Line += len(exchanges)
		}
		b := checker.Check(exchanges)
		for i := range b.Results {
			history.Add(&b.Results[i])
		}
		explained = b.Explained
		require.Equal(t, explained == 0, b.Results[0].Counted)
		if p := b.Results[0].Pattern; p != nil {
			p.Done()
		}
		b.Release()
	}
	check()
	assert.Equal(t, 2, explained, "it is known when it comes for the second time")
	check()
	perBatch := testing.AllocsPerRun(20, check)
	assert.Zero(t, explained)
	assert.Less(t, perBatch, 5.0, "for %d bodies", len(exchanges))
}
