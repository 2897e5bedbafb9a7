package textfmt

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"
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
		{Wrap("世界 世界", 9, 2), "世界 世界"},
		{Wrap("世界 世界", 8, 2), "世界\n  世界"},
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

// TestPrintableText checks that all of the result is printable, and that what
// is printable is not changed.
func TestPrintableText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		got := Printable(bytes.Draw(t, "s"))
		assert.True(t, utf8.ValidString(got))
		assert.Equal(t, -1, strings.IndexFunc(got, func(r rune) bool { return !IsPrintable(r) }), "%q", got)
		assert.Equal(t, got, Printable(got))
	})
}

// bytes draws strings that need not be UTF-8.
var bytes = rapid.Custom(func(t *rapid.T) string {
	return rapid.String().Draw(t, "text") + string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
})

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 999: "999", 1000: "1,000", 999_999: "999,999", 1_234_567: "1,234,567", -123: "-123", -1234: "-1,234", -123_456: "-123,456",
	} {
		assert.Equal(t, want, Number(n))
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int().Draw(t, "n")
		got := Number(n)
		assert.Regexp(t, `^-?\d{1,3}(,\d{3})*$`, got)
		assert.Equal(t, strconv.Itoa(n), strings.ReplaceAll(got, ",", ""))
	})
}

func TestCount(t *testing.T) {
	for _, tt := range []struct {
		n          int
		noun, want string
	}{
		{0, "error", "0 errors"},
		{1, "error", "1 error"},
		{2, "error", "2 errors"},
		{1200, "error", "1,200 errors"},
		{1, "body", "1 body"},
		{2, "request body", "2 request bodies"},
		{2, "key", "2 keys"},
		{2, "media type", "2 media types"},
	} {
		assert.Equal(t, tt.want, Count(tt.n, tt.noun))
	}
}

func TestShorten(t *testing.T) {
	for _, tt := range []struct {
		s    string
		most int
		want string
	}{
		{"", 0, ""},
		{"abc", 3, "abc"},
		{"abcd", 3, "abc…"},
		{"aüb", 3, "aü…"},
		{"aüb", 2, "a…"},
		{"世", 2, "…"},
		{strings.Repeat("\x80", 9), 4, "…"}, // the middle of a character, without its beginning
	} {
		assert.Equal(t, tt.want, Shorten(tt.s, tt.most))
	}
}

// TestShortenedText checks that a shortened text begins as the text does, is
// not longer than asked for, and has no part of a character.
func TestShortenedText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, most := bytes.Draw(t, "s"), rapid.IntRange(0, 20).Draw(t, "most")
		kept, cut := strings.CutSuffix(Shorten(s, most), "…")
		if len(s) <= most {
			assert.Equal(t, s, Shorten(s, most))
			return
		}
		assert.True(t, cut)
		assert.LessOrEqual(t, len(kept), most)
		assert.True(t, strings.HasPrefix(s, kept))
		if utf8.ValidString(s) {
			assert.True(t, utf8.ValidString(kept))
			assert.Greater(t, len(kept), most-utf8.UTFMax)
		}
	})
}

// TestColumns checks that the short way for ASCII gives the same as the library.
func TestColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.StringMatching(`[ -~\r\n\t\x7f]*`), rapid.String()).Draw(t, "s")
		assert.Equal(t, uniseg.StringWidth(s), Columns(s))
	})
}
