package redact

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

// parts returns a secret, and the parts of it that are secrets themselves: the
// token after an authorization scheme, the values of cookies, and what Basic
// encodes.
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

var inPointer = strings.NewReplacer("~", "~0", "/", "~1")

// spellings returns how s can be written in a JSON text, in a JSON text within
// a JSON string, and in a JSON Pointer. How it is written in a URL is found by
// decoding that: see [Cleaner.escapedSpans].
func spellings(s string) []string {
	switch {
	case len(s) < shortSecret, s == "null", s == "true", s == "false":
		return nil
	}
	inJSON := quoted(s)
	return []string{
		s, inJSON, quoted(inJSON), strings.ReplaceAll(inJSON, "/", `\/`), plainQuoted(s),
		inPointer.Replace(s),
	}
}

// quoted returns s as encoding/json writes it, with HTML characters escaped,
// without the quotes.
func quoted(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return string(text[1 : len(text)-1])
}

// plainQuoted returns s as most encoders write it, without the quotes.
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

// unquoted returns the decoded text of a JSON string, given without its quotes.
func unquoted(s string) string {
	var text string
	if err := json.Unmarshal([]byte(`"`+s+`"`), &text); err != nil {
		return s
	}
	return text
}
