package scale

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
)

// What was written is read again, and from a stream that was cut anything but the end.
func TestStream(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.Custom(func(t *rapid.T) [2]string {
			return [2]string{rapid.StringMatching(`[a-z#][a-z0-9]{0,5}`).Draw(t, "key"), rapid.StringMatching(`[ -~\t]{0,40}`).Draw(t, "record")}
		})
		lines := rapid.SliceOfN(line, 0, 8).Draw(t, "lines")
		var b bytes.Buffer
		w := NewWriter(&b)
		for _, l := range lines {
			w.Line(l[0], []byte(l[1]))
		}
		require.NoError(t, w.Close())
		read := func(text string) (all [][2]string, err error) {
			r := NewReader(strings.NewReader(text), "x")
			for {
				key, record, err := r.Next()
				if err != nil {
					return all, err
				}
				all = append(all, [2]string{key, string(record)})
			}
		}
		got, err := read(b.String())
		require.ErrorIs(t, err, io.EOF)
		require.Equal(t, append([][2]string(nil), lines...), got)
		for cut := range b.Len() - 1 {
			_, err = read(b.String()[:cut])
			require.False(t, errors.Is(err, io.EOF), "%q", b.String()[:cut])
		}
	})
}

// Records are opened with the key of the run and of the line, and with no other; equal
// data are equal records, in which nothing of the data can be read.
func TestSeal(t *testing.T) {
	run, other := NewRun("key", "settings"), NewRun("key", "other settings")
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOf(rapid.Byte()).Draw(t, "data")
		record := run.seal("a", data)
		require.Equal(t, record, run.seal("a", data))
		got, err := run.open("a", record)
		require.NoError(t, err)
		require.True(t, bytes.Equal(data, got))
		for _, open := range []func() ([]byte, error){
			func() ([]byte, error) { return run.open("b", record) },
			func() ([]byte, error) { return other.open("a", record) },
			func() ([]byte, error) {
				changed := bytes.Clone(record)
				i := rapid.IntRange(0, len(changed)-1).Draw(t, "byte")
				changed[i] = "AB"[bytes.IndexByte([]byte("A"), changed[i])+1]
				return run.open("a", changed)
			},
		} {
			got, err := open()
			if err == nil { // the last letter can have bits that mean nothing
				require.True(t, bytes.Equal(data, got))
			}
		}
		if len(data) > 8 {
			require.NotContains(t, string(record), string(data))
		}
	})
}

// A sorter gives what was added, in order, however much of it fits in memory, and can be
// used again.
func TestSorter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sorter{most: rapid.SampledFrom([]int{1, 64, 500, usualMost}).Draw(t, "most")}
		defer s.close()
		for range rapid.IntRange(1, 2).Draw(t, "times") {
			all := rapid.SliceOfN(rapid.SliceOfN(rapid.ByteRange('a', 'c'), 0, 40), 0, 60).Draw(t, "strings")
			for _, one := range all {
				cut := rapid.IntRange(0, len(one)).Draw(t, "cut")
				require.NoError(t, s.add(one[:cut], one[cut:]))
			}
			var got [][]byte
			require.NoError(t, s.each(func(one []byte) error {
				got = append(got, bytes.Clone(one))
				return nil
			}))
			slices.SortFunc(all, bytes.Compare)
			require.True(t, slices.EqualFunc(all, got, bytes.Equal), "%q, %q", all, got)
			s.reset()
		}
	})
}

// What cannot be written or read again is an error, which says what to do.
func TestSorterFails(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(os.Args[0], "below a file"))
	s := sorter{most: 1}
	require.ErrorContains(t, s.add([]byte("a")), "set TMPDIR")
	t.Setenv("TMPDIR", "")
	s = sorter{most: 1}
	require.NoError(t, s.add([]byte("a")))
	require.ErrorIs(t, s.each(func([]byte) error { return errNotOfRun }), errNotOfRun)
	require.NoError(t, s.close())
	require.ErrorContains(t, s.each(func([]byte) error { return nil }), "set TMPDIR")
}

func TestKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := engine.ResourceKey(rapid.Uint64().Draw(t, "key"))
		text := keyOf(key)
		require.NotContains(t, "#.", text[:1])
		got, err := resourceOf(text)
		require.NoError(t, err)
		require.Equal(t, key, got)
	})
}

// The record of an outcome is opened with the key of the run, and holds what was written.
func TestOutcomeIsSealed(t *testing.T) {
	run := NewRun("key", "settings")
	o := &Outcome{Objects: []Object{{Number: 3, Name: "planted.ndjson"}}, Keys: []uint64{1, 2}, Summary: outcome.Empty("d", 3)}
	var b bytes.Buffer
	w := NewWriter(&b)
	require.NoError(t, run.WriteOutcome(w, o))
	require.NoError(t, w.Close())
	total := &Outcome{Summary: outcome.Empty("d", 3)}
	sum := Sum{Run: run}
	require.NoError(t, NewReader(bytes.NewReader(b.Bytes()), "x").Each(sum.Line))
	require.NoError(t, sum.AddTo(total))
	assert.Equal(t, o.Objects, total.Objects)
	assert.Equal(t, o.Keys, total.Keys)
	err := NewReader(bytes.NewReader(b.Bytes()), "x").Each((&Sum{Run: NewRun("other", "settings")}).Line)
	require.ErrorIs(t, err, errNotOfRun)
}

// An outcome is refused, or can be merged and written.
func FuzzReadOutcome(f *testing.F) {
	f.Add([]byte(`{"objects":[{"number":0,"name":"x"}],"observations":{"written":{"lines":1,"sum":2},"read":{"lines":1,"sum":2}},"verdicts":{},"summary":{"plumbSummary":4,"description":"d","keep":3,"exchanges":1,"statuses":[],"seen":[],"places":[],"findings":[],"beyond":[],"compared":{"findings":[{"rule":"r","count":1,"occurrences":[]}],"beyond":[],"told":[{"key":1,"observations":[{}]}]},"histories":[]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		o := &Outcome{}
		if o.UnmarshalJSON(text) != nil {
			return
		}
		total := &Outcome{Summary: outcome.Empty(o.Summary.Digest, 3)}
		if total.Merge(o) != nil {
			return
		}
		_ = total.Check(nil)
		text, err := total.MarshalJSON()
		require.NoError(t, err)
		again := &Outcome{}
		require.NoError(t, again.UnmarshalJSON(text))
		second, err := again.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, string(text), string(second))
		_, _ = total.Named()
	})
}
