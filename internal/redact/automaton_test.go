package redact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestIndexFindsWhatLiteralsAre checks that many secrets are found wherever
// each alone is found. The index may find more only where two places of one
// secret overlap.
func TestIndexFindsWhatLiteralsAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringOfN(rapid.SampledFrom([]rune("abc")), 1, 4, -1)
		literals := rapid.SliceOfNDistinct(rapid.StringOfN(rapid.SampledFrom([]rune("abc")), shortSecret, 9, -1), 1, 6, rapid.ID).Draw(t, "literals")
		text := ""
		for range rapid.IntRange(0, 8).Draw(t, "parts") {
			if rapid.Bool().Draw(t, "literal") {
				literal := rapid.SampledFrom(literals).Draw(t, "of")
				from := rapid.IntRange(0, len(literal)-1).Draw(t, "from")
				text += literal[from:rapid.IntRange(from, len(literal)).Draw(t, "to")]
			} else {
				text += part.Draw(t, "part")
			}
			text += rapid.SampledFrom([]string{"", " ", "…", "..."}).Draw(t, "then")
		}
		index := union(newLiteralsIndex(literals).spans(text))
		var alone []span
		for _, literal := range literals {
			alone = append(alone, literalSpans(text, literal)...)
		}
		for _, sp := range union(alone) {
			covered := false
			for _, own := range index {
				covered = covered || own.start <= sp.start && sp.end <= own.end
			}
			require.True(t, covered, "%q in %q: %v by the index, %v alone", literals, text, index, sp)
		}
		// At each byte that the index finds, one of the secrets must be the
		// reason.
		for _, own := range index {
			for i := own.start; i < own.end; i++ {
				require.True(t, explained(text, literals, i), "%q in %q: byte %d of %v", literals, text, i, index)
			}
		}
	})
}

// explained reports whether a byte belongs to a secret, or to a part of one at
// a cut.
func explained(text string, literals []string, i int) bool {
	for _, literal := range literals {
		for at := range len(text) {
			if strings.HasPrefix(text[at:], literal) && at <= i && i < at+len(literal) {
				return true
			}
		}
		for _, sp := range literalSpans(text, literal) {
			if sp.start <= i && i < sp.end {
				return true
			}
		}
	}
	return false
}

func TestManySecrets(t *testing.T) {
	var secrets []string
	for i := range 1000 {
		secrets = append(secrets, "password="+strings.Repeat(string(rune('a'+i%26)), 7)+strings.Repeat("xyz"[i%3:i%3+1], i/26))
	}
	c := New(secrets)
	require.NotNil(t, c.index)
	assert.Equal(t, "before [redacted] after", c.Text("before aaaaaaaxxx after"))
	assert.Equal(t, "bbb is short", c.Text("bbb is short"))
	assert.Equal(t, "cut: [redacted]…", c.Text("cut: ddddd…"))
}
