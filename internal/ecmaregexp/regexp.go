// Package ecmaregexp matches the patterns of JSON Schema: the regular
// expressions of ECMA-262, with the flag u as JSON Schema recommends, and
// otherwise with the grammar of its Annex B.
package ecmaregexp

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

const (
	// For a text, an engine other than package regexp may take baseSteps steps,
	// and stepsPerByte for each byte.
	baseSteps    = 1 << 19
	stepsPerByte = 32
	// maxRE2Work is the largest product of the size of a pattern and the length
	// of a text for which package regexp is used.
	maxRE2Work = 1 << 26
)

// engine matches a pattern within a number of steps; otherwise the match is not
// decided.
type engine interface {
	match(text string, steps int) (matched, decided bool)
}

// Regexp is a compiled pattern. It is safe for concurrent use.
type Regexp struct {
	pattern    string
	legacy     error
	doubt      string
	surrogates bool
	size       int
	re2        *regexp.Regexp
	other      func() engine // for what re2 cannot match
}

// Compile parses a pattern as ECMA-262 does with the flag u or, if it is not
// valid then, as its Annex B does without the flag: \-, \_ and the like then
// denote the character itself. In both cases characters are matched, and not
// the halves of surrogate pairs. The error gives the place, as the number of a
// character of the pattern, and says what is wrong with the flag u.
func Compile(pattern string) (*Regexp, error) {
	t, err := parse(pattern)
	if err != nil {
		return nil, fmt.Errorf("invalid pattern: %w", err)
	}
	re := &Regexp{
		pattern: pattern, legacy: t.legacy, doubt: t.doubt,
		surrogates: t.legacy != nil && t.loneSurrogates,
		size:       t.size,
	}
	if !re.surrogates {
		re.re2 = toRE2(t)
	}
	re.other = sync.OnceValue(func() engine {
		if t.references || t.size > maxLinearSize {
			return compileProgram(t)
		}
		return compileLinear(t)
	})
	if re.re2 == nil {
		re.other() // compile now, so that the tree is not kept
	}
	return re, nil
}

// String returns the pattern as it was written.
func (re *Regexp) String() string { return re.pattern }

// RE2 returns a Go regexp that matches exactly the same texts, or nil if there
// is none.
func (re *Regexp) RE2() *regexp.Regexp { return re.re2 }

// Legacy returns why the pattern is not valid with the flag u, so that it was
// parsed as in Annex B; nil if it is valid.
func (re *Regexp) Legacy() error { return re.legacy }

// Doubt returns something in the pattern that has one meaning in other dialects
// and another in Annex B: \A and \z, which are letters, [[:alpha:]], or \p{L}
// in a pattern that is not valid with the flag u. It is empty if there is no
// such thing, and always if the pattern is valid with the flag u.
func (re *Regexp) Doubt() string { return re.doubt }

// Match reports whether the pattern matches somewhere in the text. If decided
// is false, it is not known: a limit of steps or of length was reached, or the
// pattern is about the halves of surrogate pairs, which texts in UTF-8 do not
// have. The limits depend on nothing but the pattern and the text.
func (re *Regexp) Match(text string) (matched, decided bool) {
	if re.re2 != nil && (len(text) == 0 || re.size <= maxRE2Work/len(text)) {
		return re.re2.MatchString(text), true
	}
	if re.surrogates && strings.ContainsFunc(text, func(c rune) bool { return c > 0xFFFF }) {
		return false, false
	}
	return re.other().match(text, baseSteps+stepsPerByte*len(text))
}
