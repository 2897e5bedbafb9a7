package history

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// response is what a response says of a resource of the kind that kindOf makes.
type response struct {
	key    Key
	when   Moment
	packed []byte
}

// drawScope draws whether the kind that kindOf makes has a time of creation, and the
// scope of a store.
func drawScope(t *rapid.T, k *Kind) Scope {
	k.Created = rapid.SampledFrom([]int{0, 2}).Draw(t, "created")
	return rapid.SampledFrom([]Scope{ScopeLife, ScopeRun, ScopeFile}).Draw(t, "scope")
}

func drawResponses(t *rapid.T, k *Kind) (all []response) {
	number := rapid.Custom(func(t *rapid.T) Value {
		return rapid.SampledFrom([]Value{{}, {kind: kindNull}, numberValue("1"), numberValue("2")}).Draw(t, "number")
	})
	state := rapid.Custom(func(t *rapid.T) Value {
		return rapid.SampledFrom([]Value{{}, {kind: kindText, text: "open"}, {kind: kindText, text: "paid"}}).Draw(t, "state")
	})
	for i := range rapid.IntRange(1, 100).Draw(t, "responses") {
		at := Moment{
			Time: rapid.Int64Range(0, 20).Draw(t, "time"), File: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "file"), Entry: int64(i), Line: int64(i),
			Origin: Origin{Operation: rapid.SampledFrom([]string{"get", "list"}).Draw(t, "operation"), Status: 200},
		}
		values := []Value{state.Draw(t, "state"), number.Draw(t, "customer"), number.Draw(t, "invoice"), number.Draw(t, "done")}
		all = append(all, response{Key(rapid.IntRange(1, 2).Draw(t, "key")), at, k.pack(values)})
	}
	return all
}

func ignore(Pair, bool) {}

func shown(p Pair) string {
	text := fmt.Sprint(p.Before, p.After, p.Changes)
	if p.Begins != nil {
		text += fmt.Sprint(" begins ", *p.Begins)
	}
	return text
}

func kept(s *Store) (resources map[Key]Resource, pairs []string) {
	resources = map[Key]Resource{}
	for r := range s.Resources() {
		resources[r.Key] = r
	}
	for key, p := range s.Pairs() {
		pairs = append(pairs, fmt.Sprint(key, shown(p)))
	}
	slices.Sort(pairs)
	return resources, pairs
}

// In whatever order responses are inserted, and however stores are merged, what is
// kept and what is to be compared is the same.
func TestStoreInAnyOrder(t *testing.T) {
	k := kindOf(t, states)
	rapid.Check(t, func(t *rapid.T) {
		responses := drawResponses(t, k)
		whole, parts := NewStore([]*Kind{k}), []*Store{NewStore([]*Kind{k}), NewStore([]*Kind{k})}
		whole.Scope = drawScope(t, k)
		parts[0].Scope, parts[1].Scope = whole.Scope, whole.Scope
		for _, r := range responses {
			whole.Insert(r.key, k, r.when, r.packed, ignore)
		}
		for _, r := range rapid.Permutation(responses).Draw(t, "order") {
			parts[rapid.IntRange(0, 1).Draw(t, "part")].Insert(r.key, k, r.when, r.packed, ignore)
		}
		for r := range parts[1].Resources() {
			require.NoError(t, parts[0].Merge(r))
		}
		resources, pairs := kept(whole)
		others, otherPairs := kept(parts[0])
		if diff := cmp.Diff(resources, others); diff != "" {
			t.Fatal(diff)
		}
		// A resource is suspect once it was merged, or added to in another order.
		for _, p := range pairs {
			assert.Contains(t, otherPairs, p)
		}
		for key, r := range resources {
			one, ok := whole.Resource(key)
			assert.True(t, ok)
			assert.Equal(t, r, one)
		}
		_, ok := whole.Resource(3)
		assert.False(t, ok)
	})
}

