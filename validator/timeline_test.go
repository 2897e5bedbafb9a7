package validator

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Adding observations at the end gives what thinning all of them gives.
func TestTimelineExtends(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []observation
		var line timeline
		for i := range rapid.IntRange(1, 150).Draw(t, "responses") {
			s := observation{time: int64(i), entry: uint64(i), cells: []cell{
				{kind: integer, bits: rapid.Uint64Range(0, 2).Draw(t, "value")},
				{kind: text, short: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "text")},
			}}
			want = thin(append(slices.Clone(want), s))
			switch hash := hashOf(s.cells); {
			case !line.extends(s.time):
				line = newTimeline(want)
			case hash == line.hash:
				line.repeat(&s)
			default:
				line.extend(line.last(make([]cell, 0, 2)).cells, &s, hash)
			}
			if diff := cmp.Diff(want, decode(line.encoded, 2), cmp.AllowUnexported(observation{}, cell{})); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}
