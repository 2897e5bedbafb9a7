package format_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/hostiletest"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/internal/report"
	"github.com/plumbapi/plumb/internal/report/format"
	"github.com/plumbapi/plumb/spec"
)

// BenchmarkLinear reads, checks and reports bodies of each kind, twice each:
// the second one is another answer of the same resources. Twice the body must
// not take much more than twice the time.
func BenchmarkLinear(b *testing.B) {
	d, err := spec.Builtin()
	require.NoError(b, err)
	for _, kind := range hostiletest.Bodies {
		var least [2]time.Duration // of the processor, for n and for twice that
		for i, n := range []int{2000, 4000} {
			body := kind.Make(n)
			later := bytes.ReplaceAll(body, []byte(`"completed"`), []byte(`"in_progress"`))
			b.Run(fmt.Sprintf("%s/%d", kind.Name, n), func(b *testing.B) {
				b.SetBytes(int64(len(body) + len(later)))
				for b.Loop() {
					runtime.GC()
					before := processorTime()
					wholeRun(b, d, body, later)
					if took := processorTime() - before; least[i] == 0 || took < least[i] {
						least[i] = took
					}
				}
				b.ReportMetric(float64(least[i].Microseconds()), "cpu-µs")
				if i == 1 && least[0] > 0 {
					b.ReportMetric(float64(least[1])/float64(least[0]), "ratio")
				}
			})
		}
	}
}

// wholeRun does what plumb check does.
func wholeRun(t testing.TB, d *spec.Description, bodies ...[]byte) *report.Report {
	v, err := engine.New(d)
	require.NoError(t, err)
	run := v.NewStream()
	checker, history := run.NewWorker(), v.NewHistory()
	b := outcome.New(v, 5)
	b.Follow(history)
	for _, body := range bodies {
		for x, err := range recording.Read(context.Background(), "a.json", bytes.NewReader(body), recording.DefaultLimits) {
			require.NoError(t, err)
			batch := checker.Check([]*plumb.Exchange{x})
			history.Add(&batch.Results[0])
			b.Add(x, batch.Results[0])
			b.Batch(batch)
			batch.Release()
		}
	}
	r := report.New(report.Run{Description: d, Documented: v.Documented(), Version: "v1", Occurrences: 5}, b)
	for _, name := range format.Names() {
		require.NoError(t, format.Write(io.Discard, name, r, format.View{}))
	}
	return r
}
