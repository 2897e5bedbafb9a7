package redact

import (
	"math/bits"
	"strings"
	"unicode/utf8"
)

// words is a set of the words in whose company credentials stand.
type words uint32

// schemeWords and so on are parts of texts that patterns match, in lower case:
// a text without them need not be searched.
var (
	schemeWords = wordSet("bearer", "basic", "apikey")
	keyPrefixes = wordSet("sk-", "pk-", "rk-")
	ellipses    = wordSet("…", "...")
	tokenStart  = wordSet("eyj")
	equals      = wordSet("=")
	authority   = wordSet("://")
	memberWords = wordSet("authorization", "key", "passw", "passphrase", "secret", `token"`, `token\`, "credential", "cookie", "signature")
	headerWords = wordSet("authorization:", "api-key:", "cookie:")
)

// known are the words, each with its bit, and by their first two bytes.
var (
	known   []string
	firsts  [256]words
	seconds [256]words
)

func wordSet(all ...string) words {
	var set words
	for _, word := range all {
		bit := words(1) << len(known)
		known = append(known, word)
		set |= bit
		for c := range 256 {
			lower := lowered(byte(c))
			if lower == word[0] {
				firsts[c] |= bit
			}
			if len(word) == 1 || lower == word[1] {
				seconds[c] |= bit
			}
		}
	}
	return set
}

func lowered(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// wordsIn returns the words that stand in a text, in upper case or lower. The
// two letters beyond ASCII that patterns take for s and k count as these.
func wordsIn[T string | []byte](text T) words {
	var found words
	for i := range len(text) {
		c := text[i]
		next := byte(0)
		if i+1 < len(text) {
			next = text[i+1]
		}
		for rest := firsts[c] & seconds[next] &^ found; rest != 0; rest &= rest - 1 {
			if n := bits.TrailingZeros32(uint32(rest)); startsWith(text[i:], known[n]) {
				found |= 1 << n
			}
		}
		if c >= utf8.RuneSelf && (startsWith(text[i:], longS) || startsWith(text[i:], kelvin)) {
			return found | wordsIn(strings.NewReplacer(longS, "s", kelvin, "k").Replace(string(text)))
		}
	}
	return found
}

const (
	longS  = "ſ"
	kelvin = "\u212a"
)

func startsWith[T string | []byte](text T, word string) bool {
	if len(text) < len(word) {
		return false
	}
	for i := range len(word) {
		if lowered(text[i]) != word[i] {
			return false
		}
	}
	return true
}