// A resource to which responses are added in the order of time has pairs only
// where one of them was suspect. What is compared does not depend on that.
func TestSuspect(t *testing.T) {
	k := kindOf(t, states)
	rapid.Check(t, func(t *rapid.T) {
		responses := drawResponses(t, k)
		responses = responses[:min(len(responses), reduceEvery-2)]
		insert := func(mayContradict func(*Kind, *Pair) bool) (compared, pairs []string) {
			s := NewStore([]*Kind{k})
			s.MayContradict, s.Scope = mayContradict, ScopeRun
			for i, r := range responses {
				r.when.Time = int64(i)
				s.Insert(1, k, r.when, r.packed, func(p Pair, laterIsNew bool) {
					assert.True(t, laterIsNew)
					compared = append(compared, shown(p))
				})
			}
			_, pairs = kept(s)
			return compared, pairs
		}
		var asked []string
		compared, pairs := insert(func(_ *Kind, p *Pair) bool {
			asked = append(asked, shown(*p))
			return false
		})
		assert.Empty(t, compared)
		assert.Empty(t, pairs)
		compared, pairs = insert(nil)
		assert.Equal(t, asked, compared)
		assert.Equal(t, len(compared) > 0, len(pairs) > 0)
	})
}

// What is added at the end is kept as what is put anywhere.
func TestTimelineExtends(t *testing.T) {
	k := stateless(2)
	rapid.Check(t, func(t *rapid.T) {
		s := NewStore([]*Kind{k})
		all := drawLife(t, 3)
		for _, o := range all {
			s.Insert(1, k, Moment{Time: o.time, Entry: o.entry}, k.pack(o.values), ignore)
		}
		_, encoded := s.timelines.find(1)
		last := readTimeline(encoded)
		if diff := cmp.Diff(s.needed(k, all), s.needed(k, last.observations(k)), unexported); diff != "" {
			t.Fatal(diff)
		}
	})
}

// What comes from elsewhere, and is not of the kinds of the store, is refused.
func TestMergeRefuses(t *testing.T) {
	k := kindOf(t, states)
	s := NewStore([]*Kind{k, k})
	resource := func(packed []byte) Resource {
		return Resource{Key: 1, Values: 4, Responses: []Response{{Packed: packed}}}
	}
	open := k.pack([]Value{{kind: kindText, text: "open"}, {}, {}, {}})
	require.NoError(t, s.Merge(resource(open)))
	for want, change := range map[string]func(r *Resource){
		"another --history-scope":                    func(r *Resource) { r.Group = 1 },
		"has no values":                              func(r *Resource) { r.Responses = nil },
		"cannot be read":                             func(r *Resource) { r.Responses[0].Packed = open[:2] },
		"no lifecycle like that":                     func(r *Resource) { r.Kind = 2 },
		"of two kinds":                               func(r *Resource) { r.Kind = 1 },
		"has a state that is not in the description": func(r *Resource) { r.Responses[0].Packed[2] = byte(len(states)) },
	} {
		r := resource(slices.Clone(open))
		change(&r)
		require.ErrorContains(t, s.Merge(r), want)
	}
	r := resource(open)
	r.Values, r.Responses[0].Packed = 3, make([]byte, 2)
	require.ErrorContains(t, s.Merge(r), "no lifecycle like that")
}

// Whatever is read from elsewhere, it is refused or kept.
func TestMergeAnything(t *testing.T) {
	k := kindOf(t, states)
	rapid.Check(t, func(t *rapid.T) {
		s := NewStore([]*Kind{k})
		for range rapid.IntRange(1, 3).Draw(t, "times") {
			r := Resource{Key: 1, Values: 4}
			for range rapid.IntRange(0, 3).Draw(t, "responses") {
				kinds := rapid.SliceOfN(rapid.Byte(), 2, 2).Draw(t, "kinds")
				r.Responses = append(r.Responses, Response{Packed: slices.Concat(kinds, rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "packed"))})
			}
			if s.Merge(r) == nil {
				kept(s)
			}
		}
	})
}
