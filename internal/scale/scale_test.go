package scale

import (
	"bytes"
	"errors"
	"io"
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
		cut := rapid.IntRange(0, b.Len()-2).Draw(t, "cut")
		_, err = read(b.String()[:cut])
		require.False(t, errors.Is(err, io.EOF), "%q", b.String()[:cut])
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

// Lines with one key come together, in an order that does not depend on theirs.
func TestGrouped(t *testing.T) {
	g := &Grouped{}
	for _, text := range []string{"b\t2\na\t1\n.\t2\n", "b\t1\na\t1\n.\t2\n"} {
		require.NoError(t, g.Add(NewReader(strings.NewReader(text), "x")))
	}
	g.Sort()
	var all []string
	for {
		key, record, err := g.Next()
		if err != nil {
			require.ErrorIs(t, err, io.EOF)
			break
		}
		all = append(all, key+" "+string(record))
	}
	assert.Equal(t, []string{"a 1", "a 1", "b 1", "b 2"}, all)
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

// An outcome from outside is refused, or can be merged and written.
func FuzzReadOutcome(f *testing.F) {
	f.Add([]byte(`{"plumbOutcome":1,"run":"a","objects":[{"number":0,"name":"x"}],"observations":{"written":{"lines":1,"sum":2},"read":{"lines":1,"sum":2}},"verdicts":{},"summary":{"plumbSummary":4,"description":"d","keep":3,"exchanges":1,"statuses":[],"seen":[],"places":[],"findings":[],"beyond":[],"compared":{"findings":[{"rule":"r","count":1,"occurrences":[]}],"beyond":[],"told":[{"key":1,"observations":[{}]}]},"histories":[]}}`))
	f.Fuzz(func(t *testing.T, record []byte) {
		o, err := readOutcome(record)
		if err != nil {
			return
		}
		total := &Outcome{Version: o.Version, Run: o.Run, Summary: outcome.Empty(o.Summary.Digest, 3)}
		if total.Merge(o) != nil {
			return
		}
		_ = total.Check(nil)
		text, err := total.MarshalJSON()
		require.NoError(t, err)
		again, err := readOutcome(text)
		require.NoError(t, err)
		second, err := again.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, string(text), string(second))
		_, _ = total.Named()
	})
}
