package redact

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/plumbapi/plumb"
)

// TestHeaderKeepsWhatIsHarmless checks that headers without credentials stay as
// they are, with all their values.
func TestHeaderKeepsWhatIsHarmless(t *testing.T) {
	h := http.Header{"Content-Type": {"application/json"}, "X-Note": {"a", "b"}, "X-Api-Key": {"hunter2"}, "Etag": {""}}
	want := http.Header{"Content-Type": {"application/json"}, "X-Note": {"a", "b"}, "X-Api-Key": {Mark}, "Etag": {""}}
	assert.Equal(t, want, new(Cleaner).Header(h))
	assert.Equal(t, []string{"hunter2"}, h["X-Api-Key"], "the argument is not changed")

	declared := func(name string) bool { return name == "X-Note" }
	want["X-Own"], want["Accept"] = []string{Mark}, []string{"*/*"}
	h["X-Own"], h["Accept"] = []string{"blue"}, []string{"*/*"}
	delete(h, "Etag") // a response header
	delete(want, "Etag")
	assert.Equal(t, want, new(Cleaner).RequestHeader(h, declared))
}

// TestExcerptMarkAtTheEdges checks that a mark that begins or ends at a
// credential moves to the edge of the text that replaces it.
func TestExcerptMarkAtTheEdges(t *testing.T) {
	const text = "ab hunter2-hunter2 cd"
	c := New([]string{"hunter2-hunter2"})
	for _, tc := range []struct {
		column, width int
		want          string
	}{
		{0, 2, "ab"}, {0, 3, "ab "}, {3, 15, Mark}, {3, 1, Mark}, {17, 1, Mark}, {18, 3, " cd"}, {19, 2, "cd"}, {3, 16, Mark + " "}, {0, 18, "ab " + Mark}, {18, 0, ""}, {21, 0, ""},
	} {
		e := c.Excerpt(plumb.Excerpt{Text: text, Column: tc.column, Width: tc.width})
		assert.Equal(t, "ab "+Mark+" cd", e.Text)
		assert.Equal(t, tc.want, e.Text[e.Column:e.Column+e.Width], "%d+%d", tc.column, tc.width)
	}
}

// TestLengthsOfSecrets checks that a secret of six bytes or more is recognised
// within a word, and at a cut if six bytes of it are left; a shorter one only
// as a separate word, and one of fewer than four bytes not at all.
func TestLengthsOfSecrets(t *testing.T) {
	for _, tc := range []struct{ secret, text, want string }{
		{"abcde1", "xabcde1y", "x" + Mark + "y"},
		{"abcd1", "xabcd1y abcd1", "xabcd1y " + Mark},
		{"abc1", "xabc1 abc1", "xabc1 " + Mark},
		{"ab1", "ab1", "ab1"},
		{"abcdefgh12", "see abcdef", "see " + Mark},
		{"abcdefgh12", "see abcde", "see abcde"},
		{"abcdefgh12", "see abcd…", "see " + Mark + "…"},
		{"abcdefgh12", "see abc…", "see abc…"},
		{"abcdefgh12", "efgh12 it is", Mark + " it is"},
		{"abcdefgh12", "fgh12 it is", "fgh12 it is"},
	} {
		assert.Equal(t, tc.want, New([]string{tc.secret}).Text(tc.text), "%s in %s", tc.secret, tc.text)
	}
}

// TestTokensAndCursors checks that a token is recognised by its header or by
// its three parts, and that a cursor is not taken for one.
func TestTokensAndCursors(t *testing.T) {
	for text, want := range map[string]string{
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln": Mark,
		"eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.":      Mark,
		"eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9…":     Mark + "…",
		"eyJ1c2VyIjoxMjM0NX0.ZxYz1Q.c2lnbmF0dXJl":   Mark,
		"eyJpZCI6MTIzNDU2Nzg5MH0":                   "eyJpZCI6MTIzNDU2Nzg5MH0",
		"after eyJpZCI6MTIzNDU2Nzg5MH0. It":         "after eyJpZCI6MTIzNDU2Nzg5MH0. It",
	} {
		assert.Equal(t, want, new(Cleaner).Text(text))
	}
	const emptied = "Authorization: Bearer \nConnection: keep-alive\n"
	assert.Equal(t, emptied, new(Cleaner).Text(emptied), "somebody removed the token")
}

// TestShortCredentialsInFindings checks that a string under a secret name is
// hidden completely in a finding, however short it is, and that numbers are
// not.
func TestShortCredentialsInFindings(t *testing.T) {
	for _, tc := range []struct{ pointer, text, found, want string }{
		{"/password", `{"password": "a1"}`, "a1 (2 characters)", "[redacted]"},
		{"/pwd", `{"pwd": "9k3"}`, "9k3", "[redacted]"},
		{"/api_key", `{"api_key": "hunter"}`, "hunter", "[redacted]"},
		{"/status", `{"status": "paused"}`, "paused", "paused"},
		{"/input_tokens", `{"input_tokens": 12}`, "12", "12"},
	} {
		start := strings.Index(tc.text, ": ") + 2
		f := plumb.Finding{Rule: "schema-limit", Pointer: tc.pointer, Occurrence: plumb.Occurrence{
			Found: tc.found, Excerpt: plumb.Excerpt{Text: tc.text, Column: start, Width: len(tc.text) - 1 - start},
		}}
		New(nil).Finding(&f)
		assert.Equal(t, tc.want, f.Found, tc.text)
		assert.Equal(t, tc.want == tc.found, f.Excerpt.Text == tc.text, f.Excerpt.Text)
	}
}
