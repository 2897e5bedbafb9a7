package history

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawLife draws observations at the times 0, 1, 2, ..., with two values each: a
// number that is less than so many, and one of two texts.
func drawLife(t *rapid.T, numbers uint64) []observation {
	var all []observation
	for i := range rapid.IntRange(1, 150).Draw(t, "responses") {
		all = append(all, observation{moment{time: int64(i), entry: int64(i)}, []Value{
			{kind: kindInteger, bits: rapid.Uint64Range(0, numbers-1).Draw(t, "value")},
			{kind: kindText, text: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "text")},
		}})
	}
	return all
}

var files = []string{"a", "b", "c"}

// Whatever is dropped of parts, and however these are put together, gives what
// reducing all observations gives.
func TestReduce(t *testing.T) {
	k := stateless(2)
	s := NewStore([]*Kind{k})
	for _, file := range files {
		s.files.of(file)
	}
	rapid.Check(t, func(t *rapid.T) {
		reduced := func(all []observation) []observation {
			slices.SortFunc(all, func(a, b observation) int { return int(a.time - b.time) })
			return s.needed(k, all)
		}
		k.Created = rapid.IntRange(0, 1).Draw(t, "created")
		all := drawLife(t, 151)
		for i := range all {
			all[i].file = rapid.Int64Range(0, int64(len(files)-1)).Draw(t, "file")
		}
		var parts [3][]observation
		for _, o := range all {
			part := &parts[rapid.IntRange(0, 2).Draw(t, "part")]
			if *part = append(*part, o); rapid.Bool().Draw(t, "reduce") {
				*part = reduced(*part)
			}
		}
		merged := reduced(append(parts[2], reduced(append(parts[0], parts[1]...))...))
		if diff := cmp.Diff(reduced(all), merged, unexported); diff != "" {
			t.Fatal(diff)
		}
	})
}
