package redact

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb/validator"
)

// To search for many literals at once finds what one search after the other
// finds.
func TestManyLiteralsAreFoundAsFewAre(t *testing.T) {
	word := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "ab", "aab", ".", "…", "..."}), 0, 12),
		func(parts []string) string { return strings.Join(parts, "") })
	rapid.Check(t, func(t *rapid.T) {
		var l literals
		for _, literal := range rapid.SliceOfN(word, 1, 5).Draw(t, "literals") {
			if len(literal) >= shortSecret {
				l.add(literal)
			}
		}
		s := strings.Join(rapid.SliceOfN(word, 0, 6).Draw(t, "text"), "")
		var each []span
		for _, literal := range l.all {
			each = append(each, literalSpans(s, literal, cuts(s))...)
		}
		l.prepare()
		atOnce := append(l.longSpans(s, cuts(s)), l.shortSpans(s)...)
		require.Equal(t, union(each), union(atOnce), "%q in %q", l.all, s)
	})
}

// BenchmarkManySecrets shows that the work is linear in the secrets of a body.
func BenchmarkManySecrets(b *testing.B) {
	for name, member := range map[string]string{
		"key": `"k%d":"sk-abcdefghijklmnop%08d"`,
		"url": `"k%d":"https://user:passw%08d@host/"`,
	} {
		for _, n := range []int{4_000, 8_000, 16_000} {
			var body strings.Builder
			for i := range n {
				fmt.Fprintf(&body, member+",", i, i)
			}
			x := &validator.Exchange{Response: validator.Response{Header: http.Header{}, Body: validator.Body{Bytes: []byte(body.String())}}}
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.SetBytes(int64(body.Len()))
				for b.Loop() {
					ForExchange(x).Text(body.String())
				}
			})
		}
	}
}
