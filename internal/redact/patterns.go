package redact

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// secretNames are the names of members, headers and parameters whose values
// are credentials.
const secretNames = `(?:authorization|(?:api|access|private|secret|subscription)[-_]?key|passw(?:or)?d|passphrase|secret|` +
	`(?:access|refresh|id|auth|session|bearer|security)[-_]?token|credentials?|cookie|signature)`

// secretName matches such a name. Like patterns, it is compiled when it is
// needed: few runs need all.
var secretName = compiled(`(?i)^(?:[\w.-]*[-_.])?(?:` + secretNames + `|token)$`)

func compiled(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// patterns find what looks like a credential: the first group of each that
// took part is the credential.
var patterns = []func() *regexp.Regexp{
	// Authorization schemes. A word with a digit, or a long one, is no prose.
	compiled(`(?i)\b(?:bearer|basic|apikey)\s+([\w.~+/=-]{8,}|[\w.~+/=-]*\d[\w.~+/=-]*)`),
	// Keys of OpenAI and of those who took over its prefix.
	compiled(`\b((?:sk|pk|rk)-[\w-]{16,})`),
	compiled(`\b((?:sk|pk|rk)-[\w-]{4,})(?:…|\.\.\.)`),
	// A long word whose beginning was cut off, and with it what tells a key.
	compiled(`^(?:…|\.\.\.)([\w+/=~-]{20,})`),
	// JSON Web Tokens, whole or cut.
	compiled(`\b(eyJ[\w-]{8,}(?:\.[\w-]*){0,2})`),
	// Parameters of a query or form.
	compiled(`(?i)\b(?:[\w-]*` + secretNames + `|x-amz-credential|sig)=([^&;#\s"'<>]+)`),
	compiled(`(?i)[?&](?:key|token|code)=([^&;#\s"'<>]+)`),
	// The user and password of a URL.
	compiled(`(?i)\b[a-z][a-z0-9+.-]*://([^/?#\s@"'<>]+)@`),
	// Members, with their quotes escaped or not; the text can be cut within the value.
	compiled(`(?i)\\+"(?:[\w.-]*[-_.])?(?:` + secretNames + `|token)\\+"\s*:\s*\\+"((?:[^"\\]|\\\\|\\[^"\\])*)`),
	compiled(`(?i)"(?:[\w.-]*[-_.])?(?:` + secretNames + `|token)"\s*:\s*"((?:[^"\\]|\\.)*)`),
	compiled(`(?i)"(?:[\w.-]*[-_.])?(?:` + secretNames + `|token)"\s*:\s*(-?\d[^\s,}\]]*)`),
	// Headers.
	compiled(`(?i)\b(?:(?:proxy-)?authorization|(?:x-)?api-key|(?:set-)?cookie):\s*([^\s"][^"\r\n]*)`),
}

// needs are, for each pattern, the words one of which a text has that it
// matches: most texts have none, and need not be searched.
var needs = []words{
	schemeWords, keyPrefixes, keyPrefixes, ellipses, tokenStart, equals, equals, authority,
	memberWords, memberWords, memberWords, headerWords,
}

func patternSpans(s string) []span { return spansOf(wordsIn(s), s) }

// spansOf returns what patterns find in a text with the words.
func spansOf(there words, s string) []span {
	if there == 0 {
		return nil
	}
	var found []span
	for i, pattern := range patterns {
		if needs[i]&there == 0 {
			continue
		}
		for _, m := range pattern().FindAllStringSubmatchIndex(s, -1) {
			if m[2] >= 0 && m[2] < m[3] {
				found = append(found, span{m[2], m[3]})
			}
		}
	}
	return found
}

// parts returns a secret, and the parts of it that are secrets themselves: the
// token after an authorization scheme, the values of cookies, what Basic hides.
func parts(secret string) []string {
	secret = strings.TrimSpace(secret)
	found := []string{secret}
	scheme, token, ok := strings.Cut(secret, " ")
	if ok && !strings.Contains(scheme, "=") {
		token = strings.TrimSpace(token)
		found = append(found, token)
		if strings.EqualFold(scheme, "basic") {
			if plain, err := base64.StdEncoding.DecodeString(token); err == nil {
				_, password, _ := strings.Cut(string(plain), ":")
				found = append(found, string(plain), password)
			}
		}
	}
	for pair := range strings.SplitSeq(secret, ";") {
		if _, value, ok := strings.Cut(pair, "="); ok {
			found = append(found, strings.Trim(strings.TrimSpace(value), `"`))
		}
	}
	return found
}

// spellings returns how s can be written in a JSON text, in a JSON text within
// a JSON string, and in a URL.
func spellings(s string) []string {
	switch {
	case len(s) < shortSecret, s == "null", s == "true", s == "false":
		return nil
	}
	inJSON := quoted(s)
	return []string{
		s, inJSON, quoted(inJSON), strings.ReplaceAll(inJSON, "/", `\/`), plainQuoted(s),
		url.QueryEscape(s), url.PathEscape(s),
	}
}

// quoted returns s as encoding/json writes it for a web page, without quotes.
func quoted(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return string(text[1 : len(text)-1])
}

// plainQuoted returns s as most encoders write it, without quotes.
func plainQuoted(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return s
	}
	text := strings.TrimSuffix(b.String(), "\n")
	return text[1 : len(text)-1]
}

// unquoted returns what a JSON string stands for, given without its quotes.
func unquoted(s string) string {
	var text string
	if err := json.Unmarshal([]byte(`"`+s+`"`), &text); err != nil {
		return s
	}
	return text
}
