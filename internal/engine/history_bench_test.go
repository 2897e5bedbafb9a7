package engine_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/plumbapi/plumb"
)

// BenchmarkHistory adds the responses of resources to a history: the lives of
// many resources, side by side, in the order of time and against it.
func BenchmarkHistory(b *testing.B) {
	v := builtin(b)
	const resources = 512
	var responses []*plumb.Exchange
	for step := range lifeOf("") {
		for i := range resources {
			x := *lifeOf("batch_template")[step]
			x.Response.Body.Bytes = bytes.Replace(x.Response.Body.Bytes, []byte("template"), fmt.Appendf(nil, "%024d", i), 1)
			responses = append(responses, &x)
		}
	}
	reversed := make([]*plumb.Exchange, len(responses))
	for i, x := range responses {
		reversed[len(responses)-1-i] = x
	}
	for _, bench := range []struct {
		name      string
		responses []*plumb.Exchange
	}{{"forwards", responses}, {"backwards", reversed}} {
		b.Run(bench.name, func(b *testing.B) {
			worker := v.NewStream().NewWorker()
			worker.Check(bench.responses[:1]).Release()
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				h := v.NewHistory()
				for from := 0; from < len(bench.responses); from += 64 {
					results := worker.Check(bench.responses[from:min(from+64, len(bench.responses))])
					b.StartTimer()
					for i := range results.Results {
						h.Add(&results.Results[i])
					}
					b.StopTimer()
					results.Release()
				}
				b.StartTimer()
			}
		})
	}
}
