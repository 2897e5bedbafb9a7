package redact

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// secretNames are the names of members, headers and parameters whose values
// are credentials.
const secretNames = `(?:authorization|(?:api|access|private|secret|subscription)[-_]?key|passw(?:or)?d|passphrase|secret|` +
	`(?:access|refresh|id|auth|session|bearer|security)[-_]?token|credentials?|cookie|signature)`

var secretName = regexp.MustCompile(`(?i)^(?:[\w.-]*[-_.])?(?:` + secretNames + `|token)$`)

// patterns find what looks like a credential: the first group of each that
// took part is the credential.
var patterns = []*regexp.Regexp{
	// Authorization schemes. A word with a digit, or a long one, is no prose.
	regexp.MustCompile(`(?i)\b(?:bearer|basic|apikey)\s+([\w.~+/=-]{8,}|[\w.~+/=-]*\d[\w.~+/=-]*)`),
	// Keys of OpenAI and of those who took over its prefix.
	regexp.MustCompile(`\b((?:sk|pk|rk)-[\w-]{16,})`),
	regexp.MustCompile(`\b((?:sk|pk|rk)-[\w-]{4,})(?:…|\.\.\.)`),
	// A long word whose beginning was cut off, and with it what tells a key.
	regexp.MustCompile(`^(?:…|\.\.\.)([\w+/=~-]{20,})`),
	// JSON Web Tokens, whole or cut.
	regexp.MustCompile(`\b(eyJ[\w-]{8,}(?:\.[\w-]*){0,2})`),
	// Parameters of a query or form.
	regexp.MustCompile(`(?i)\b(?:[\w-]*` + secretNames + `|x-amz-credential|sig)=([^&;#\s"'<>]+)`),
	regexp.MustCompile(`(?i)[?&](?:key|token|code)=([^&;#\s"'<>]+)`),
	// The user and password of a URL.
	regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://([^/?#\s@"'<>]+)@`),
	// Members, with their quotes escaped or not; the text can be cut within the value.
	regexp.MustCompile(`(?i)\\+"(?:[\w.-]*[-_.])?(?:` + secretNames + `|token)\\+"\s*:\s*\\+"((?:[^"\\]|\\\\|\\[^"\\])*)`),
	regexp.MustCompile(`(?i)"(?:[\w.-]*[-_.])?(?:` + secretNames + `|token)"\s*:\s*"((?:[^"\\]|\\.)*)`),
	regexp.MustCompile(`(?i)"(?:[\w.-]*[-_.])?(?:` + secretNames + `|token)"\s*:\s*(-?\d[^\s,}\]]*)`),
	// Headers.
	regexp.MustCompile(`(?i)\b(?:(?:proxy-)?authorization|(?:x-)?api-key|(?:set-)?cookie):\s*([^\s"][^"\r\n]*)`),
}

// needs are, for each pattern, the words one of which a text has, in any case,
// that it matches: most texts have none, and need not be searched.
var needs = func() [][]string {
	schemes := []string{"bearer", "basic", "apikey"}
	prefixes := []string{"sk-", "pk-", "rk-"}
	members := []string{"authorization", "key", "passw", "passphrase", "secret", `token"`, `token\`, "credential", "cookie", "signature"}
	headers := []string{"authorization:", "api-key:", "cookie:"}
	return [][]string{schemes, prefixes, prefixes, {"…", "..."}, {"eyj"}, {"="}, {"="}, {"://"}, members, members, members, headers}
}()

func patternSpans(s string) []span {
	var found []span
	lower := strings.ToLower(strings.ReplaceAll(s, "ſ", "s")) // which regexp takes for the same
	for i, pattern := range patterns {
		if !slices.ContainsFunc(needs[i], func(word string) bool { return strings.Contains(lower, word) }) {
			continue
		}
		for _, m := range pattern.FindAllStringSubmatchIndex(s, -1) {
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
