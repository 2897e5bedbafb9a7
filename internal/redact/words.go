package redact

import (
	"strings"
	"unicode/utf8"
)

// words is a set of word lists. A text that contains no word of a form of
// credentials need not be searched for that form.
type words uint64

// known are the words, in lower case, by their first byte; each has the bit of
// its list. The tables of the first three bytes quickly rule out places where no
// word begins.
var (
	known   [256][]knownWord
	sets    int
	firsts  [256]words
	seconds [256]words
	thirds  [256]words
)

type knownWord struct {
	text string
	set  words
}

// wordSet adds a list of words, each of two bytes or more, and returns its bit.
func wordSet(all ...string) words {
	set := words(1) << sets
	sets++
	for _, word := range all {
		known[word[0]] = append(known[word[0]], knownWord{word, set})
		firsts[word[0]] |= set
		firsts[raised(word[0])] |= set
		seconds[word[1]] |= set
		seconds[raised(word[1])] |= set
		for c := range thirds {
			if len(word) == 2 || lowered(byte(c)) == word[2] {
				thirds[c] |= set
			}
		}
	}
	return set
}

func raised(c byte) byte {
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	return c
}

func lowered(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// wordsIn returns the lists of which a text contains a word, in any case. The
// two non-ASCII letters that patterns match as s and k count as these.
func wordsIn[T string | []byte](text T) words {
	var found words
	for i := range len(text) {
		c := text[i]
		may := firsts[c] &^ found
		if i+1 < len(text) {
			may &= seconds[text[i+1]]
		}
		if may != 0 && i+2 < len(text) {
			may &= thirds[text[i+2]]
		}
		if may != 0 {
			for _, word := range known[lowered(c)] {
				if may&^found&word.set != 0 && startsWith(text[i:], word.text) {
					found |= word.set
				}
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
