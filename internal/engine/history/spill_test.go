package history

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// differs is what a rule would say of the members of the kind that kindOf makes.
func differs(k *Kind, p *Pair) bool {
	return slices.ContainsFunc(p.Changes, func(c Change) bool {
		return k.says(c.Member, c.Before) && k.says(c.Member, c.After)
	})
}

// contradictions returns the changes that contradict, with their responses.
func contradictions(s *Store) (all []string) {
	for key, p := range s.Pairs() {
		if p.Begins != nil {
			all = append(all, fmt.Sprint(key, p.Before, p.After, *p.Begins))
		}
		for _, c := range p.Changes {
			if differs(s.kinds[p.Kind], &Pair{Changes: []Change{c}}) {
				all = append(all, fmt.Sprint(key, p.Before, p.After, c))
			}
		}
	}
	slices.Sort(all)
	return all
}

// A store that keeps nearly nothing in memory has kept what one without a bound
// has, and finds the same contradictions; also when it is asked in between.
func TestBound(t *testing.T) {
	k := kindOf(t, states)
	rapid.Check(t, func(t *rapid.T) {
		responses := drawResponses(t, k)
		if rapid.Bool().Draw(t, "in order") {
			for i := range responses {
				responses[i].when.Time = int64(i / 2)
			}
		}
		whole, bounded := NewStore([]*Kind{k}), NewStore([]*Kind{k})
		bounded.Bound(rapid.IntRange(1, 2000).Draw(t, "bound"))
		defer bounded.Close()
		scope := drawScope(t, k)
		for _, s := range []*Store{whole, bounded} {
			s.MayContradict, s.Scope = differs, scope
		}
		for _, r := range responses {
			r.key <<= 62 // 1 and 2 are in different parts of a run
			for _, s := range []*Store{whole, bounded} {
				s.Insert(r.key, k, r.when, r.packed, ignore)
			}
			if rapid.IntRange(0, 20).Draw(t, "ask") == 0 {
				assert.Equal(t, contradictions(whole), contradictions(bounded))
			}
		}
		resources, _ := kept(whole)
		others, _ := kept(bounded)
		if diff := cmp.Diff(resources, others); diff != "" {
			t.Fatal(diff)
		}
		assert.Equal(t, contradictions(whole), contradictions(bounded))
		for key, r := range resources {
			one, ok := bounded.Resource(key)
			assert.True(t, ok)
			assert.Equal(t, r, one)
		}
		_, ok := bounded.Resource(3 << 62)
		assert.False(t, ok)
		require.NoError(t, bounded.Err())
	})
}

