package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/plumbapi/plumb/internal/textfmt"
)

// EncodeJSON writes v as JSON that is safe to look at: characters that a terminal
// acts on, and those that cannot be seen, are escaped. Without an indent it is
// one line.
func EncodeJSON(w io.Writer, v any, indent string) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(escapeUnprintable(buf.Bytes()))
	return err
}

// escapeUnprintable escapes the characters of a JSON text that are not
// printable. Outside strings there are none but line feeds.
func escapeUnprintable(text []byte) []byte {
	var out []byte
	done := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r != '\n' && !textfmt.IsPrintable(r) {
			out = append(out, text[done:i]...)
			if r > 0xFFFF {
				r -= 0x10000
				out = fmt.Appendf(out, `\u%04x`, 0xD800+r>>10)
				r = 0xDC00 + r&0x3FF
			}
			out = fmt.Appendf(out, `\u%04x`, r)
			done = i + size
		}
		i += size
	}
	if done == 0 {
		return text
	}
	return append(out, text[done:]...)
}
