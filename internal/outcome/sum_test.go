package outcome

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Sums are the same in any order and shape, never negative, and never decrease.
func TestSum(t *testing.T) {
	counts := rapid.OneOf(rapid.IntRange(0, 9), rapid.Int(), rapid.SampledFrom([]int{math.MaxInt, math.MinInt, mostCount - 1, mostCount}))
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := counts.Draw(t, "a"), counts.Draw(t, "b"), counts.Draw(t, "c")
		assert.Equal(t, sum(a, b), sum(b, a))
		assert.Equal(t, sum(sum(a, b), c), sum(a, sum(b, c)))
		assert.GreaterOrEqual(t, sum(a, b), max(0, min(a, mostCount)))
		assert.LessOrEqual(t, sum(a, b), mostCount)
		if min(a, b) >= 0 && max(a, b) < mostCount/2 {
			assert.Equal(t, a+b, sum(a, b))
		}
	})
}

// Merging summaries whose counts are as large as numbers are gives no negative
// counts.
func TestMergedCountsStayCounts(t *testing.T) {
	const large = `9223372036854775807`
	const text = `{"plumbSummary":` + "%v" + `,"description":"d","keep":3,"exchanges":` + large + `,"bodies":` + large + `,"masked":` + large + `,
		"skipped":{"a":` + large + `},"skippedForOtherReasons":` + large + `,"withOtherStatuses":` + large + `,
		"statuses":[{"operation":"o","status":200,"count":` + large + `,"media":{"m":` + large + `}}],
		"seen":[{"schema":"s","pointer":"/a","count":` + large + `,"nulls":` + large + `}],
		"places":[{"operation":"o","status":200,"schema":"s","pointer":"/a","count":` + large + `,"types":{"null":` + large + `},"values":{"null":` + large + `},"limit":9,"examples":[]}],
		"findings":[],"beyond":[{"rule":"r","severity":"error","count":` + large + `}],"files":[],"histories":[]}`
	empty, err := json.Marshal(Empty("d", 3))
	require.NoError(t, err)
	var head map[string]any
	require.NoError(t, json.Unmarshal(empty, &head))
	version := head["plumbSummary"]
	read := func() *Outcome {
		o, err := Read(fmt.Appendf(nil, text, version))
		require.NoError(t, err)
		return o
	}
	o := read()
	for range 3 {
		require.NoError(t, o.Merge(read()))
	}
	assert.Equal(t, []int{mostCount, mostCount, mostCount}, []int{o.Exchanges, o.Bodies, o.Masked})
	written, err := json.Marshal(o)
	require.NoError(t, err)
	assert.NotContains(t, string(written), ":-")
	assert.Equal(t, map[string]int{"a": mostCount, "other reasons": mostCount}, o.Skipped())
	assert.Equal(t, mostCount, o.Statuses()[0].Count)
	assert.Equal(t, mostCount, o.Seen()[0].Count)
	assert.Equal(t, mostCount, o.Places()[0].Null())
}
