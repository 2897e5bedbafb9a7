package engine

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/lifecycle"
)

var unexported = cmp.AllowUnexported(observation{}, moment{}, cell{}, timeline{})

// A timeline gives back what it was made of.
func TestTimeline(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWatch(t)
		want := drawObservations(t, len(w.members))
		made := w.newTimeline(want)
		read := readTimeline(made.append(nil))
		if diff := cmp.Diff(want, w.observations(read), unexported); diff != "" {
			t.Fatal(diff)
		}
	})
}

// Whatever is dropped of parts, and however these are put together, gives what
// reducing all observations gives.
func TestReduce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &tracked{life: &lifecycle.Lifecycle{}, members: make([]string, 2)}
		reduced := func(all []observation) []observation {
			slices.SortFunc(all, func(a, b observation) int { return int(a.time - b.time) })
			return reduce(all, 2, func(s *observation) []byte { return w.pack(nil, s.cells) })
		}
		var all []observation
		var parts [3][]observation
		for i := range rapid.IntRange(1, 150).Draw(t, "responses") {
			s := observation{moment{time: int64(i), entry: int64(i)}, []cell{
				{kind: integer, bits: rapid.Uint64Range(0, 150).Draw(t, "value")},
				{kind: text, short: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "text")},
			}}
			all = append(all, s)
			part := &parts[rapid.IntRange(0, 2).Draw(t, "part")]
			if *part = append(*part, s); rapid.Bool().Draw(t, "reduce") {
				*part = reduced(*part)
			}
		}
		merged := reduced(append(parts[2], reduced(append(parts[0], parts[1]...))...))
		if diff := cmp.Diff(reduced(all), merged, unexported); diff != "" {
			t.Fatal(diff)
		}
	})
}

// What is added at the end is kept as what is put anywhere.
func TestTimelineExtends(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &tracked{life: &lifecycle.Lifecycle{}, members: make([]string, 2)}
		h := &History{files: []string{""}, v: &Validator{}}
		var all []observation
		for i := range rapid.IntRange(1, 150).Draw(t, "responses") {
			s := observation{moment{time: int64(i), entry: int64(i)}, []cell{
				{kind: integer, bits: rapid.Uint64Range(0, 2).Draw(t, "value")},
				{kind: text, short: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "text")},
			}}
			all = append(all, s)
			h.insert(1, w, s.moment, w.pack(nil, s.cells), func(_, _ moment, _ []change, _ bool) {})
		}
		want := reduce(all, 2, func(s *observation) []byte { return w.pack(nil, s.cells) })
		if diff := cmp.Diff(want, h.needed(w, readTimeline(h.timelines.get(1))), unexported); diff != "" {
			t.Fatal(diff)
		}
	})
}

// However timelines of many resources grow and shrink, each gives back what was
// kept of it last.
func TestTimelines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all timelines
		want := map[ResourceKey][]byte{}
		key := rapid.Custom(func(t *rapid.T) ResourceKey {
			return ResourceKey(rapid.Uint64Range(0, 3).Draw(t, "part")<<56 | rapid.Uint64Range(0, 40).Draw(t, "rest")<<20)
		})
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			k := key.Draw(t, "key")
			text := rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(t, "timeline")
			all.set(k, text)
			want[k] = text
		}
		for k := range ResourceKey(4) {
			for rest := range ResourceKey(41) {
				k := k<<56 | rest<<20
				if diff := cmp.Diff(want[k], all.get(k)); diff != "" {
					t.Fatal(k, diff)
				}
			}
		}
	})
}

// Room that is given up is used again, and strings may be larger than a chunk.
func TestArena(t *testing.T) {
	var a arena
	first := a.put(make([]byte, 100))
	second := a.set(first, make([]byte, 200))
	if third := a.put(make([]byte, 99)); third != first || second == first {
		t.Fatal(first, second, third)
	}
	large := slices.Repeat([]byte("x"), 2*chunkGranules*granule)
	number := a.put(large)
	after := a.put([]byte("y"))
	if !slices.Equal(large, a.get(number)) || string(a.get(after)) != "y" {
		t.Fatal("a large string is not kept")
	}
}
