package redact

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/plumbapi/plumb"
)

func TestTextRemovesWhatLooksLikeACredential(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"bearer", "Authorization says Bearer abc123.def", "Authorization says Bearer [redacted]"},
		{"bearer in prose", "use Bearer auth", "use Bearer auth"},
		{"basic", "Basic dXNlcjpwYXNz", "Basic [redacted]"},
		{"key", `"Incorrect API key: sk-proj-0123456789abcdef"`, `"Incorrect API key: [redacted]"`},
		{"cut key", "API key: sk-live-0123…", "API key: [redacted]…"},
		{"end of a key", `…0123456789abcdef0123","status":1`, `…[redacted]","status":1`},
		{"end of a short word", `…_tokens_details":{"x`, `…_tokens_details":{"x`},
		{"word that begins like a key", "sk-short, task-0123456789abcdefghij", "sk-short, task-0123456789abcdefghij"},
		{"token", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "[redacted]"},
		{"cut token", "eyJhbGciOiJIUzI1…", "[redacted]…"},
		{"query", "https://h.example/b?api-version=2024&api-key=abc&sig=x%2By&x=1", "https://h.example/b?api-version=2024&api-key=[redacted]&sig=[redacted]&x=1"},
		{"userinfo", "http://me:pw@h.example/x", "http://[redacted]@h.example/x"},
		{"member", `{"id":"b","api_key":"a\"b","n":1}`, `{"id":"b","api_key":"[redacted]","n":1}`},
		{"member cut", `"client_secret": "abcd`, `"client_secret": "[redacted]`},
		{"member in a string", `{\"password\": \"pa ss\", \"n\": 1}`, `{\"password\": \"[redacted]\", \"n\": 1}`},
		{"numeric member", `{"password": 12345}`, `{"password": 12345}`},
		{"header", "Cookie: a=b; c=d", "Cookie: [redacted]"},
		{"counts of tokens", `{"input_tokens": 12, "total_tokens": 14}`, `{"input_tokens": 12, "total_tokens": 14}`},
		{"ids", `"batch_67ef1f9c4d8c8190a3f1", "file-abc"`, `"batch_67ef1f9c4d8c8190a3f1", "file-abc"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, tc.want, new(Cleaner).Text(tc.text))
		})
	}
}

func TestTextRemovesTheSecretsOfTheExchange(t *testing.T) {
	for _, tc := range []struct{ name, secret, text, want string }{
		{"in a word", "hunter2", "xhunter2y", "x[redacted]y"},
		{"after its scheme", "Token hunter2", "got hunter2", "got [redacted]"},
		{"password of basic", "Basic bWU6aHVudGVyMg==", "got hunter2", "got [redacted]"},
		{"value of a cookie", "sid=hunter2; theme=darkmode", "hunter2 darkmode", "[redacted] [redacted]"},
		{"cut at the end", "abcdefghijklmnop", "found abcdefgh", "found [redacted]"},
		{"cut before an ellipsis", "abcdefghijklmnop", "abcdefgh… and more", "[redacted]… and more"},
		{"cut at the beginning", "abcdefghijklmnop", `ijklmnop", "x"`, `[redacted]", "x"`},
		{"short, as a word", "test", `"test" is not in latest`, `"[redacted]" is not in latest`},
		{"too short to know", "abc", "abc", "abc"},
		{"a word of JSON", "true", "true", "true"},
		{"escaped", `pass"word/`, `{"x":"pass\"word\/"}`, `{"x":"[redacted]"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.Equal(t, tc.want, New([]string{tc.secret}).Text(tc.text))
		})
	}
}

func TestExcerptKeepsItsMark(t *testing.T) {
	c := New([]string{"longsecret-longsecret"})
	for _, tc := range []struct{ name, before, marked, after, wantMarked string }{
		{"secret before", `{"k":"longsecret-longsecret","s":`, `"paused"`, `}`, `"paused"`},
		{"secret after", `{"s":`, `"paused"`, `,"k":"longsecret-longsecret"}`, `"paused"`},
		{"secret marked", `{"s":"`, `longsecret-longsecret`, `"}`, Mark},
		{"secret within the mark", `{"s":`, `"longsecret-longsecret"`, `}`, `"` + Mark + `"`},
		{"mark within the secret", `{"s":"longsecret`, `-long`, `secret"}`, Mark},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := c.Excerpt(plumb.Excerpt{Text: tc.before + tc.marked + tc.after, Column: len(tc.before), Width: len(tc.marked)})
			assert.Equal(t, tc.wantMarked, e.Text[e.Column:e.Column+e.Width])
			assert.NotContains(t, e.Text, "longsecret")
		})
	}
}