// Each of many resources in one part of a run, of which the file is read piece by piece, is
// found as it is.
func TestResourcesOnDisk(t *testing.T) {
	k := kindOf(t, states)
	whole, bounded := NewStore([]*Kind{k}), NewStore([]*Kind{k})
	bounded.Bound(100 << 10)
	defer bounded.Close()
	const resources = 3000
	for i := range 2 * resources {
		packed := k.pack([]Value{{}, numberValue(fmt.Sprint(i)), {}, {}})
		for _, s := range []*Store{whole, bounded} {
			s.Insert(Key(i%resources), k, Moment{Time: int64(i), Line: int64(i)}, packed, ignore)
		}
	}
	require.NotEmpty(t, bounded.runs)
	for key := range Key(resources) {
		want, _ := whole.Resource(key)
		got, ok := bounded.Resource(key)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	require.NoError(t, bounded.Err())
}

// Responses are compared even if they were never in memory together: each with the
// next one that says something of the member.
func TestPartsAreCompared(t *testing.T) {
	k := kindOf(t, states)
	customer := func(text string) []byte {
		if text == "" {
			return k.pack(make([]Value, 4))
		}
		return k.pack([]Value{{}, numberValue(text), {}, {}})
	}
	for _, tt := range []struct {
		parts [][]string // the customer of each response
		want  []string
	}{
		{[][]string{{"7"}, {"7"}}, nil},
		{[][]string{{"7"}, {"8"}}, []string{"0 1 [{1 7 8}]"}},
		{[][]string{{"7", ""}, {"8"}}, []string{"0 2 [{1 7 8}]"}},
		{[][]string{{"7"}, {"", "8"}}, []string{"0 2 [{1 7 8}]"}},
		{[][]string{{"7"}, {"", ""}, {""}, {"", "8", ""}}, []string{"0 5 [{1 7 8}]"}},
		{[][]string{{"7"}, {"", ""}, {""}, {"", "7", ""}}, nil},
		{[][]string{{"", "7", "7"}, {"7", "7", ""}, {"7", "7"}}, nil},
	} {
		s, n := NewStore([]*Kind{k}), 0
		s.MayContradict = differs
		for _, part := range tt.parts {
			for _, text := range part {
				s.Insert(5, k, Moment{Time: int64(n)}, customer(text), ignore)
				n++
			}
			s.spill()
		}
		var pairs []string
		for _, p := range s.Pairs() {
			if differs(k, &p) {
				pairs = append(pairs, fmt.Sprint(p.Before.Time, p.After.Time, " ", p.Changes))
			}
		}
		assert.Equal(t, tt.want, pairs, "%v", tt.parts)
		assert.Equal(t, tt.want == nil, s.suspects.from[0] == s.disk.end, "%v: only suspects are decoded", tt.parts)
		require.NoError(t, s.Close())
	}
}

// Many runs are merged to few.
func TestManyRuns(t *testing.T) {
	k := kindOf(t, states)
	s := NewStore([]*Kind{k})
	s.Bound(1)
	const responses = mostRuns*mostRuns + mostRuns + 1
	for i := range responses {
		s.Insert(Key(i%10)<<60, k, Moment{Entry: int64(i)}, k.pack([]Value{{}, {}, {}, numberValue(fmt.Sprint(i % 7))}), ignore)
	}
	assert.Len(t, s.runs, 3)
	assert.Equal(t, []int{2, 1, 0}, []int{s.runs[0].level, s.runs[1].level, s.runs[2].level})
	resources, _ := kept(s)
	assert.Len(t, resources, 10)
	for _, r := range resources {
		assert.Len(t, r.Responses, 2*7, "the first and the last with each value")
	}
	require.NoError(t, s.Close())
}

// The file is gone at the end, and has no name before that where the system allows
// it.
func TestTemporaryFile(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	t.Setenv("TMP", folder)
	k := kindOf(t, states)
	s := NewStore([]*Kind{k})
	s.Bound(1)
	s.Insert(1, k, Moment{}, k.pack(make([]Value, 4)), ignore)
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	require.NoError(t, err)
	assert.Equal(t, !s.disk.removed, len(files) == 1)
	require.NoError(t, s.Close())
	files, err = filepath.Glob(filepath.Join(folder, "*"))
	require.NoError(t, err)
	assert.Empty(t, files)
	require.NoError(t, s.Close(), "a second time")
}

// Where the file cannot be made, everything stays in memory, and an error says so.
func TestNoTemporaryFile(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "missing")
	t.Setenv("TMPDIR", folder)
	t.Setenv("TMP", folder)
	assertErrs(t, NewStore([]*Kind{kindOf(t, states)}), folder)
}

// The same where the disk is full.
func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	s := NewStore([]*Kind{kindOf(t, states)})
	s.disk.file, s.disk.removed = full, true
	assertErrs(t, s, "/dev/full")
	require.NoError(t, s.Close())
}

func assertErrs(t *testing.T, s *Store, named string) {
	t.Helper()
	k := s.kinds[0]
	s.Bound(1)
	require.NoError(t, s.Err())
	for i := range 3 {
		s.Insert(Key(i), k, Moment{}, k.pack(make([]Value, 4)), ignore)
	}
	require.ErrorContains(t, s.Err(), named)
	require.ErrorContains(t, s.Err(), "--no-history")
	resources, _ := kept(s)
	assert.Len(t, resources, 3)
}

// What was read of a file that was cut is an error, and not less.
func TestCutFile(t *testing.T) {
	k := kindOf(t, states)
	s := NewStore([]*Kind{k})
	s.Bound(1)
	defer s.Close()
	for i := range 3 {
		s.Insert(Key(i), k, Moment{}, k.pack(make([]Value, 4)), ignore)
	}
	require.NoError(t, s.disk.file.Truncate(s.disk.end-1))
	kept(s)
	require.Error(t, s.Err())
}
