package redact

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// harmlessHeaders are request headers that do not contain credentials.
var harmlessHeaders = []string{
	"Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Cache-Control", "Connection", "Content-Disposition",
	"Content-Encoding", "Content-Language", "Content-Length", "Content-Type", "Date", "Dnt", "Expect", "Host", "Idempotency-Key",
	"If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Keep-Alive", "Max-Forwards", "Origin",
	"Plumb-Expected-Status", "Pragma", "Prefer", "Range", "Referer", "Te", "Traceparent", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent",
	"Vary", "Via", "X-Correlation-Id", "X-Request-Id",
}

// RequestHeader returns a copy of h to be written. The values of headers that
// are neither harmless nor declared are replaced by [Mark].
func (c *Cleaner) RequestHeader(h http.Header, declared func(name string) bool) http.Header {
	clean := c.Header(h)
	for name, values := range clean {
		if slices.Contains(harmlessHeaders, http.CanonicalHeaderKey(name)) || declared(name) {
			continue
		}
		for i, value := range values {
			if value != "" {
				values[i] = Mark
			}
		}
	}
	return clean
}

// URL returns a URL to be written. It also hides values in the query that look
// random, unless their parameters are declared.
func (c *Cleaner) URL(address string, declared func(name string) bool) string {
	return strings.Replace(c.Text(withoutQuery(address, declared)), "://"+Mark+"@", "://redacted@", 1) // with brackets it would not be a URL
}

// withoutQuery returns a URL without the credentials in its query.
func withoutQuery(address string, declared func(name string) bool) string {
	before, rawQuery, ok := strings.Cut(address, "?")
	if !ok {
		return address
	}
	rawQuery, fragment, hasFragment := strings.Cut(rawQuery, "#")
	fields := strings.Split(rawQuery, "&")
	for i, field := range fields {
		name, value, _ := strings.Cut(field, "=")
		plain := unescaped(name)
		if v := unescaped(value); listed().of(plain, query).hides(v) || random(v) && !declared(plain) {
			fields[i] = name + "=" + Mark
		}
	}
	address = before + "?" + strings.Join(fields, "&")
	if hasFragment {
		address += "#" + fragment
	}
	return address
}

// Body returns a body without credentials. JSON remains JSON: a number that
// contains a credential becomes 0, and an escape sequence is removed as a
// whole.
func (c *Cleaner) Body(text string) string {
	spans := c.spans(text)
	if len(spans) == 0 {
		return text
	}
	if !json.Valid([]byte(text)) {
		return replace(text, spans)
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		start := i
		switch {
		case text[i] == '"':
			i = stringEnd(text, i+1) + 1
			b.WriteByte('"')
			writeClean(&b, text, span{start + 1, i - 1}, &spans)
			b.WriteByte('"')
		case isDigit(text[i]) || text[i] == '-':
			for i < len(text) && (isDigit(text[i]) || strings.IndexByte("+-.eE", text[i]) >= 0) {
				i++
			}
			if spans = after(spans, start); len(spans) > 0 && spans[0].start < i {
				b.WriteByte('0')
			} else {
				b.WriteString(text[start:i])
			}
		default:
			b.WriteByte(text[i])
			i++
		}
	}
	return b.String()
}

// after returns the spans that end after an offset.
func after(spans []span, offset int) []span {
	for len(spans) > 0 && spans[0].end <= offset {
		spans = spans[1:]
	}
	return spans
}

// writeClean writes the content of a JSON string without the spans in it.
func writeClean(b *strings.Builder, text string, at span, spans *[]span) {
	for i := at.start; i < at.end; {
		*spans = after(*spans, i)
		unit := unitEnd(text, i)
		if len(*spans) == 0 || (*spans)[0].start >= at.end {
			b.WriteString(text[i:at.end])
			return
		}
		hidden := (*spans)[0]
		if hidden.start >= unit {
			b.WriteString(text[i:unit])
			i = unit
			continue
		}
		b.WriteString(Mark)
		for end := min(hidden.end, at.end); i < end; {
			i = unitEnd(text, i)
		}
	}
}

// unitEnd returns where the byte or escape sequence at i ends.
func unitEnd(text string, i int) int {
	switch {
	case text[i] != '\\':
		return i + 1
	case text[i+1] != 'u':
		return i + 2
	}
	return i + 6
}
