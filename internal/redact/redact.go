// Package redact removes credentials from everything that is written: those
// that an exchange is known to carry, and anything that looks like one.
package redact

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
)

// Mark replaces a credential.
const Mark = plumb.Masked

// Cleaner removes credentials from texts. Its zero value removes what looks
// like a credential.
type Cleaner struct {
	literals []string
	known    map[string]bool // the literals
	index    *literalsIndex  // nil if there are few literals, which are faster to find one by one
}

// New returns a Cleaner that also removes the secrets, however a text spells
// them. Secrets of fewer than 4 bytes occur too often as parts of other words,
// and are not removed.
func New(secrets []string) *Cleaner {
	c := new(Cleaner)
	for _, secret := range secrets {
		for _, part := range parts(secret) {
			c.add(part)
		}
	}
	c.finish()
	return c
}

// finish creates the index, if one is needed.
func (c *Cleaner) finish() {
	const few, short = 32, 4 << 10
	size := 0
	for _, literal := range c.literals {
		size += len(literal)
	}
	if len(c.literals) > few || size > short {
		c.index = newLiteralsIndex(c.literals)
	}
}

// ForExchange returns a Cleaner that removes the secrets that x carried, and
// whatever looks like a credential in its body: in an excerpt, a part of one
// may no longer look like a credential.
func ForExchange(x *plumb.Exchange) *Cleaner {
	c := New(x.Secrets)
	const (
		maxScanned = 1 << 20 // bytes of a body
		minSecret  = 8       // bytes of a secret; a shorter one might be an ordinary word
	)
	body := x.Response.Body.Bytes
	text := string(body[:min(len(body), maxScanned)])
	for _, sp := range patternSpans(text) {
		if secret := text[sp.start:sp.end]; len(secret) >= minSecret || len(secret) >= longSecret && !plainWord(secret) {
			c.add(secret)
			c.add(unquoted(secret))
		}
	}
	c.finish()
	return c
}

// add adds a secret in all its spellings.
func (c *Cleaner) add(s string) {
	for _, spelling := range spellings(s) {
		if !c.known[spelling] {
			if c.known == nil {
				c.known = map[string]bool{}
			}
			c.known[spelling] = true
			c.literals = append(c.literals, spelling)
		}
	}
}

// Text returns s without credentials.
func (c *Cleaner) Text(s string) string {
	spans := c.spans(s)
	if len(spans) == 0 {
		return s
	}
	return replace(s, spans)
}

// Excerpt returns e without credentials. Its mark stays on the same part of the
// text.
func (c *Cleaner) Excerpt(e plumb.Excerpt) plumb.Excerpt {
	return mark(e, c.spans(e.Text))
}

// Finding removes credentials from everything in f that comes from its
// exchange.
func (c *Cleaner) Finding(f *plumb.Finding) {
	// If the name says that a value is secret, the whole value is hidden,
	// however short it is; the excerpt may not contain the name. A missing
	// member has no value.
	if value, ok := foundString(f); ok && f.Rule != "schema-required" && SecretMember(cmp.Or(f.Named, f.Pointer), value) {
		f.Found = Mark
		f.Excerpt = mark(f.Excerpt, union(append(c.spans(f.Excerpt.Text), marked(f.Excerpt))))
	} else {
		f.Excerpt = c.Excerpt(f.Excerpt)
	}
	for _, s := range []*string{&f.Message, &f.Pointer, &f.Subject.Name, &f.Named, &f.File, &f.Resource, &f.Found, &f.Allowed} {
		*s = c.Text(*s)
	}
}

// foundString returns the string that a finding is about, as far as it is
// shown; false if the finding is not about a string.
func foundString(f *plumb.Finding) (string, bool) {
	if e := f.Excerpt; e.Width > 0 && e.Column+e.Width <= len(e.Text) {
		if shown := e.Text[e.Column : e.Column+e.Width]; shown[0] == '"' {
			return strings.Trim(shown, `"`), true
		}
	}
	return strings.Trim(f.Found, `"`), strings.Contains(f.Found, `"`)
}

// span is the text between two offsets.
type span struct{ start, end int }

// spans returns where the credentials of s are, sorted and not overlapping.
func (c *Cleaner) spans(s string) []span {
	found := append(c.knownSpans(s), c.escapedSpans(s)...)
	return union(append(found, patternSpans(s)...))
}

// knownSpans returns where the known secrets are in s.
func (c *Cleaner) knownSpans(s string) []span {
	if c.index != nil {
		return c.index.spans(s)
	}
	var found []span
	for _, literal := range c.literals {
		found = append(found, literalSpans(s, literal)...)
	}
	return found
}

