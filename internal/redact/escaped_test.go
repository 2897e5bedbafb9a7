package redact

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// A secret in a URL is removed however it is percent-encoded.
func TestTextRemovesEscapedSecrets(t *testing.T) {
	for _, tc := range []struct{ secret, text, want string }{
		{"kk/zz=", "http://h/v1/resets/kk%2fzz%3d", "http://h/v1/resets/[redacted]"},
		{"kk/zz=", "http://h/v1/resets/kk%2Fzz=?x=%41", "http://h/v1/resets/[redacted]?x=%41"},
		{"Hunter2xyz", "/resets/%48unter2xyz/more", "/resets/[redacted]/more"},
		{"Hunter2-Pass", "/resets/Hunter2%2dPass", "/resets/[redacted]"},
		{"Héter2", "/resets/H%c3%A9ter2", "/resets/[redacted]"},
		{"a b/c+d", "/x?q=a+b%2fc%2bd&r=1", "/x?q=[redacted]&r=1"},
		{"a b/c+d", "/a%20b%2fc+d", "/[redacted]"},
		{"100%sure", "/100%sure", "/[redacted]"},
		{"100%sure", "/100%25sure", "/[redacted]"},
		{"abcd", "/xabcd/%61bcd/y%61bcd", "/xabcd/[redacted]/y%61bcd"}, // a short one is a word of its own
		{"abcdef", "/50%", "/50%"},
	} {
		assert.Equal(t, tc.want, New([]string{tc.secret}).Text(tc.text), tc.text)
	}
}

func TestEscapedSecretsLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secrets := rapid.SliceOfN(rapid.StringMatching(`[a-zA-Z0-9/+=~ é-]{8,20}`), 1, 40).Draw(t, "secrets")
		secret := strings.TrimSpace(secrets[0])
		if len(secret) < longSecret {
			return
		}
		escape := rapid.SampledFrom([]func(string) string{url.QueryEscape, url.PathEscape}).Draw(t, "escape")
		var b strings.Builder
		for i := range len(secret) {
			c := secret[i : i+1]
			forms := []string{fmt.Sprintf("%%%02x", c), fmt.Sprintf("%%%02X", c), escape(c)}
			b.WriteString(rapid.SampledFrom(forms).Draw(t, "written"))
		}
		if got := New(secrets).Text("/resets/" + b.String() + "?x=1"); strings.Contains(got, b.String()) || !strings.Contains(got, Mark) {
			t.Fatalf("%s of %q in %s", got, secret, b.String())
		}
	})
}
