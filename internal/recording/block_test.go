package recording

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// seen is what was read from a line.
type seen struct {
	Line, Column, Entry int
	Located             string // where the last byte of the body is
	Body                string
}

// TestLinesKeepTheirPlaces checks that lines of any length come in order, each
// at its place, however the file is read, and even if blocks are reused.
func TestLinesKeepTheirPlaces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		var want []seen
		entry := 0
		for line := range rapid.IntRange(1, 12).Draw(t, "lines") {
			space := rapid.SampledFrom([]string{"", "", " ", "\t \r"}).Draw(t, "space")
			text.WriteString(space)
			if rapid.IntRange(0, 4).Draw(t, "kind") > 0 {
				size := rapid.OneOf(rapid.IntRange(0, 40), rapid.IntRange(0, 3*blockBytes)).Draw(t, "size")
				body := `{"a":"` + strings.Repeat("x", size) + `"}`
				text.WriteString(body)
				entry++
				at := len(space) + 1
				want = append(want, seen{line + 1, at, entry, fmt.Sprint(line+1, at+len(body)-1), body})
			}
			text.WriteByte('\n')
		}
		if entry == 0 {
			return
		}
		var in io.Reader = strings.NewReader(text.String())
		switch rapid.IntRange(0, 3).Draw(t, "reader") {
		case 0:
			in = iotest.HalfReader(in)
		case 1:
			in = iotest.DataErrReader(in)
		case 2:
			in = &stuttering{in, rapid.IntRange(1, 100_000).Draw(t, "bytes")}
		}
		var got []seen
		var pool Pool
		for b, err := range Blocks(t.Context(), "x", in, DefaultLimits, &pool) {
			require.NoError(t, err)
			for _, x := range b.Exchanges() {
				body := x.Response.Body
				line, column := body.Locate(len(body.Bytes) - 1)
				got = append(got, seen{x.Place.Line, x.Place.Column, x.Place.Entry, fmt.Sprint(line, column), string(body.Bytes)})
			}
			b.Release()
		}
		if !slices.Equal(want, got) {
			t.Fatal(cmp.Diff(want, got))
		}
	})
}

// stuttering returns only a few bytes from each Read.
type stuttering struct {
	r io.Reader
	n int
}

func (s *stuttering) Read(p []byte) (int, error) { return s.r.Read(p[:min(s.n, len(p))]) }

// TestBlocksAreReused checks that reused blocks give the same exchanges as new
// ones.
func TestBlocksAreReused(t *testing.T) {
	var pool Pool
	for range 2 {
		for _, file := range fixtureFiles(t) {
			f, err := os.Open(file)
			require.NoError(t, err)
			want := readFile(t, file)
			for b, err := range Blocks(t.Context(), file, f, DefaultLimits, &pool) {
				require.NoError(t, err)
				for _, x := range b.Exchanges() {
					ignored := cmpopts.IgnoreFields(*x, "Place.File", "Response.Body.Locate")
					assert.Empty(t, cmp.Diff(want[0], x, ignored, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(x.Place, "File")), file)
					want = want[1:]
				}
				b.Release()
			}
			assert.Empty(t, want, file)
			require.NoError(t, f.Close())
		}
	}
	assert.Len(t, pool.free, 1, "one block at a time is enough")
}
