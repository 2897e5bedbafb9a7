package history

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/spec"

	"github.com/plumbapi/plumb/internal/lifecycle"
	"github.com/plumbapi/plumb/internal/schema"
)

// batches returns the kind of the batches of the built-in description.
func batches(t testing.TB) *Kind {
	d, err := spec.Builtin()
	require.NoError(t, err)
	for _, s := range d.Schemas {
		if s.Name == "Batch" {
			life, err := lifecycle.Parse(schema.New(d).At("Batch", s.Place).Shape)
			require.NoError(t, err)
			return NewKind(life, 0, "secret")
		}
	}
	t.Fatal("no Batch")
	return nil
}

// BenchmarkStore inserts responses about batches, and then looks for
// contradictions: each of another batch, eight in a row of each, and one of each in
// turns.
func BenchmarkStore(b *testing.B) {
	k := batches(b)
	const polls = 8
	var packed [polls][]byte
	for poll := range packed {
		p := k.Pack(nil)
		p.State([]string{"validating", "in_progress"}[min(poll, 1)])
		for i, pointer := range k.Members[1:] {
			switch pointer {
			case "/created_at", "/expires_at":
				p.Integer(1757203200 + 86400*int64(i%2))
			case "/request_counts/total", "/request_counts/completed":
				p.Integer(int64(1000 * min(poll, 1) * (1 + poll/2)))
			case "/endpoint", "/input_file_id", "/metadata":
				p.Text([]byte("a text that is longer than sixteen bytes"))
			case "/model", "/output_file_id", "/error_file_id", "/errors":
				p.Null()
			default:
				p.Integer(0)
			}
		}
		packed[poll] = p.Bytes()
	}
	for _, order := range []struct {
		name string
		at   func(i, n int) (resource, poll int)
	}{
		{"each", func(i, n int) (int, int) { return i, 0 }},
		{"row", func(i, n int) (int, int) { return i / polls, i % polls }},
		{"turns", func(i, n int) (int, int) { return i % (n/polls + 1), i / (n/polls + 1) }},
	} {
		b.Run(order.name, func(b *testing.B) {
			keys := rand.New(rand.NewPCG(1, 2))
			all := make([]Key, b.N)
			for i := range all {
				all[i] = Key(keys.Uint64())
			}
			s := NewStore([]*Kind{k})
			s.Bound(8 << 20)
			defer s.Close()
			s.MayContradict = func(*Kind, *Pair) bool { return false }
			b.ResetTimer()
			for i := range b.N {
				resource, poll := order.at(i, b.N)
				s.Insert(all[resource], k, Moment{File: "a", Entry: int64(i), Line: int64(i), Origin: Origin{Operation: "get", Status: 200}}, packed[poll], ignore)
			}
			for range s.Pairs() {
				b.Fatal("there is none")
			}
			require.NoError(b, s.Err())
		})
	}
}

// BenchmarkKey makes the key of an identity.
func BenchmarkKey(b *testing.B) {
	k := batches(b)
	id := fmt.Appendf(nil, "batch_%032x", 1)
	for i := range b.N {
		id = strconv.AppendInt(id[:30], int64(i)+1<<40, 10)
		k.Key(id)
	}
}
