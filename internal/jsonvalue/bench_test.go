package jsonvalue_test

import (
	"testing"

	"github.com/plumbapi/plumb/internal/jsonvalue"
)

func BenchmarkParse(b *testing.B) {
	text := []byte(`{"id":"batch_67d4c1f1a2b08190","object":"batch","endpoint":"/v1/chat/completions","errors":null,"input_file_id":"file-7d4c1f1a2b08190a","completion_window":"24h","status":"cancelled","output_file_id":null,"error_file_id":"file-1d4c1f1a2b08190a","created_at":1757967569,"in_progress_at":1757967629,"expires_at":1758053969,"cancelling_at":1757967659,"cancelled_at":1757968169,"request_counts":{"total":1000,"completed":400,"failed":2},"metadata":{"customer":"user_123456789","description":"nightly evaluation job"}}`)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		jsonvalue.Parse(text, 100)
	}
}
