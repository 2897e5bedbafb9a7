package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestWrapKeepsWordsWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`([a-z/]{1,30} ){0,20}[a-z]{1,9}`).Draw(t, "s")
		width := rapid.IntRange(10, 60).Draw(t, "width")
		got := Wrap(s, width, 4)
		assert.Equal(t, strings.Fields(s), strings.Fields(got))
		for _, line := range strings.Split(got, "\n") {
			if len(line) > width && len(strings.Fields(line)) > 1 {
				t.Fatalf("%q has more than %d columns and could be broken", line, width)
			}
		}
	})
}

// What fits exactly is left as it is.
func TestWrapFitsExactly(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{Wrap("aaa bbb", 7, 2), "aaa bbb"},
		{Wrap("aaa bbb ccc", 7, 2), "aaa bbb\n  ccc"},
		{Wrap("aaa bbb ccc d", 7, 2), "aaa bbb\n  ccc d"},
		{Wrap("aaa bbb ccc de", 7, 2), "aaa bbb\n  ccc\n  de"},
		{Wrap("  aaa bbbbbbbbb c", 7, 2), "  aaa\n  bbbbbbbbb\n  c"},
	} {
		assert.Equal(t, tt.want, tt.got)
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"plain ü 世": "plain ü 世", "\x1b[31m": `\x1b[31m`, "a\nb\tc\r": `a\nb\tc\r`, "\u009b": `\u009b`, "\x7f": `\x7f`,
		"\u202e\u2066\u200b": `\u202e\u2066\u200b`, "\xff": `\xff`, `"\x"`: `"\x"`, "\ufffd": "\ufffd",
	} {
		assert.Equal(t, want, Printable(in))
	}
}
