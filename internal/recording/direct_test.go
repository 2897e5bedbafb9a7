package recording

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
)

// readBothWays reads text as a recording and checks that its entries give the
// same exchanges whether they are read directly or by way of complete trees, and
// that nothing of them but the body is in memory that is used again.
func readBothWays(t require.TestingT, text []byte) {
	var pool Pool
	for block, err := range Blocks(context.Background(), "x", bytes.NewReader(text), fuzzLimits, &pool) {
		if err != nil {
			return
		}
		var direct []*plumb.Exchange
		var kept []string
		for _, s := range block.slots[:block.used] {
			if s.given != nil {
				continue
			}
			s.memory = nil
			general := *s.read(block.reader)
			s.memory = &block.memory
			x := *s.read(block.reader)
			requireSame(t, &general, &x)
			direct = append(direct, &x)
			kept = append(kept, withoutBody(&x))
		}
		overwrite(block.text)
		overwrite(block.memory.outline.bodies.room)
		overwrite(block.memory.item.bodies.room)
		for i, x := range direct {
			require.Equal(t, kept[i], withoutBody(x), "the exchange after its block was released")
		}
	}
}

func overwrite(text []byte) {
	for i := range text {
		text[i] = 'x'
	}
}

func withoutBody(x *plumb.Exchange) string {
	rest := *x
	rest.Response.Body.Bytes, rest.Response.Body.Locate = nil, nil
	return fmt.Sprintf("%#v", rest)
}

func requireSame(t require.TestingT, want, got *plumb.Exchange) {
	require.Equal(t, withoutBody(want), withoutBody(got))
	a, b := want.Response.Body, got.Response.Body
	require.Equal(t, a.Bytes, b.Bytes)
	require.Equal(t, a.Locate == nil, b.Locate == nil)
	for offset := 0; a.Locate != nil && offset <= len(a.Bytes); offset += 1 + len(a.Bytes)/50 {
		line, column := a.Locate(offset)
		line2, column2 := b.Locate(offset)
		require.Equal(t, [2]int{line, column}, [2]int{line2, column2}, "the place of the byte at %d", offset)
	}
}

// TestReadBothWays draws changes of the fixtures.
func TestReadBothWays(t *testing.T) {
	files := fixtureFiles(t)
	pieces := [][]byte{nil, {' '}, {'\n'}, {'"'}, {'\\'}, {':'}, {','}, {'{'}, {'}'}, {'['}, {']'}, {'\''}, {'#'}, {'|'}, {'-'}, {'&'}, {'0'}, {0xff}, {0},
		[]byte(`\u00e9`), []byte(`\ud834`), []byte("null"), []byte(`"a":1,`), []byte(": "), []byte(" #"), []byte("\r\n"), []byte("é"), []byte("!!binary ")}
	rapid.Check(t, func(t *rapid.T) {
		text, err := os.ReadFile(rapid.SampledFrom(files).Draw(t, "file"))
		require.NoError(t, err)
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			from := rapid.IntRange(0, len(text)).Draw(t, "from")
			to := min(len(text), from+rapid.IntRange(0, 3).Draw(t, "less"))
			text = slices.Concat(text[:from], rapid.SampledFrom(pieces).Draw(t, "more"), text[to:])
		}
		readBothWays(t, text)
	})
}

func FuzzReadBothWays(f *testing.F) {
	addFixtures(f, "")
	f.Fuzz(func(t *testing.T, text []byte) { readBothWays(t, text) })
}
