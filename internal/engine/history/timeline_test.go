package history

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func drawObservations(t *rapid.T, k *Kind) []observation {
	var all []observation
	for range rapid.IntRange(1, 6).Draw(t, "responses") {
		all = append(all, observation{moment{
			time: rapid.Int64Range(0, 1<<42).Draw(t, "time"), own: rapid.Int64Range(0, 1<<42).Draw(t, "own"), file: rapid.Int64Range(0, 300).Draw(t, "file"),
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
		made := NewStore([]*Kind{k}).newTimeline(k, want)
		read := readTimeline(made.append(nil))
		if diff := cmp.Diff(want, read.observations(k), unexported); diff != "" {
			t.Fatal(diff)
		}
	})
}
