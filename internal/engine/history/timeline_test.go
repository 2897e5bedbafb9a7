package history

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func drawObservations(t *rapid.T, k *Kind) []observation {
	var all []observation
	for range rapid.IntRange(1, 6).Draw(t, "responses") {
		all = append(all, observation{moment{
			time: rapid.Int64Range(0, 1<<42).Draw(t, "time"), file: rapid.Int64Range(0, 300).Draw(t, "file"),
			entry: rapid.Int64Range(0, 1<<40).Draw(t, "entry"), line: rapid.Int64Range(0, 1<<40).Draw(t, "line"),
			origin: rapid.Int64Range(0, 300).Draw(t, "origin"),
		}, drawValues(t, k)})
	}
	return all
}

// A timeline gives back what it was made of.
func TestTimeline(t *testing.T) {
	order := kindOf(t, states)
	rapid.Check(t, func(t *rapid.T) {
		k := order
		if rapid.Bool().Draw(t, "stateless") {
			k = stateless(rapid.IntRange(1, 20).Draw(t, "members"))
		}
		want := drawObservations(t, k)
		made := newTimeline(k, want)
		read := readTimeline(made.append(nil))
		if diff := cmp.Diff(want, read.observations(k), unexported); diff != "" {
			t.Fatal(diff)
		}
	})
}

// However timelines of many resources grow and shrink, each gives back what was
// kept of it last.
func TestTimelines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all timelines
		want := map[Key][]byte{}
		key := rapid.Custom(func(t *rapid.T) Key {
			return Key(rapid.Uint64Range(0, 3).Draw(t, "part")<<56 | rapid.Uint64Range(0, 40).Draw(t, "rest")<<20)
		})
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			k := key.Draw(t, "key")
			text := rapid.SliceOfN(rapid.Byte(), 1, 60).Draw(t, "timeline")
			all.set(k, text)
			want[k] = text
		}
		for k := range Key(4) {
			for rest := range Key(41) {
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