func TestFindingAtASecretMember(t *testing.T) {
	f := plumb.Finding{Rule: "schema-type", Pointer: "/items/*/api_key", Occurrence: plumb.Occurrence{
		Found: `["x"]`, Excerpt: plumb.Excerpt{Text: `["x"], 1`, Width: 5},
	}}
	new(Cleaner).Finding(&f)
	assert.Equal(t, Mark, f.Found)
	assert.Equal(t, plumb.Excerpt{Text: Mark + ", 1", Width: len(Mark)}, f.Excerpt)

	f = plumb.Finding{Rule: "schema-required", Pointer: "/password", Occurrence: plumb.Occurrence{Found: "no such member"}}
	new(Cleaner).Finding(&f)
	assert.Equal(t, "no such member", f.Found)
}

// TestForExchangeKnowsTheSecretsOfTheBody checks that the end of a secret is
// recognised even if it no longer looks like a credential.
func TestForExchangeKnowsTheSecretsOfTheBody(t *testing.T) {
	body := `{"api_key": "pass\u0077ord-0123", "token": "the", "status": "paused"}`
	c := ForExchange(&plumb.Exchange{
		Secrets:  []string{"hunter2"},
		Response: plumb.Response{Body: plumb.Body{Bytes: []byte(body)}},
	})
	assert.Equal(t, `…[redacted]", "token": "[redacted]", "status"`, c.Text(`…rd-0123", "token": "the", "status"`))
	assert.Equal(t, "found [redacted] by the [redacted]", c.Text("found password-0123 by the hunter2"))
}

// TestTextLaws checks that a secret is removed however it is spelled, and that
// cleaning a second time changes nothing.
func TestTextLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[A-Za-z0-9+/="\\<&~._-]{8,40}`).Draw(t, "secret")
		asJSON, _ := json.Marshal(secret)
		spelled := rapid.SampledFrom([]string{secret, string(asJSON), url.QueryEscape(secret), url.PathEscape(secret)}).Draw(t, "spelled")
		before, after := rapid.StringMatching(`[ {}:,é世]{0,9}`).Draw(t, "before"), rapid.StringMatching(`[ {}:,é世]{0,9}`).Draw(t, "after")
		c := New([]string{secret})
		clean := c.Text(before + spelled + after)
		if strings.Contains(clean, strings.Trim(spelled, `"`)) && spelled != `""` {
			t.Fatalf("%q is left in %q", spelled, clean)
		}
		if again := c.Text(clean); again != clean {
			t.Fatalf("cleaned twice: %q, then %q", clean, again)
		}
	})
}

func TestExcerptLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`(secret-secret|[a-z "é]){0,20}`).Draw(t, "text")
		e := plumb.Excerpt{Text: text, Column: rapid.IntRange(0, len(text)).Draw(t, "column")}
		e.Width = rapid.IntRange(0, len(text)-e.Column).Draw(t, "width")
		got := New([]string{"secret-secret"}).Excerpt(e)
		if got.Column < 0 || got.Width < 0 || got.Column+got.Width > len(got.Text) {
			t.Fatalf("%+v became %+v: the mark is outside the text", e, got)
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add(`{"api_key": "abc"}`, "Bearer abc.def")
	f.Add(`http://a:b@c?sig=1…`, "sid=1; x=\xff")
	f.Fuzz(func(t *testing.T, text, secret string) {
		c := New([]string{secret})
		clean := c.Text(text)
		if len(secret) >= 6 && strings.TrimSpace(secret) == secret && !strings.Contains(Mark, secret) && strings.Contains(clean, secret) && !strings.ContainsAny(secret, "[]") {
			t.Errorf("%q is left in %q", secret, clean)
		}
	})
}
