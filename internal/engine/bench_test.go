package engine_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb"
)

// BenchmarkCheck measures the check of bodies that are not known: on one that fits the
// description, on the same body with one fault of each kind, and on one as real
// servers send it.
func BenchmarkCheck(b *testing.B) {
	clean := regexp.MustCompile(`"\w+":null,`).ReplaceAllString(realBody, "")
	for _, bench := range []struct{ name, body string }{
		{"clean", clean},
		{"schema-required", strings.Replace(clean, `"endpoint"`, `"end"`, 1)},
		{"schema-type", strings.Replace(clean, `"created_at":1757967569`, `"created_at":"1757967569"`, 1)},
		{"schema-enum", strings.Replace(clean, `"cancelled"`, `"paused"`, 1)},
		{"time-order", strings.Replace(clean, `"cancelling_at":1757967659`, `"cancelling_at":1757967559`, 1)},
		{"usage-total", strings.Replace(clean, `"total_tokens":0`, `"total_tokens":1`, 1)},
		{"nulls", realBody},
	} {
		b.Run(bench.name, func(b *testing.B) {
			v := builtin(b)
			x := &plumb.Exchange{Response: plumb.Response{Body: plumb.Body{Bytes: []byte(bench.body)}}}
			found := v.Check(x).Findings
			require.Equal(b, bench.name == "clean", len(found) == 0, "%v", found)
			b.SetBytes(int64(len(bench.body)))
			b.ReportAllocs()
			for b.Loop() {
				v.Check(x)
			}
		})
	}
}

const realBody = `{"id":"batch_67d4c1f1a2b08190a1c1d9b0d0a2f1e3","object":"batch","endpoint":"/v1/chat/completions","model":"gpt-4o-mini","errors":null,"input_file_id":"file-7d4c1f1a2b08190a1c1d9b0","completion_window":"24h","status":"cancelled","output_file_id":null,"error_file_id":null,"created_at":1757967569,"in_progress_at":1757967629,"expires_at":1758053969,"finalizing_at":null,"completed_at":null,"failed_at":null,"expired_at":null,"cancelling_at":1757967659,"cancelled_at":1757968169,"request_counts":{"total":1000,"completed":400,"failed":2},"usage":{"input_tokens":0,"input_tokens_details":{"cached_tokens":0},"output_tokens":0,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":0},"metadata":{"customer":"user_123456789","description":"nightly evaluation job"}}`

// BenchmarkDecode measures encoding/json, with which the speed of the others is
// compared.
func BenchmarkDecode(b *testing.B) {
	b.SetBytes(int64(len(realBody)))
	for b.Loop() {
		var value any
		if err := json.Unmarshal([]byte(realBody), &value); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkChecker measures a worker on bodies as real servers send them, nulls
// included, after their drift was explained.
func BenchmarkChecker(b *testing.B) {
	v := builtin(b)
	checker := v.NewStream().NewWorker()
	exchanges := make([]*plumb.Exchange, 64)
	for i := range exchanges {
		exchanges[i] = &plumb.Exchange{Response: plumb.Response{Body: plumb.Body{Bytes: []byte(realBody)}}}
	}
	pattern := checker.Check(exchanges[:3]).Results[2].Pattern
	require.NotNil(b, pattern)
	pattern.Done()
	require.True(b, checker.Check(exchanges[:1]).Results[0].Counted)
	b.SetBytes(int64(len(realBody) * len(exchanges)))
	b.ReportAllocs()
	for b.Loop() {
		checker.Check(exchanges)
	}
}
