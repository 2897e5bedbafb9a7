package history

import (
	"cmp"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// However timelines of many resources grow and shrink, each gives back what was
// kept of it last, and they are sorted by their keys; also after all were dropped.
func TestTimelines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all timelines
		want := map[Key][]byte{}
		key := rapid.Custom(func(t *rapid.T) Key {
			upper := rapid.SampledFrom([]uint64{0, 1, 1 << 31, 1<<32 - 2, 1<<32 - 1}).Draw(t, "upper")
			return Key(upper<<32 | rapid.Uint64Range(0, 40).Draw(t, "lower"))
		})
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			if rapid.IntRange(0, 100).Draw(t, "empty") == 0 {
				all.empty()
				clear(want)
			}
			k := key.Draw(t, "key")
			text := rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(t, "timeline")
			if i, known := all.find(k); known != nil {
				all.replace(i, text)
			} else {
				all.add(i, k, text)
			}
			want[k] = text
		}
		var keys []Key
		for c := all.cursor(); c.next(); {
			k, text := c.key, c.timeline
			keys = append(keys, k)
			if diff := gocmp.Diff(want[k], text); diff != "" {
				t.Fatal(k, diff)
			}
			if _, found := all.find(k); !slices.Equal(found, text) {
				t.Fatal(k, found)
			}
			delete(want, k)
		}
		if len(want) > 0 || !slices.IsSortedFunc(keys, cmp.Compare) {
			t.Fatal(want, keys)
		}
	})
}

// Room that is given up is used again, and timelines may be larger than a chunk.
func TestArena(t *testing.T) {
	var a arena
	first := a.put(1, make([]byte, 100))
	second := a.set(first, make([]byte, 200))
	if third := a.put(2, make([]byte, 99)); third != first || second == first {
		t.Fatal(first, second, third)
	}
	large := slices.Repeat([]byte("x"), 2*chunkGranules*granule)
	for range 2 {
		number := a.put(3, large)
		after := a.put(4, []byte("y"))
		if !slices.Equal(large, a.get(number)) || string(a.get(after)) != "y" || a.key(number) != 3 || a.key(after) != 4 {
			t.Fatal("a large timeline is not kept")
		}
		a.empty()
	}
}
