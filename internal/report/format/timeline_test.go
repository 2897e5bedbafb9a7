package format

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/report"
)

func TestTimelineWithoutTimes(t *testing.T) {
	assert.Nil(t, newTimeline(&report.Resource{Observations: []report.Observation{{State: "validating"}}}, nil))
}

// Later times are farther right, with room for what is written there; and
// each bar ends where the next begins.
func TestTimelineKeepsTheOrder(t *testing.T) {
	start := time.Date(2025, 3, 14, 12, 0, 0, 0, time.UTC)
	r := &report.Resource{}
	for i, after := range []time.Duration{0, time.Second, time.Minute, 24 * time.Hour} {
		r.Timestamps = append(r.Timestamps, report.Timestamp{Pointer: fmt.Sprint("/t", i), State: fmt.Sprint("s", i), Time: start.Add(after)})
		r.Observations = append(r.Observations, report.Observation{State: fmt.Sprint("s", i), Time: start.Add(after + 2*time.Second)})
	}
	drawn := newTimeline(r, nil)
	require.Len(t, drawn.Told, 4)
	require.Len(t, drawn.Seen, 4)
	for _, lane := range [][]bar{drawn.Told, drawn.Seen} {
		for i := 1; i < len(lane); i++ {
			assert.GreaterOrEqual(t, lane[i].X, lane[i-1].X+barRoom)
			assert.Equal(t, lane[i].X, lane[i-1].X+lane[i-1].Width)
			assert.False(t, lane[i-1].Open)
		}
		assert.True(t, lane[3].Open)
	}
}

// Labels of one row do not overlap, however close the times are, and all are inside
// of the drawing.
func TestTimelineLabelsDoNotOverlap(t *testing.T) {
	start := time.Date(2025, 3, 14, 12, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		r := &report.Resource{}
		now := start
		for i := range rapid.IntRange(1, 12).Draw(t, "timestamps") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 60, 86400}).Draw(t, "seconds")) * time.Second)
			name := strings.Repeat("n", rapid.IntRange(1, 40).Draw(t, "length"))
			r.Timestamps = append(r.Timestamps, report.Timestamp{Pointer: fmt.Sprint("/", i, name), Time: now})
		}
		drawn := newTimeline(r, nil)
		end := map[int]int{}
		for _, tick := range drawn.Ticks {
			if tick.X < end[tick.Row] {
				t.Fatalf("%s begins at %d in row %d, which is taken up to %d", tick.Label, tick.X, tick.Row, end[tick.Row])
			}
			end[tick.Row] = tick.X + labelWidth(tick.Label)
			assert.LessOrEqual(t, end[tick.Row], drawn.Width)
			assert.Less(t, tick.LabelY(), drawn.SeenTop(), "a label is in the lane below")
		}
	})
}