// union sorts spans and joins those that touch.
func union(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	joined := spans[:0]
	for _, s := range spans {
		if n := len(joined); n > 0 && s.start <= joined[n-1].end {
			joined[n-1].end = max(joined[n-1].end, s.end)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

func replace(s string, spans []span) string {
	var b strings.Builder
	at := 0
	for _, sp := range spans {
		b.WriteString(s[at:sp.start])
		b.WriteString(Mark)
		at = sp.end
	}
	b.WriteString(s[at:])
	return b.String()
}

// marked returns the part of an excerpt that is marked.
func marked(e plumb.Excerpt) span {
	start := min(max(e.Column, 0), len(e.Text))
	return span{start, min(start+max(e.Width, 0), len(e.Text))}
}

// mark returns e with the spans replaced and the mark moved along.
func mark(e plumb.Excerpt, spans []span) plumb.Excerpt {
	if len(spans) == 0 {
		return e
	}
	m := marked(e)
	// An offset within a span moves to the edge that keeps the span marked.
	moved := func(offset int, edge func(span) int) int {
		shift := 0
		for _, sp := range spans {
			switch {
			case offset >= sp.end:
				shift += len(Mark) - (sp.end - sp.start)
			case offset > sp.start:
				return edge(sp) + shift
			}
		}
		return offset + shift
	}
	start := moved(m.start, func(sp span) int { return sp.start })
	end := moved(m.end, func(sp span) int { return sp.start + len(Mark) })
	return plumb.Excerpt{Text: replace(e.Text, spans), Column: start, Width: end - start}
}

// SecretMember reports whether a value is a credential by the name of the
// member that a pointer leads to, or of one that contains it.
func SecretMember(pointer, value string) bool {
	n := listed()
	tokens := jsonvalue.SplitPointer(pointer)
	own := nameInfo{described: true}
	in := member
	for i := len(tokens) - 1; i >= 0; i-- {
		if tokens[i] == "*" || allDigits(tokens[i]) {
			continue
		}
		if above := i - 1; above >= 0 && n.info(tokens[above], member).header {
			in = header
		}
		own = n.info(tokens[i], in)
		if own.token && slices.ContainsFunc(tokens, func(name string) bool { return n.info(name, member).logprob }) {
			return false
		}
		break
	}
	if own.secrecy != harmless || own.described {
		return own.secrecy.hides(value)
	}
	return slices.ContainsFunc(tokens, func(name string) bool { return n.info(name, member).secrecy == always })
}

// literalSpans returns where a known secret is in s, including where s was cut
// off within the secret.
func literalSpans(s, literal string) []span {
	var found []span
	for at := 0; ; {
		i := strings.Index(s[at:], literal)
		if i < 0 {
			break
		}
		sp := span{at + i, at + i + len(literal)}
		if len(literal) >= longSecret || wholeWord(s, sp) {
			found = append(found, sp)
		}
		at = sp.end
	}
	if len(literal) < longSecret {
		return found
	}
	for _, cut := range cuts(s) {
		least := cut.least()
		if n := overlap(s[:cut.start], literal, least); n > 0 {
			found = append(found, span{cut.start - n, cut.start})
		}
		if n := overlap(literal, s[cut.end:], least); n > 0 {
			found = append(found, span{cut.end, cut.end + n})
		}
	}
	return found
}

const (
	longSecret  = 6 // bytes of a secret that is recognised even within a word
	shortSecret = 4 // bytes of the shortest secret that is recognised at all
)

// wholeWord reports whether no letter or digit is next to sp.
func wholeWord(s string, sp span) bool {
	return (sp.start == 0 || !wordByte(s[sp.start-1])) && (sp.end == len(s) || !wordByte(s[sp.end]))
}

func wordByte(c byte) bool {
	return c >= utf8.RuneSelf || c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// cuts returns where s may have been shortened: its ends and its ellipses.
func cuts(s string) []span {
	found := []span{{0, 0}, {len(s), len(s)}}
	for _, dots := range []string{"…", "..."} {
		for at := 0; ; {
			i := strings.Index(s[at:], dots)
			if i < 0 {
				break
			}
			found = append(found, span{at + i, at + i + len(dots)})
			at += i + len(dots)
		}
	}
	return found
}

// least returns how much of a secret there must be at a cut for it to be
// recognised.
func (cut span) least() int {
	if cut.start < cut.end {
		return shortSecret // an ellipsis leaves no doubt that something was cut
	}
	return longSecret
}

// overlap returns how many bytes at the end of a are the beginning of b, or 0
// if they are fewer than least, which can be coincidence.
func overlap(a, b string, least int) int {
	for n := min(len(a), len(b)); n >= least; n-- {
		if a[len(a)-n:] == b[:n] {
			return n
		}
	}
	return 0
}
