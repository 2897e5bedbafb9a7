package history

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// What is written of responses and pairs is read again, and no bytes make the readers
// panic.
func TestObserved(t *testing.T) {
	k := kindOf(t, states)
	operations := []string{"get", "list"}
	rapid.Check(t, func(t *rapid.T) {
		var all []Response
		for _, r := range drawResponses(t, k) {
			r.when.File = "a"
			r.when.Index = rapid.Int64Range(0, 2).Draw(t, "index")
			r.when.Line += rapid.Int64Range(0, 1).Draw(t, "line")
			r.when.Origin.Operation = rapid.SampledFrom([]string{"get", "list", "other"}).Draw(t, "operation")
			all = append(all, Response{r.when, r.packed})
			if rapid.Bool().Draw(t, "end") {
				break
			}
		}
		slices.SortFunc(all, compareResponses)
		b := k.AppendResponses(nil, all, operations)
		got, err := k.ReadResponses(b, "a", operations)
		require.NoError(t, err)
		if diff := cmp.Diff(all, got); diff != "" {
			t.Fatal(diff)
		}
		pair := Pair{Kind: k.Number, Before: all[0].Moment, After: all[len(all)-1].Moment, Latter: k.Unpack(all[0].Packed)}
		pair.Changes = []Change{{1, pair.Latter[1], pair.Latter[2]}}
		if rapid.Bool().Draw(t, "begins") {
			pair.Begins, pair.Changes = &pair.Changes[0], nil
		}
		p := k.AppendPair(nil, &pair, operations)
		again, err := k.ReadPair(p, operations)
		require.NoError(t, err)
		if len(again.Changes) == 0 {
			again.Changes = nil
		}
		if diff := cmp.Diff(pair, again, unexported); diff != "" {
			t.Fatal(diff)
		}
		cut := rapid.IntRange(0, len(b)-1).Draw(t, "cut")
		_, _ = k.ReadResponses(b[:cut], "a", operations)
		_, _ = k.ReadPair(p[:min(cut, len(p)-1)], operations)
	})
}
