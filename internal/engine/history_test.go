package engine_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

func builtin(t testing.TB, opts ...engine.Option) *engine.Validator {
	t.Helper()
	d, err := spec.Builtin()
	require.NoError(t, err)
	v, err := engine.New(d, opts...)
	require.NoError(t, err)
	return v
}

// lifeOf returns the responses that a batch gives over its life, with their
// times.
func lifeOf(id string) []*plumb.Exchange {
	const created = 1741967569
	var all []*plumb.Exchange
	for i, s := range []struct {
		status, stamps string
		completed      int
	}{
		{"validating", ``, 0},
		{"in_progress", `"in_progress_at":1741967629,`, 0},
		{"in_progress", `"in_progress_at":1741967629,`, 2},
		{"finalizing", `"in_progress_at":1741967629,"finalizing_at":1741973569,`, 4},
		{"completed", `"in_progress_at":1741967629,"finalizing_at":1741973569,"completed_at":1741974569,"output_file_id":"file-out",`, 4},
	} {
		total := 4
		if s.status == "validating" {
			total = 0
		}
		body := fmt.Sprintf(`{"id":%q,"object":"batch","endpoint":"/v1/chat/completions","input_file_id":"file-in","completion_window":"24h","status":%q,"created_at":%d,%s"request_counts":{"total":%d,"completed":%d,"failed":0}}`,
			id, s.status, created, s.stamps, total, s.completed)
		all = append(all, &plumb.Exchange{
			Time:     time.Unix(created+int64(i)*2000, 0),
			Place:    plumb.Place{File: "life.ndjson", Entry: i + 1, Line: i + 1},
			Response: plumb.Response{Body: plumb.Body{Bytes: []byte(body)}},
		})
	}
	return all
}

// However the responses of a good life are mixed over files, their times put
// them in order, and there is nothing to report.
func TestHistoryGoesByTime(t *testing.T) {
	v := builtin(t)
	rapid.Check(t, func(t *rapid.T) {
		h := v.NewHistory()
		for _, x := range rapid.Permutation(lifeOf("batch_1")).Draw(t, "order") {
			r := v.Check(x)
			h.Add(&r)
			if len(r.Findings) > 0 {
				t.Fatalf("%s: %s", r.Findings[0].Rule, r.Findings[0].Found)
			}
		}
	})
}

// A response that contradicts the others is found wherever it is read.
func TestHistoryFindsContradictions(t *testing.T) {
	v := builtin(t)
	rapid.Check(t, func(t *rapid.T) {
		life := lifeOf("batch_1")
		life[0].Time = life[4].Time.Add(time.Hour) // validating, after it was completed
		h := v.NewHistory()
		rules := map[string]int{}
		for _, x := range rapid.Permutation(life).Draw(t, "order") {
			r := v.Check(x)
			h.Add(&r)
			for _, f := range r.Findings {
				rules[f.Rule]++
				assert.Equal(t, "batch_1", f.Resource)
				assert.NotZero(t, f.Line)
			}
		}
		if rules["history-transition"] == 0 || rules["history-decreased"] == 0 {
			t.Fatalf("found only %v", rules)
		}
	})
}

// Without times, the order in the file counts.
func TestHistoryWithoutTimes(t *testing.T) {
	v := builtin(t)
	life := lifeOf("batch_1")
	check := func(order ...int) (found []string) {
		h := v.NewHistory()
		for _, i := range order {
			x := *life[i]
			x.Time = time.Time{}
			r := v.Check(&x)
			h.Add(&r)
			for _, f := range r.Findings {
				found = append(found, f.Rule)
			}
		}
		return found
	}
	assert.Empty(t, check(0, 1, 2, 3, 4))
	assert.Empty(t, check(1, 0), "whichever was read first")
	life[0].Place.Entry = 6
	assert.Contains(t, check(1, 0), "history-transition")
}

// A history takes less than 200 bytes for a resource with three responses.
func TestHistoryMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	v := builtin(t)
	h := v.NewHistory()
	const resources = 20_000
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	source := rand.New(rand.NewPCG(1, 2))
	for range resources {
		life := lifeOf(fmt.Sprintf("batch_%032x", source.Uint64()))
		for _, i := range []int{0, 2, 4} {
			r := v.Check(life[i])
			h.Add(&r)
		}
	}
	each := (heap() - before) / resources
	t.Logf("%d bytes for each resource of three responses", each)
	assert.Less(t, each, uint64(200))
	runtime.KeepAlive(h)
}
