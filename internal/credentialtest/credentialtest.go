// Package credentialtest plants credentials of each name and form in tests, and
// finds them again where they leak. It is for testing everything that writes
// data from recordings or traffic. Its lists are independent of those of
// package redact, so that a test fails if something is removed from the latter.
package credentialtest

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
)

// Planter makes up credentials, all of them different, and remembers them. The
// same seed gives the same credentials. A Planter is not safe for concurrent
// use.
type Planter struct {
	// Share shortens the lists: a Planter chooses about one of Share names or
	// forms at random. With 0 or 1 it uses all of them.
	Share int

	random *rand.Rand
	what   map[string]string // description of a secret, by a part of it
	whole  map[string]string // description of a secret that is too short for parts, by the secret
}

// New returns a Planter.
func New(seed string) *Planter {
	h := fnv.New64a()
	_, _ = h.Write([]byte(seed))
	return &Planter{random: rand.New(rand.NewPCG(h.Sum64(), 1)), what: map[string]string{}, whole: map[string]string{}}
}

// Pair is a credential and its name.
type Pair struct{ Name, Value string }

// Place is a kind of place that a name can be in.
type Place string

// The places in which names differ.
const (
	Member Place = "member"
	Header Place = "header"
	Query  Place = "query" // also a field of a form
	Text   Place = "text"
)

// Named returns a credential under each name that can be in a place. Each name
// follows other words and is joined at random. The label describes the
// credentials if they leak.
func (p *Planter) Named(in Place, label string) []Pair {
	var all []Pair
	taken := map[string]bool{}
	add := func(list string, plain bool) {
		for sequence := range strings.SplitSeq(list, ",") {
			if !p.chooses() {
				continue
			}
			pair := Pair{Name: p.name(strings.Fields(sequence), in)}
			for taken[pair.Name] {
				pair.Name = p.name(strings.Fields(sequence), in)
			}
			taken[pair.Name] = true
			pair.Value = p.value(plain, fmt.Sprintf("%s %s (%s)", label, pair.Name, strings.TrimSpace(sequence)))
			all = append(all, pair)
		}
	}
	add(always, true)
	add(unlessPlain, false)
	add(glued, true)
	add(inPlaces[in], false)
	return all
}

func (p *Planter) chooses() bool { return p.Share < 2 || p.random.IntN(p.Share) == 0 }

// name joins the words of a name, after some others.
func (p *Planter) name(sequence []string, in Place) string {
	words := []string{}
	for range p.random.IntN(3) {
		words = append(words, before[p.random.IntN(len(before))])
	}
	words = append(words, sequence...)
	joins := []string{"-", "_", ".", "UPPER", "Header", "camel", "Pascal"}
	if in == Header {
		joins = joins[:5] // capitals have no meaning there
	}
	switch join := joins[p.random.IntN(len(joins))]; join {
	case "camel":
		return words[0] + capitals(words[1:], "")
	case "Pascal":
		return capitals(words, "")
	case "Header":
		return capitals(words, "-")
	case "UPPER":
		return strings.ToUpper(strings.Join(words, "_"))
	default:
		return strings.Join(words, join)
	}
}

func capitals(words []string, join string) string {
	words = slices.Clone(words)
	for i, word := range words {
		words[i] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, join)
}

// value makes up a value for a name: a long one, a short one, or, if the name
// is not ambiguous, a word.
func (p *Planter) value(plain bool, what string) string {
	kinds := []string{"{a16}", "{l3}{d1}{l2}", "{l12}"}
	if !plain {
		kinds = kinds[:2]
	}
	return p.fill(kinds[p.random.IntN(len(kinds))], what)
}

// Formed returns a credential of each form. If texts is set, it includes forms
// that occur only within a text, such as a command line.
func (p *Planter) Formed(texts bool, label string) []string {
	var all []string
	for _, form := range Forms {
		if (texts || !form.Text) && p.chooses() {
			all = append(all, p.fill(form.Template, label+" "+form.Of))
		}
	}
	return all
}

const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// alphabets are the alphabets of the parts of templates.
var alphabets = map[byte]string{
	'a': alphabet, 'l': alphabet[:26], 'd': alphabet[52:], 'U': alphabet[26:52] + alphabet[54:60], 'h': "0123456789abcdef",
}

// fill replaces each part of a template, such as {a16}, with as many random
// letters and digits, which are then secret.
func (p *Planter) fill(template, what string) string {
	var value strings.Builder
	secret := ""
	for template != "" {
		literal, rest, ok := strings.Cut(template, "{")
		if literal != "" {
			p.remember(secret, what)
			secret = ""
		}
		value.WriteString(literal)
		if !ok {
			break
		}
		kind, rest, _ := strings.Cut(rest, "}")
		n := 0
		_, _ = fmt.Sscan(kind[1:], &n)
		for range n {
			letters := alphabets[kind[0]]
			c := letters[p.random.IntN(len(letters))]
			secret += string(c)
			value.WriteByte(c)
		}
		if kind[0] == 'a' && n > 1 { // with a digit, so that it is not a word
			secret = secret[:len(secret)-1] + "7"
			text := value.String()
			value.Reset()
			value.WriteString(text[:len(text)-1] + "7")
		}
		template = rest
	}
	p.remember(secret, what)
	return value.String()
}

const (
	partLength = 8 // of a part by which a long secret is found
	partStride = 4 // between the beginnings of two parts, so that any 11 letters include one
)

func (p *Planter) remember(secret, what string) {
	switch {
	case len(secret) < 6: // too short to be distinguished from other text
	case len(secret) < partLength:
		p.whole[secret] = what
	default:
		for i := 0; i+partLength <= len(secret); i += partStride {
			p.what[secret[i:i+partLength]] = what
		}
		p.what[secret[len(secret)-partLength:]] = what
	}
}

// Leaks returns the planted credentials that are in a text, sorted, each with
// the text around it.
func (p *Planter) Leaks(text string) []string {
	found := map[string]bool{}
	leaks := map[string]string{}
	note := func(what string, at, length int) {
		if !found[what] {
			found[what] = true
			leaks[what] = text[max(0, at-60):min(len(text), at+length+20)]
		}
	}
	run := 0 // where the word at i begins
	for i := 0; i <= len(text); i++ {
		if i < len(text) && isWord(text[i]) {
			if i+1-run >= partLength {
				if what, ok := p.what[text[i+1-partLength:i+1]]; ok {
					note(what, i+1-partLength, partLength)
				}
			}
			continue
		}
		if n := i - run; n >= 6 && n < partLength {
			if what, ok := p.whole[text[run:i]]; ok {
				note(what, run, n)
			}
		}
		run = i + 1
	}
	var all []string
	for what, where := range leaks {
		all = append(all, fmt.Sprintf("%s: %q", what, where))
	}
	slices.Sort(all)
	return all
}

func isWord(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}
