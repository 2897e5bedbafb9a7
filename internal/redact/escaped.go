package redact

import "strings"

// escapedSpans returns where the secrets are that a text has percent-encoded, as URLs
// have them, however that was done: escapes can be in lower case, or of characters that
// need none.
func (c *Cleaner) escapedSpans(s string) []span {
	if len(c.literals) == 0 || !strings.Contains(s, "%") {
		return nil
	}
	var found []span
	add := func(plus byte) {
		plain, offsets := decoded(s, plus)
		for _, sp := range c.knownSpans(plain) {
			found = append(found, span{offsets[sp.start], offsets[sp.end]})
		}
	}
	add('+')
	if strings.Contains(s, "+") {
		add(' ') // as in a query
	}
	return found
}

// decoded returns a text with its percent-escapes decoded, and the offsets in s of its
// bytes and of its end. Plus signs are replaced by plus.
func decoded(s string, plus byte) (plain string, offsets []int) {
	bytes := make([]byte, 0, len(s))
	offsets = make([]int, 0, len(s)+1)
	for at := 0; at < len(s); {
		offsets = append(offsets, at)
		switch c := s[at]; {
		case c == '%' && at+2 < len(s) && isHex(s[at+1]) && isHex(s[at+2]):
			bytes = append(bytes, fromHex(s[at+1])<<4|fromHex(s[at+2]))
			at += 3
		case c == '+':
			bytes = append(bytes, plus)
			at++
		default:
			bytes = append(bytes, c)
			at++
		}
	}
	return string(bytes), append(offsets, len(s))
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f' }

func fromHex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
