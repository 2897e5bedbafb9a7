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

// Adding observations at the end gives what thinning all of them gives.
func TestTimelineExtends(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &watch{life: &lifecycle.Lifecycle{}, members: make([]string, 2)}
		var want []observation
		var encoded []byte
		for i := range rapid.IntRange(1, 150).Draw(t, "responses") {
			s := observation{moment{time: int64(i), entry: int64(i)}, []cell{
				{kind: integer, bits: rapid.Uint64Range(0, 2).Draw(t, "value")},
				{kind: text, short: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "text")},
			}}
			want = thin(append(slices.Clone(want), s))
			cells := w.pack(nil, s.cells)
			var line timeline
			if encoded != nil {
				line = readTimeline(encoded)
			}
			switch {
			case encoded == nil || !line.extends(s.time):
				line = w.newTimeline(want)
				encoded = line.append(nil)
			case slices.Equal(cells, line.cells):
				encoded = line.repeat(nil, s.moment)
			default:
				encoded = line.extend(nil, s.moment, cells, w.changes(line.cells, cells, nil))
			}
			if diff := cmp.Diff(want, w.observations(readTimeline(encoded)), unexported); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

// However timelines of many resources grow and shrink, each gives back what was
// kept of it last.
func TestTimelines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all timelines
		want := map[resourceKey][]byte{}
		key := rapid.Custom(func(t *rapid.T) resourceKey {
			return resourceKey(rapid.Uint64Range(0, 3).Draw(t, "part")<<56 | rapid.Uint64Range(0, 40).Draw(t, "rest")<<20)
		})
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			k := key.Draw(t, "key")
			text := rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(t, "timeline")
			all.set(k, text)
			want[k] = text
		}
		for k := range resourceKey(4) {
			for rest := range resourceKey(41) {
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
