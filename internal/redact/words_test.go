package redact

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
)

// TestWordsIn checks that wordsIn returns the lists of which a word is in the
// lower-case text.
func TestWordsIn(t *testing.T) {
	var all []knownWord
	for _, words := range known {
		all = append(all, words...)
	}
	letters := rapid.SampledFrom(append(strings.Split("eyj=:/.-kKſs\u212at", ""), "KEY", "tok", "EN", `"`, `\`, "…", "é", "sec", "ret"))
	word := rapid.Map(rapid.SampledFrom(all), func(w knownWord) string { return w.text })
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.OneOf(letters, word)).Draw(t, "text"), "")
		lower := strings.ToLower(strings.ReplaceAll(text, "ſ", "s"))
		var want words
		for _, w := range all {
			if strings.Contains(lower, w.text) {
				want |= w.set
			}
		}
		assert.Equal(t, want, wordsIn(text), "%q", text)
		assert.Equal(t, want, wordsIn([]byte(text)))
	})
}

func drawText() *rapid.Generator[string] {
	part := rapid.SampledFrom([]string{
		"Bearer ", "basic\t", "APIKEY ", "abcdefgh1", "sk-", "pK-", "\u212aey", "…", "...", "eyJabcdefghij", ".abc", "api_key", "ſecret", "=", "&sig=",
		"?key=", "http://", "u:p@", `"token"`, `\"password\"`, `: `, `"`, `\"`, "12345678", "Cookie:", " x", "authorization", "X-Api-Key:", "abcdefghijklmnopqrst",
	})
	return rapid.Map(rapid.SliceOf(part), func(parts []string) string { return strings.Join(parts, "") })
}

func TestBare(t *testing.T) {
	var b Bodies
	for body, want := range map[string]bool{
		`{"id": "batch_1", "status": "cancelled", "url": "https://example.com/a?b=c"}`: true,
		`{"id": "sesame-1"}`:                      false, // the request carried it
		`{"id": "sk-abcdefghijklmnopqrstuvwx"}`:   false,
		`{"url": "https://u:p@example.com/"}`:     false,
		`{"access_token": {"deep": 1}}`:           true, // a number is not a credential
		`{"access_token": {"deep": "x"}}`:         false,
		`{"\u0074oken": 1}`:                       false,
		`{"\u212aey": 1}`:                         false,
		`{"input_tokens": 1, "id": "[redacted]"}`: true,
	} {
		x := &plumb.Exchange{Secrets: []string{"sesame-1"}}
		x.Response.Body.Bytes = []byte(body)
		assert.Equal(t, want, b.Bare(x), body)
		x.Secrets = nil
		if body == `{"id": "sesame-1"}` {
			assert.True(t, b.Bare(x), "another exchange has other secrets")
		}
	}
}

// TestBareBodiesNeedNoCleaner checks that a Cleaner changes neither a body that
// is bare nor any value in it.
func TestBareBodiesNeedNoCleaner(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := &plumb.Exchange{Secrets: rapid.SliceOfN(rapid.StringMatching(`[a-z"/ ]{4,8}`), 0, 2).Draw(t, "secrets")}
		name := rapid.OneOf(rapid.SampledFrom([]string{"id", "token", "api_key", "note"}), rapid.String()).Draw(t, "name")
		value := rapid.OneOf(drawText(), rapid.SampledFrom(append(x.Secrets, "x"))).Draw(t, "value")
		x.Response.Body.Bytes = []byte(`{"` + quoted(name) + `":"` + quoted(value) + `"}`)
		var b Bodies
		if !b.Bare(x) {
			return
		}
		f := plumb.Finding{Pointer: "/" + name}
		f.Found = `"` + quoted(value) + `"`
		want := f
		ForExchange(x).Finding(&f)
		assert.Equal(t, want, f)
	})
}
