package redact

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb"
)

// hostileTexts take long to clean if the work grows faster than the length of
// the text.
var hostileTexts = map[string]func(n int) string{
	"quotes":                    func(n int) string { return strings.Repeat(`"`, n) },
	"escaped quotes":            func(n int) string { return strings.Repeat(`\"`, n) },
	"backslashes":               func(n int) string { return `{"password": "` + strings.Repeat(`\`, n) },
	"escapes":                   func(n int) string { return strings.Repeat(`\u005c`, n) },
	"equals signs":              func(n int) string { return strings.Repeat("=", n) },
	"colons":                    func(n int) string { return strings.Repeat(": ", n) },
	"settings":                  func(n int) string { return strings.Repeat("password=a1b2c3d4 ", n) },
	"names without a value":     func(n int) string { return strings.Repeat("password=", n) },
	"quoted names":              func(n int) string { return strings.Repeat(`"password":`, n) },
	"open objects of secrets":   func(n int) string { return strings.Repeat(`"password":{`, n) },
	"Bearer":                    func(n int) string { return strings.Repeat("Bearer ", n) },
	"base64":                    func(n int) string { return "eyJhbGci" + strings.Repeat("QUJD", n) },
	"dots of tokens":            func(n int) string { return strings.Repeat("eyJhbGciabcd.", n) },
	"hyphens":                   func(n int) string { return strings.Repeat("sk-", n) },
	"slashes":                   func(n int) string { return strings.Repeat("http://", n) },
	"percent signs":             func(n int) string { return strings.Repeat("%25", n) },
	"tildes":                    func(n int) string { return strings.Repeat("~1", n) },
	"ellipses":                  func(n int) string { return strings.Repeat("…", n) },
	"angle brackets":            func(n int) string { return strings.Repeat("<password>", n) },
	"curl":                      func(n int) string { return strings.Repeat("curl -u ", n) },
	"headers of PEM":            func(n int) string { return strings.Repeat("-----BEGIN PRIVATE KEY-----", n) },
	"deep lists":                func(n int) string { return strings.Repeat("[", n) },
	"deep objects":              func(n int) string { return strings.Repeat(`{"token":`, n) },
	"deep objects with secrets": func(n int) string { return strings.Repeat(`{"token":["a1b2c3d4",`, n) },
	"pairs":                     func(n int) string { return strings.Repeat(`{"name":"token","value":"a1b2c3d4"},`, n) },
	"names without separators":  func(n int) string { return strings.Repeat("passwordToken", n) + ": x" },
}

// TestHostileTexts checks that hostile texts are cleaned in a time that is
// proportional to their length.
func TestHostileTexts(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const n = 30_000
	for name, text := range hostileTexts {
		t.Run(name, func(t *testing.T) {
			small, large := text(n/16), text(n)
			took := func(text string) time.Duration {
				began := time.Now()
				new(Cleaner).Body(text)
				return time.Since(began)
			}
			// If the time were quadratic, 16 times the text would take 256
			// times as long. Short times are too inaccurate to compare.
			limit := max(100*took(small), 10*time.Second)
			assert.Less(t, took(large), limit)
		})
	}
}

// FuzzCleaner checks that what is removed stays removed, and that no secret is
// left, whatever surrounds it.
func FuzzCleaner(f *testing.F) {
	for _, text := range hostileTexts {
		f.Add(text(3), "s3cr3t-value")
	}
	f.Add(`{"headers": {"X-Auth": "a"}, "b": "curl -u me:hunter2"}`, `a"b\c/d~e`)
	f.Fuzz(func(t *testing.T, text, secret string) {
		if len(text) > 1<<12 {
			return
		}
		x := &plumb.Exchange{Secrets: []string{secret}}
		x.Response.Body.Bytes = []byte(text)
		c := ForExchange(x)
		for _, clean := range []string{c.Text(text), c.Body(text), c.Text(text + " " + secret), c.URL("http://h/?a="+text, func(string) bool { return true })} {
			known := strings.TrimSpace(secret)
			if len(known) >= longSecret && known == secret && !strings.ContainsAny(known, "[]") && !strings.Contains(Mark, known) && strings.Contains(clean, known) {
				t.Errorf("%q is left in %q", secret, clean)
			}
		}
		for _, value := range c.Header(http.Header{"X-Note": {text}})["X-Note"] {
			if len(secret) >= longSecret && strings.TrimSpace(secret) == secret && !strings.ContainsAny(secret, "[]") && !strings.Contains(Mark, secret) && strings.Contains(value, secret) {
				t.Errorf("%q is left in %q", secret, value)
			}
		}
	})
}
